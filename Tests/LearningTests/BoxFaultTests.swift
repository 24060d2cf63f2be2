import Codecs
import Learning
import Pixels
import Testing

/// What is wrong with pictures with boxes is said before anything is learned, by name and line.
@Suite struct BoxFaultTests {
    func fault(_ path: String, _ options: DataOptions = DataOptions()) -> DataError? {
        do throws(DataError) {
            _ = try BoxedSets(path: path, options: options)
            return nil
        } catch { return error }
    }

    func folder() throws -> ExampleFolder {
        let folder = ExampleFolder()
        try folder.picture("a.png", 1, size: Size(width: 40, height: 20))
        return folder
    }

    @Test func `nothing that is known`() throws {
        let folder = try folder()
        #expect(fault(folder.path) == .unknownBoxLayout(folder.path))
        #expect(fault(folder.path)?.description.contains("'train.csv' or 'boxes.csv'") == true)
        try folder.picture("train/cat/a.png", 1)
        #expect(fault(folder.path) == .unknownBoxLayout(folder.path("train")))
        #expect(fault(folder.path("none.csv")) == .file(folder.path("none.csv"), .system(.open, errno: 2)))
    }

    // MARK: Lists

    private static let head = "path,class,x,y,width,height\n"

    @Test(arguments: [
        (
            "a.png,cat,1,2,3\n", 1,
            "its height is missing; a line has path, class and a box of four numbers, or the path alone"
        ),
        (
            "a.png,,1,2,3,4\n", 1,
            "its class is missing; a line has path, class and a box of four numbers, or the path alone"
        ),
        ("a.png,cat\n", 1, "its left is missing; a line has path, class and a box of four numbers, or the path alone"),
        ("a.png,cat,1,2,3,4\na.png,cat,1,nan,3,4\n", 2, "its top is 'nan', which is no number of pixels"),
        ("a.png,cat,1,2,0x10,4\n", 1, "its width is '0x10', which is no number of pixels"),
        ("a.png,cat,1,2,3,1e999\n", 1, "its height is '1e999', which is no number of pixels"),
        ("a.png,cat,one,2,3,4\n", 1, "its left is 'one', which is no number of pixels"),
        (head + ",cat,1,2,3,4\n", 2, "it names no picture; add the path, or remove the line"),
        ("a.png,\"cat,1\n", 1, "a quoted field without its closing quote"),
        (
            "path,class,x,y,width\na.png,cat,1,2,3\n", 1,
            "no column is called 'height' or 'bottom'; name them path, class, left, top, width, height"
        ),
        (
            "path;class;x;y;w;h\na.png;cat;1;2;3;4\n", 1,
            "its columns lie between semicolons or tabs; commas have to stand between them"
        ),
        ("path,x,y,w,h\n", 1, "no column is called 'class'; name them path, class, left, top, width, height"),
    ])
    func `lines that are none`(text: String, line: Int, what: String) throws {
        let folder = try folder()
        try folder.write("boxes.csv", text: text)
        #expect(fault(folder.path) == .list(folder.path("boxes.csv"), line: line, what), "\(text)")
    }

    @Test(arguments: [
        (
            "1,2,-0.5,4",
            "the box -0.5x4.0 at 1.0,2.0 ends before it begins; give it a width and a height above 0, or remove it"
        ),
        (
            "1,2,3,-4",
            "the box 3.0x-4.0 at 1.0,2.0 ends before it begins; give it a width and a height above 0, or remove it"
        ),
        ("40,2,3,4", "the box 3.0x4.0 at 40.0,2.0 lies outside of its picture, which is 40x20; correct its numbers"),
        ("1,-9,3,4", "the box 3.0x4.0 at 1.0,-9.0 lies outside of its picture, which is 40x20; correct its numbers"),
        ("1e308,2,1e308,4", "a number of the box is out of range; correct it"),
    ])
    func `boxes that are none`(box: String, what: String) throws {
        let folder = try folder()
        try folder.write("boxes.csv", text: "a.png,cat,1,2,3,4\na.png,cat,\(box)\n")
        #expect(fault(folder.path) == .box(what, place: "\(folder.path("boxes.csv")), line 2"))
        #expect(fault(folder.path)?.description == "\(folder.path("boxes.csv")), line 2: \(what)")
    }

    @Test func `pictures that are missing, no pictures or too large, each with its line`() throws {
        let folder = try folder()
        try folder.write("b.png", text: "no picture")
        try folder.write("boxes.csv", text: "a.png,cat,1,2,3,4\nb.png\nc.png,cat,1,2,3,4\n")
        let list = folder.path("boxes.csv")
        guard case .pictures(let sentences, 2, of: 3) = fault(folder.path) else {
            return #expect(Bool(false), "they were not found")
        }
        #expect(sentences[0].hasPrefix("\(folder.path("b.png")) (\(list), line 2) is none of PNG"))
        #expect(
            sentences[1]
                == "cannot open \(folder.path("c.png")) (\(list), line 3): no such file or directory; check the name")
        try folder.write("boxes.csv", text: "a.png,cat,1,2,3,4\n")
        let limited = fault(folder.path, DataOptions(limits: Limits(maxPixels: 799)))
        #expect(limited?.description.contains("--max-pixels 800") == true)
        #expect(fault(folder.path, DataOptions(limits: Limits(maxPixels: 800))) == nil)
    }

    @Test func `nothing to be found, and classes that are not known`() throws {
        let folder = try folder()
        let list = folder.path("train.csv")
        for (text, error) in [
            ("", DataError.noExamples(list)), (Self.head, .noExamples(list)), ("a.png\n", .noBoxes(list)),
            (Self.head + "a.png,,,,,\n", .noBoxes(list)),
        ] {
            try folder.write("train.csv", text: text)
            #expect(fault(folder.path) == error, "\(text)")
        }
        try folder.write("train.csv", text: "a.png,cat,1,2,3,4\n")
        let known = DataOptions(classes: ["dog", "owl"])
        #expect(fault(folder.path, known) == .unknownClass("cat", known: ["dog", "owl"], place: "\(list), line 1"))
        try folder.write("val.csv", text: "a.png\na.png,owl,1,2,3,4\n")
        let place = "\(folder.path("val.csv")), line 2"
        #expect(fault(folder.path) == .unknownClass("owl", known: ["cat"], place: place))
        try folder.write("val.csv", text: "a.png\n")
        #expect(fault(folder.path) == .noBoxes(folder.path("val.csv")))
    }

    // MARK: YOLO

    @Test func `YOLO's texts that lie`() throws {
        let folder = ExampleFolder()
        try folder.picture("images/a.png", 1, size: Size(width: 40, height: 20))
        try folder.write("classes.txt", text: "cat\ndog\n")
        let text = folder.path("labels/a.txt")
        for (line, error) in [
            (
                "0 0.5 0.5 1",
                DataError.list(
                    text, line: 2,
                    "4 numbers, and 5 are needed: class, centre across, centre down, width and height, as shares of the "
                        + "picture's size")
            ),
            (
                "cat 0.5 0.5 1 1",
                .list(text, line: 2, "its class is 'cat', which is no whole number; number classes from 0")
            ),
            ("0 0.5 nan 1 1", .list(text, line: 2, "'nan' is no number; write shares such as 0.5")),
            ("2 0.5 0.5 1 1", .labelOutOfRange(2, classes: 2, place: "\(text), line 2")),
            ("-1 0.5 0.5 1 1", .labelOutOfRange(-1, classes: 2, place: "\(text), line 2")),
            (
                "0 60 50 10 10",
                .box(
                    "the box 400.0x200.0 at 2200.0,900.0 lies outside of its picture, which is 40x20; correct its "
                        + "numbers, which are shares of the picture's size", place: "\(text), line 2")
            ),
            (
                "0 0.5 0.5 -0.1 1",
                .box(
                    "the box -4.0x20.0 at 22.0,0.0 ends before it begins; give it a width and a height above 0, or remove it",
                    place: "\(text), line 2")
            ),
        ] {
            try folder.write("labels/a.txt", text: "1 0.5 0.5 1 1\n\(line)\n")
            #expect(fault(folder.path) == error, "\(line)")
        }
        try folder.write("labels/a.txt", text: "")
        #expect(fault(folder.path) == .noBoxes(folder.path("images")))
        try folder.picture("images/a.pgm", 1, format: .pnm)
        #expect(fault(folder.path) == .sameName(folder.path("images/a.pgm"), folder.path("images/a.png")))
    }

    @Test func `YOLO's numbers without names are the model's, and no more than it has`() throws {
        let folder = ExampleFolder()
        try folder.picture("images/a.png", 1)
        try folder.write("labels/a.txt", text: "2 0.5 0.5 1 1\n")
        let place = "\(folder.path("labels/a.txt")), line 1"
        #expect(fault(folder.path, DataOptions(classes: ["x", "y"])) == .labelOutOfRange(2, classes: 2, place: place))
        #expect(fault(folder.path, DataOptions(classes: ["x", "y", "z"])) == nil)
        try folder.write("labels/a.txt", text: "99999999 0.5 0.5 1 1\n")
        #expect(fault(folder.path) == .labelOutOfRange(99_999_999, classes: 65536, place: place))
    }
}
