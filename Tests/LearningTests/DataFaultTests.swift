import Codecs
import Learning
import Pixels
import Testing

/// What is wrong with examples is said before anything is learned, by name.
@Suite struct DataFaultTests {
    private func fault(_ path: String, _ options: DataOptions = DataOptions()) -> DataError? {
        do throws(DataError) {
            _ = try DataSets(path: path, options: options)
            return nil
        } catch { return error }
    }

    @Test func `an empty class, a single class, nothing at all`() throws {
        let folder = ExampleFolder()
        #expect(fault(folder.path) == .unknownLayout(folder.path))
        try folder.picture("a/1.png", 1)
        #expect(fault(folder.path) == .oneClass("a", place: folder.path))
        try folder.folder("b")
        #expect(fault(folder.path) == .emptyClass("b", place: folder.path))
        #expect(fault(folder.path("none")) == .file(folder.path("none"), .system(.open, errno: 2)))
    }

    @Test func `every unreadable picture is counted, and ten are named`() throws {
        let folder = ExampleFolder()
        for index in 10..<25 { try folder.write("a/\(index).png", text: "no picture") }
        try folder.picture("b/1.png", 1)
        try folder.picture("a/00.png", 1)
        guard case .pictures(let sentences, let count, let total) = fault(folder.path) else {
            return #expect(Bool(false), "they were not found")
        }
        #expect(count == 15 && total == 17 && sentences.count == 10)
        #expect(sentences[0].hasPrefix("\(folder.path)/a/10.png is none of PNG"))
        #expect(fault(folder.path)?.description.hasSuffix("and 5 more") == true)
    }

    @Test func `pictures of two shapes are named with their sizes and the way out`() throws {
        let folder = ExampleFolder()
        try folder.picture("a/1.png", 1)
        try folder.picture("b/1.png", 1, size: Size(width: 3, height: 2))
        #expect(
            fault(folder.path)?.description
                == "\(folder.path)/a/1.png is 2x2x1 and \(folder.path)/b/1.png is 3x2x1: without "
                + "a first step 'input' all pictures need one shape; begin the program with 'input 2x2x1'")
    }

    @Test func `what would not fit into memory is refused with the flag that allows it`() throws {
        let folder = ExampleFolder()
        for name in ["a/1.png", "b/1.png"] {
            try folder.picture(name, [UInt8](repeating: 0, count: 1 << 20), size: Size(1024))
        }
        let error = fault(folder.path, DataOptions(maxMemory: 1 << 20))
        #expect(error == .memory(needed: 2 << 20, allowed: 1 << 20, place: folder.path))
        #expect(error?.description.contains("--max-memory") == true)
    }

    @Test func `pairs without partner, and partners that are not certain`() throws {
        let folder = ExampleFolder()
        try folder.picture("before/a.png", 1)
        try folder.picture("before/b.png", 1)
        try folder.picture("after/a.png", 1)
        #expect(
            fault(folder.path)
                == .withoutPartner(["b.png"], count: 1, in: folder.path("before"), other: folder.path("after")))
        try folder.picture("after/b.png", 1)
        try folder.picture("after/c.png", 1)
        #expect(
            fault(folder.path)
                == .withoutPartner(["c.png"], count: 1, in: folder.path("after"), other: folder.path("before")))
        try folder.picture("before/c.png", 1)
        try folder.picture("before/c.pgm", 1, format: .pnm)
        #expect(fault(folder.path) == .sameName(folder.path("before/c.pgm"), folder.path("before/c.png")))
    }

    @Test func `masks that are no masks`() throws {
        let folder = ExampleFolder()
        try folder.picture("images/1.png", 1)
        try folder.picture("masks/1.png", 1, size: Size(3))
        #expect(fault(folder.path)?.description.contains("it is 3x3 and its picture is 2x2") == true)
        try folder.picture("masks/1.png", [UInt8](repeating: 1, count: 12), size: Size(2), channels: .rgb)
        #expect(fault(folder.path)?.description.contains("a mask is a grey or palette picture") == true)
        try folder.picture("masks/1.png", [0, 3, 1, 2], size: Size(2))
        try folder.write("classes.txt", text: "sky\nsea")
        #expect(fault(folder.path) == .labelOutOfRange(3, classes: 2, place: folder.path("masks/1.png")))
    }

    @Test func `masks of other channels, and lists of masks`() throws {
        let folder = ExampleFolder()
        for name in ["images/1.png", "images/2.png", "masks/1.png"] { try folder.picture(name, 0) }
        try folder.picture("masks/2.png", [UInt8](repeating: 1, count: 12), size: Size(2), channels: .rgb)
        #expect(
            fault(folder.path)
                == .fitting(
                    folder.path("masks/2.png"),
                    "a mask is a grey or palette picture of 8 bits, whose numbers are classes"))
        try folder.write("list.csv", text: "path,mask\nimages/1.png,masks/1.png\n")
        #expect(try DataSets(path: folder.path("list.csv")).training.classes == ["0", "1", "2", "3"])
    }

    @Test func `classes without an example are found in files of numbers too`() throws {
        let folder = ExampleFolder()
        let (images, labels) = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte")
        try folder.idx(images, [4, 2, 2], [UInt8](repeating: 1, count: 16))
        for (own, error) in [
            ([0, 0, 0, 0], DataError.oneClass("0", place: folder.path)),
            ([3, 3, 3, 3], .oneClass("3", place: folder.path)),
            ([1, 3, 1, 3], .unusedLabel("0", place: folder.path)),
            ([0, 2, 2, 0], .unusedLabel("1", place: folder.path)),
        ] as [([UInt8], DataError)] {
            try folder.idx(labels, [4], own)
            #expect(fault(folder.path) == error)
            // To measure a model with, some of its classes are enough.
            #expect(fault(folder.path, DataOptions(classes: ["a", "b", "c", "d"])) == nil)
        }
        try folder.write("classes.txt", text: "a\nb\nc\nd\n")
        let notes = try DataSets(path: folder.path).notes
        #expect(notes == ["no examples to learn these classes from: b, d"])
    }

    @Test func `IDX files that lie`() throws {
        let folder = ExampleFolder()
        let (images, labels) = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte")
        try folder.idx(images, [2, 2, 2], [UInt8](repeating: 1, count: 8))
        #expect(
            fault(folder.path)
                == .damaged(folder.path(images), "the file of its labels, \(labels), is not beside it"))
        try folder.idx(labels, [3], [0, 1, 1])
        #expect(
            fault(folder.path)
                == .unequalCounts(pictures: folder.path(images), 2, labels: folder.path(labels), 3))
        try folder.idx(labels, [2], [0, 5])
        try folder.write("classes.txt", text: "a\nb\n")
        #expect(fault(folder.path) == .labelOutOfRange(5, classes: 2, place: "\(folder.path(labels)), label 1"))
        for (dimensions, count, error) in [
            ([2, 2, 2], 7, DataError.damaged(folder.path(images), "it is cut short")),
            ([2, 2, 2], 9, .damaged(folder.path(images), "bytes follow its last record")),
            ([0, 2, 2], 0, .noExamples(folder.path(images))),
            ([1 << 16, 128, 1 << 7], 0, .damaged(folder.path(images), "it is cut short")),
            (
                [(1 << 32) - 1, (1 << 32) - 1, 2], 0,
                .memory(needed: (1 << 32) - 1, allowed: 1 << 30, place: folder.path(images))
            ),
            ([2, 4], 8, .damaged(folder.path(images), "it does not begin as an IDX file of bytes in 3 dimensions")),
        ] as [([Int], Int, DataError)] {
            try folder.idx(images, dimensions, [UInt8](repeating: 1, count: count))
            #expect(fault(folder.path) == error, "\(dimensions) \(count)")
        }
        try folder.write(images, [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0xFF, 0xFF, 0xFF])
        #expect(fault(folder.path) == .damaged(folder.path(images), "the packed data is damaged"))
        try folder.write(images, [0x1F, 0x8B, 8, 0])
        #expect(fault(folder.path) == .damaged(folder.path(images), "the packed data is cut short"))
    }

    @Test func `lists that lie`() throws {
        let folder = ExampleFolder()
        let list = folder.path("list.csv")
        try folder.picture("a.png", 1)
        for (text, error) in [
            ("", DataError.noExamples(list)), ("path,label\n", .noExamples(list)),
            ("a.png\n", .list(list, line: 1, "1 fields, and 2 are needed: a picture's path and its label")),
            ("a.png,x\na.png,  \n", .list(list, line: 2, "its label is empty")),
            ("a.png,x\n,y\n", .list(list, line: 2, "its picture has no name")),
            ("a.png,x\na.png,\n", .list(list, line: 2, "its label is empty")),
            ("a.png,0\na.png,\"x", .list(list, line: 2, "a quoted field without its closing quote")),
            ("a.png,\"x\"y", .list(list, line: 1, "text behind a closing quote")),
            ("a.png,0\na.png,-1", .labelOutOfRange(-1, classes: 1, place: "\(list), line 2")),
            ("a.png,0\na.png,99999999", .labelOutOfRange(99_999_999, classes: 65536, place: "\(list), line 2")),
            ("a.png,0\na.png,2", .unusedLabel("1", place: list)), ("a.png,0\na.png,0", .oneClass("0", place: list)),
            ("a.png,x\na.png,x", .oneClass("x", place: list)),
        ] {
            try folder.write("list.csv", text: text)
            #expect(fault(list) == error, "\(text)")
        }
        try folder.write("list.csv", text: "a.png,x\nnone.png,y\n")
        #expect(fault(list)?.description.contains("none.png: no such file or directory; check the name") == true)
        try folder.write("list.csv", [0xFF, 0xFE])
        #expect(fault(list) == .damaged(list, "it is not UTF-8"))
    }
}
