import Codecs
import Foundation
import Learning
import Pixels
import Programs
import Testing

@Suite struct DataReadingTests {
    private func labels(_ set: ExampleSet) -> [Int32] {
        if case .labels(let labels) = set.targets { labels } else { [] }
    }

    private func bytes(_ samples: ExampleSet.Samples) -> [UInt8] {
        if case .bytes(let bytes) = samples { bytes } else { [] }
    }

    // MARK: Validation from elsewhere

    @Test func `a folder to measure with has the training set's classes by name, and its shape`() throws {
        let folder = ExampleFolder()
        for name in ["cat", "dog", "owl"] { try folder.picture("own/\(name)/a.png", 10) }
        for name in ["dog", "owl"] { try folder.picture("part/\(name)/a.png", 20) }
        for name in ["dog", "zebra"] { try folder.picture("more/\(name)/a.png", 30) }
        for name in ["cat", "dog"] { try folder.picture("large/\(name)/a.png", 40, size: Size(3)) }
        try folder.write("list.csv", text: "own/owl/a.png,owl\nown/cat/a.png,cat\n")
        func measured(_ name: String) throws -> ExampleSet? {
            var sets = try DataSets(path: folder.path("own"))
            try sets.readValidation(path: folder.path(name), options: DataOptions())
            return sets.validation
        }
        #expect(try measured("part").map(labels) == [1, 2])
        #expect(try measured("list.csv").map(labels) == [2, 0])
        #expect(throws: DataError.self) { try measured("more") }
        #expect(throws: DataError.self) { try measured("large") }
    }

    // MARK: Folders of classes

    @Test func `a folder per class, pictures in any order of making, folders within folders`() throws {
        let folder = ExampleFolder()
        try folder.picture("dog/b.png", 30)
        try folder.picture("cat/2.png", 20)
        try folder.picture("dog/young/a.pgm", 40, format: .pnm)
        try folder.picture("cat/10.png", 10)
        try folder.write("cat/notes.txt", text: "two of them")
        try folder.write(".hidden", text: "")
        let sets = try DataSets(path: folder.path)
        let set = sets.training
        #expect(set.classes == ["cat", "dog"])
        #expect(
            set.names.map { $0.dropFirst(folder.path.count + 1) } == [
                "cat/10.png", "cat/2.png", "dog/b.png", "dog/young/a.pgm",
            ])
        #expect(labels(set) == [0, 0, 1, 1])
        #expect(bytes(set.samples) == [10, 11, 12, 13, 20, 21, 22, 23, 30, 31, 32, 33, 40, 41, 42, 43])
        #expect(set.shape == Shape(count: 4, channels: 1, height: 2, width: 2))
        #expect(
            sets.notes == [
                "1 files that are no pictures by their names were left out, first of them \(folder.path)/cat/notes.txt"
            ])
        #expect(sets.validation == nil && sets.test == nil)
    }

    @Test func `splits are told by their names and share the classes of the first`() throws {
        let folder = ExampleFolder()
        for name in ["train/a/1.png", "train/b/1.png", "val/b/1.png", "test/a/1.png", "test/b/1.png"] {
            try folder.picture(name, 1)
        }
        let sets = try DataSets(path: folder.path)
        #expect(sets.training.count == 2)
        #expect(sets.validation.map(labels) == [1])
        #expect(sets.test.map(labels) == [0, 1])
        try folder.picture("test/c/1.png", 1)
        #expect(throws: DataError.unknownClass("c", known: ["a", "b"], place: folder.path("test"))) {
            try DataSets(path: folder.path)
        }
    }

    @Test func `colour becomes planes, and the deepest picture settles the depth`() throws {
        let folder = ExampleFolder()
        try folder.picture("a/1.png", [1, 2, 3, 4, 5, 6], size: Size(width: 2, height: 1), channels: .rgb)
        try folder.picture("b/1.png", [7, 8, 9, 10, 11, 12], size: Size(width: 2, height: 1), channels: .rgb)
        #expect(bytes(try DataSets(path: folder.path).training.samples) == [1, 4, 2, 5, 3, 6, 7, 10, 8, 11, 9, 12])
        let words: [UInt16] = [0, 1, 256, 257, 65535, 1000]
        try folder.picture(
            "b/1.png", words.withUnsafeBytes { Array($0) }, size: Size(width: 2, height: 1), channels: .rgb,
            depth: .uint16)
        guard case .words(let samples) = try DataSets(path: folder.path).training.samples else {
            return #expect(Bool(false), "16 bits were lost")
        }
        #expect(samples.prefix(6) == [257, 1028, 514, 1285, 771, 1542])
        #expect(samples.dropFirst(6) == [0, 257, 1, 65535, 256, 1000])
    }

    @Test func `a fit brings pictures of all sizes to one, and is planned once for each kind`() throws {
        let folder = ExampleFolder()
        try folder.picture("a/1.png", 1, size: Size(width: 4, height: 3))
        try folder.picture("b/1.png", 50, size: Size(width: 3, height: 4))
        #expect(throws: DataError.self) { try DataSets(path: folder.path) }
        let graph = try Catalogue().graph(for: SourceText(text: "globalavg"))
        let options = DataOptions(fit: { try Plan(graph, for: $0) })
        let set = try DataSets(path: folder.path, options: options).training
        #expect(set.shape == Shape(count: 2, channels: 1, height: 1, width: 1))
        // The means of 1…12 and 50…61, halves rounded up.
        #expect(bytes(set.samples) == [7, 56])
    }

    @Test func `pictures that already have the shape are taken as they are`() throws {
        let folder = ExampleFolder()
        try folder.idx("train-images-idx3-ubyte", [2, 1, 1], [3, 200])
        try folder.idx("train-labels-idx1-ubyte", [2], [0, 1])
        let options = DataOptions(fit: { header in
            try Plan(try Catalogue().graph(for: SourceText(text: "globalavg")), for: header)
        })
        #expect(bytes(try DataSets(path: folder.path, options: options).training.samples) == [3, 200])
        try folder.idx("train-images-idx3-ubyte", [2, 1, 2], [3, 5, 200, 202])
        #expect(bytes(try DataSets(path: folder.path, options: options).training.samples) == [4, 201])
    }

    @Test func `the same bytes for any number of threads`() throws {
        let folder = ExampleFolder()
        for index in 0..<40 { try folder.picture("\(index % 3)/\(index).png", UInt8(index)) }
        let sets = try [1, 2, 5].map { threads in
            try DataSets(path: folder.path, options: DataOptions(machine: .init(threads: threads))).training
        }
        #expect(sets.allSatisfy { bytes($0.samples) == bytes(sets[0].samples) && labels($0) == labels(sets[0]) })
    }

    // MARK: IDX and CIFAR

    @Test func `MNIST's files, packed or not`() throws {
        let folder = ExampleFolder()
        try folder.idx("train-images-idx3-ubyte", [3, 1, 2], [1, 2, 3, 4, 5, 6])
        try folder.idx("train-labels-idx1-ubyte", [3], [2, 0, 1])
        try folder.idx("t10k-images.idx3-ubyte", [1, 1, 2], [7, 8])
        try folder.idx("t10k-labels.idx1-ubyte", [1], [1])
        let plain = try DataSets(path: folder.path)
        #expect(plain.training.classes == ["0", "1", "2"])
        #expect(labels(plain.training) == [2, 0, 1] && bytes(plain.training.samples) == [1, 2, 3, 4, 5, 6])
        #expect(plain.training.shape == Shape(count: 3, channels: 1, height: 1, width: 2))
        #expect(plain.test.map { bytes($0.samples) } == [7, 8])
        let gzip = Process()
        gzip.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        gzip.arguments = ["gzip", folder.path("train-images-idx3-ubyte"), folder.path("train-labels-idx1-ubyte")]
        try gzip.run()
        gzip.waitUntilExit()
        try folder.write("classes.txt", text: "coat\nshoe\nbag\n")
        let packed = try DataSets(path: folder.path)
        #expect(bytes(packed.training.samples) == [1, 2, 3, 4, 5, 6])
        #expect(packed.training.classes == ["coat", "shoe", "bag"])
    }

    @Test func `CIFAR's records of one and of two labels`() throws {
        let folder = ExampleFolder()
        let picture = (0..<3072).map { UInt8(truncatingIfNeeded: $0 / 7) }
        try folder.write("data_batch_1.bin", [1] + picture + [0] + picture)
        try folder.write("test_batch.bin", [1] + picture)
        try folder.write("batches.meta.txt", text: "plane\ncar\n\n")
        let ten = try DataSets(path: folder.path)
        #expect(labels(ten.training) == [1, 0] && ten.training.classes == ["plane", "car"])
        #expect(bytes(ten.training.samples) == picture + picture && ten.test?.count == 1)
        let other = ExampleFolder()
        try other.write("train.bin", [9, 1] + picture + [9, 0] + picture)
        #expect(labels(try DataSets(path: other.path).training) == [1, 0])
    }

    // MARK: Lists

    @Test func `a list of paths and labels, with and without a head, as RFC 4180 quotes them`() throws {
        let folder = ExampleFolder()
        try folder.picture("pictures/a, b.png", 10)
        try folder.picture("c.png", 20)
        try folder.write("list.csv", text: "\"pictures/a, b.png\",\"say \"\"hi\"\"\"\r\nc.png,bye\r\n\r\n")
        let set = try DataSets(path: folder.path("list.csv")).training
        #expect(set.classes == ["bye", "say \"hi\""] && labels(set) == [1, 0])
        try folder.write("headed.csv", text: "label,path\n1,c.png\n0,\"pictures/a, b.png\"")
        let headed = try DataSets(path: folder.path("headed.csv")).training
        #expect(headed.classes == ["0", "1"] && labels(headed) == [1, 0])
        #expect(bytes(headed.samples) == [20, 21, 22, 23, 10, 11, 12, 13])
        try folder.write("pairs.csv", text: "c.png,c.png\n")
        guard case .pictures(_, let targets) = try DataSets(path: folder.path("pairs.csv")).training.targets else {
            return #expect(Bool(false), "no pairs")
        }
        #expect(bytes(targets) == [20, 21, 22, 23])
    }

    // MARK: Pairs and masks

    @Test func `pairs are matched by name, whatever their formats`() throws {
        let folder = ExampleFolder()
        try folder.picture("before/x.png", 1)
        try folder.picture("before/deep/y.png", 2)
        try folder.picture("after/x.pgm", 101, format: .pnm)
        try folder.picture("after/deep/y.png", 102)
        let set = try DataSets(path: folder.path).training
        guard case .pictures(let shape, let targets) = set.targets else { return #expect(Bool(false), "no pairs") }
        #expect(bytes(set.samples) == [2, 3, 4, 5, 1, 2, 3, 4])
        #expect(bytes(targets) == [102, 103, 104, 105, 101, 102, 103, 104])
        #expect(shape == Shape(count: 2, channels: 1, height: 2, width: 2))
    }

    @Test func `masks are class numbers, 255 does not count, and black and white are two classes`() throws {
        let folder = ExampleFolder()
        try folder.picture("images/1.png", 1)
        try folder.picture("masks/1.png", [0, 2, 255, 1], size: Size(2))
        var set = try DataSets(path: folder.path).training
        guard case .masks(_, let masks) = set.targets else { return #expect(Bool(false), "no masks") }
        #expect(masks == [0, 2, 255, 1] && set.classes == ["0", "1", "2"])
        #expect(set.classCounts(among: [0]) == [1, 1, 1])
        try folder.picture("masks/1.png", [0, 255, 255, 0], size: Size(2))
        set = try DataSets(path: folder.path).training
        guard case .masks(_, let masks) = set.targets else { return #expect(Bool(false), "no masks") }
        #expect(masks == [0, 1, 1, 0] && set.classes == ["0", "1"])
    }

    @Test func `a palette mask gives its indices and not its colours`() throws {
        let folder = ExampleFolder()
        try folder.picture("images/1.png", 1, size: Size(width: 4, height: 1))
        // 4x1, 2 bits, a palette of three colours, the indices 0 1 2 1. Checked with Pillow.
        let png = Data(
            base64Encoded:
                "iVBORw0KGgoAAAANSUhEUgAAAAQAAAABAgMAAACEUudeAAAACVBMVEUKFB4oMjxGUFoWrIR0AAAACklEQVR42mOQBAAAGwAag1r3IAAAAABJRU5ErkJggg=="
        )
        try folder.write("masks/1.png", png.map { Array($0) } ?? [])
        let set = try DataSets(path: folder.path).training
        guard case .masks(_, let masks) = set.targets else { return #expect(Bool(false), "no masks") }
        #expect(masks == [0, 1, 2, 1])
    }
}
