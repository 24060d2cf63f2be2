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

    @Test func `CIFAR's labels have a range, and a file by itself tells by its length what it is`() throws {
        let folder = ExampleFolder()
        func records(_ labels: [[UInt8]]) -> [UInt8] { labels.flatMap { $0 + [UInt8](repeating: 9, count: 3072) } }
        try folder.write("data_batch_1.bin", records([[1], [0]]))
        try folder.write("data_batch_2.bin", records([[1], [200]]))
        let (second, place) = (folder.path("data_batch_2.bin"), "record 2, at byte 3073")
        #expect(fault(folder.path) == .labelOutOfRange(200, classes: 10, place: "\(second), \(place)"))
        #expect(
            fault(folder.path, DataOptions(classes: ["a", "b", "c"]))
                == .labelOutOfRange(200, classes: 3, place: "\(second), \(place)"))
        try folder.write("a.bin", records([[7, 99], [7, 100]]))
        #expect(
            fault(folder.path("a.bin"))
                == .labelOutOfRange(100, classes: 100, place: "\(folder.path("a.bin")), record 2, at byte 3074"))
        try folder.write("a.bin", records([[7, 1], [7, 0]]))
        for name in ["a.bin", "data_batch_1.bin"] {
            let training = try DataSets(path: folder.path(name)).training
            #expect(training.shape == Shape(count: 2, channels: 3, height: 32, width: 32), "\(name)")
            guard case .labels([1, 0]) = training.targets else {
                Issue.record("\(name): \(training.targets)")
                continue
            }
        }
        try folder.write("a.bin", [1, 2, 3])
        #expect(
            fault(folder.path("a.bin"))
                == .damaged(
                    folder.path("a.bin"),
                    "its 3 bytes are no whole number of CIFAR-10's records of 3073, nor of CIFAR-100's of 3074"))
        try folder.write("a.bin", [])
        #expect(fault(folder.path("a.bin")) == .damaged(folder.path("a.bin"), "it is empty"))
    }

    @Test func `a list with labels and masks says which is meant`() throws {
        let folder = ExampleFolder()
        let list = folder.path("list.csv")
        for (name, value) in [("a.png", 0), ("b.png", 1)] as [(String, UInt8)] {
            try folder.picture(name, [value, 0, 1, 0], size: Size(2))
        }
        for (columns, other) in [
            ("path,label,mask", "label"), ("mask,Class,path", "class"), ("path,mask,after", "after"),
        ] {
            try folder.write("list.csv", text: "\(columns)\na.png,b.png,a.png\n")
            let says = "its columns '\(other)' and 'mask' both tell what is to be learned; rename the one that is not"
            #expect(fault(list) == .list(list, line: 1, says))
        }
        try folder.write("list.csv", text: "path,other,mask\na.png,x,b.png\nb.png,y,a.png\n")
        #expect(fault(list) == nil)
        // Two ways to say the same: the first is taken.
        try folder.write("list.csv", text: "path,label,class\na.png,x,u\nb.png,y,v\n")
        #expect(try DataSets(path: list).training.classes == ["x", "y"])
    }

    @Test func `pairs of which one is a JPEG are told of, and others are not`() throws {
        let folder = ExampleFolder()
        for name in ["before/a.png", "before/b.png", "after/a.png"] { try folder.picture(name, 1, size: Size(8)) }
        try folder.picture("after/b.jpg", 1, size: Size(8), format: .jpeg)
        let note =
            "\(folder.path("after/b.jpg")) is a JPEG, which changes every pixel a little, and that counts as if it were "
            + "meant; PNG or float pictures are better, if there are any"
        #expect(try DataSets(path: folder.path).notes == [note])
        func notes(_ before: String, _ after: String) throws -> [String] {
            try DataSets(PicturePairs(before: [folder.path(before)], after: [folder.path(after)])).notes
        }
        #expect(try notes("before", "after") == [note])
        #expect(try notes("before/a.png", "after/a.png") == [])
        // What is before and after at once loses nothing in between.
        #expect(try notes("after/b.jpg", "after/b.jpg") == [])
    }

    @Test func `a text that is too long says what helps`() throws {
        let folder = ExampleFolder()
        let path = folder.path("annotations.json")
        try folder.picture("a.png", 1, size: Size(8))
        let boxes =
            #"{"images": [{"id": 1, "file_name": "a.png"}], "categories": [{"id": 1, "name": "x"}], "#
            + #""annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 5, 5]}], "info": ""#
        try folder.write("annotations.json", text: "\u{FEFF}\(boxes)\(String(repeating: "y", count: 10_000))\"}")
        do throws(DataError) {
            _ = try BoxedSets(path: path, options: DataOptions(maxMemory: 16_384))
            Issue.record("it was read")
        } catch {
            #expect(error == .tooLong(path, allowed: 8192, isBoundByMemory: true))
            #expect(
                error.description == "\(path) is longer than 8 KiB, half of what --max-memory allows; allow more")
        }
        let sets = try BoxedSets(path: path, options: DataOptions(maxMemory: 32_768))
        #expect(sets.training.pictures.first?.things.count == 1)
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
