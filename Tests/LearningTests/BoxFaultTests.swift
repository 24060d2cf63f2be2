import Codecs
import Learning
import Pixels
import Testing

/// What is wrong with pictures with boxes is said before anything is learned, by name and line.
@Suite struct BoxFaultTests {
    private func fault(_ path: String, _ options: DataOptions = DataOptions()) -> DataError? {
        do throws(DataError) {
            _ = try BoxedSets(path: path, options: options)
            return nil
        } catch { return error }
    }

    private func folder() throws -> ExampleFolder {
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
        ("path,x,y,w,h\n", 1, "no column is called 'class'; name them path, class, left, top, width, height"),
    ])
    func `lines that are none`(text: String, line: Int, what: String) throws {
        let folder = try folder()
        try folder.write("boxes.csv", text: text)
        #expect(fault(folder.path) == .list(folder.path("boxes.csv"), line: line, what), "\(text)")
    }

    @Test(arguments: [
        ("1,2,0,4", "the box 0.0x4.0 at 1.0,2.0 has no area; give it a width and a height above 0, or remove it"),
        ("1,2,3,-4", "the box 3.0x-4.0 at 1.0,2.0 has no area; give it a width and a height above 0, or remove it"),
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
                "0 0.5 0.5 0 1",
                .box(
                    "the box 0.0x20.0 at 20.0,0.0 has no area; give it a width and a height above 0, or remove it",
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

    // MARK: COCO

    private func coco(_ annotation: String, images: String = "", categories: String = "") -> String {
        """
        {"images": [{"id": 1, "file_name": "a.png"}\(images)], "categories": [{"id": 5, "name": "cat"}\(categories)],
        "annotations": [{"id": 3, "image_id": 1, "category_id": 5, "bbox": [1, 2, 3, 4]}, \(annotation)]}
        """
    }

    @Test func `COCO's annotations that lie are told by their number`() throws {
        let folder = try folder()
        let path = folder.path("annotations.json")
        for (id, keys, what) in [
            (
                4, #""image_id": 2, "category_id": 5, "bbox": [1, 2, 3, 4]"#,
                "there is no image 2; add it to 'images', or remove this"
            ),
            (
                4, #""image_id": 1, "category_id": 6, "bbox": [1, 2, 3, 4]"#,
                "there is no category 6; add it to 'categories', or remove this"
            ),
            (
                3, #""image_id": 1, "category_id": 5, "bbox": [1, 2, 3, 4]"#,
                "there are two of the id 3; give each its own"
            ),
            (
                4, #""image_id": 1, "category_id": 5, "bbox": [1, 2, 0, 4]"#,
                "the box 0.0x4.0 at 1.0,2.0 has no area; give it a width and a height above 0, or remove it"
            ),
        ] {
            try folder.write("annotations.json", text: coco(#"{"id": \#(id), \#(keys)}"#))
            #expect(fault(folder.path) == .box(what, place: "\(path), annotation \(id)"), "\(keys)")
        }
        for (annotation, what) in [
            (#"{"id": 4, "category_id": 5, "bbox": [1, 2, 3, 4]}"#, "entry 2 of 'annotations': it has no 'image_id'"),
            (#"{"image_id": 1, "bbox": [1, 2, 3, 4]}"#, "entry 2 of 'annotations': it has no 'category_id'"),
            (
                #"{"image_id": 1, "category_id": 5, "bbox": [1, 2]}"#,
                "entry 2 of 'annotations': it has no 'bbox' of four"
            ),
            (
                #"{"image_id": 1, "category_id": 5, "bbox": [1, 2, 3, 4, 5]}"#,
                "entry 2 of 'annotations': more than four"
            ),
            (
                #"{"image_id": 1, "category_id": 5, "bbox": [1, NaN, 3, 4]}"#,
                "entry 2 of 'annotations': 'N' where a number"
            ),
            (#"{"image_id": 1, "bbox": [1, 1e999, 3, 4]}"#, "entry 2 of 'annotations': 1e999 is out of range"),
            (#"{"image_id": "a"}"#, "entry 2 of 'annotations': '\"' where a number was expected"),
            (#"{"image_id": 1.5}"#, "entry 2 of 'annotations': 1.5 is no whole number"),
            (#"{"x": \#(String(repeating: "[", count: 70))"#, "entry 2 of 'annotations': more than 64 lists"),
            (#"{"x": "#, "entry 2 of 'annotations': "), ("7", "entry 2 of 'annotations': '7' where '{' was expected"),
        ] {
            try folder.write("annotations.json", text: coco(annotation))
            guard case .box(let said, place: path) = fault(folder.path) else {
                #expect(Bool(false), "\(annotation): \(String(describing: fault(folder.path)))")
                continue
            }
            #expect(said.hasPrefix(what), "\(annotation)")
        }
    }

    @Test func `COCO's pictures and categories that lie`() throws {
        let folder = try folder()
        let path = folder.path("annotations.json")
        let fine = #"{"id": 4, "image_id": 1, "category_id": 5, "bbox": [1, 2, 3, 4]}"#
        let twice = "there are two of the id"
        for (images, categories, place, what) in [
            (#", {"id": 1, "file_name": "b.png"}"#, "", "\(path), image 1", "\(twice) 1; give each its own"),
            (#", {"id": 2, "file_name": "a.png"}"#, "", path, "images 1 and 2 have one file, 'a.png'; make them one"),
            ("", #", {"id": 5, "name": "dog"}"#, "\(path), category 5", "\(twice) 5; give each its own"),
            ("", #", {"id": 6, "name": "cat"}"#, path, "categories 5 and 6 are both called 'cat'; rename one"),
        ] {
            try folder.write("annotations.json", text: coco(fine, images: images, categories: categories))
            #expect(fault(folder.path) == .box(what, place: place))
        }
        try folder.write("annotations.json", text: coco(fine, images: #", {"id": 2, "file_name": "no.png"}"#))
        #expect(fault(folder.path)?.description.contains("no.png (\(path), image 2): no such file") == true)
        for (text, what) in [
            ("", "it ends where '{' was expected, at byte 0; correct it there"),
            ("[]", "'[' where '{' was expected, at byte 0; correct it there"),
            (#"{"images": 1}"#, "'1' where '[' was expected, at byte 11; correct it there"),
            (#"{"images": []} x"#, "'x' behind its end, at byte 15; correct it there"),
        ] {
            try folder.write("annotations.json", text: text)
            #expect(fault(folder.path) == .box(what, place: path))
        }
        try folder.write("annotations.json", text: "{}")
        #expect(fault(folder.path) == .noExamples(path))
    }

    // MARK: Pascal VOC

    @Test(arguments: [
        ("", 1, "it has no element; correct it"),
        ("<annotation>\n<object>\n", 3, "it ends within 'object'; correct it"),
        ("<annotation>\n</object>", 2, "'object' ends where 'annotation' is open; correct it"),
        ("<!DOCTYPE a [<!ENTITY x \"y\">]>", 1, "a document type, which annotations have not; correct it"),
        ("<a>&x;</a>", 1, "an '&' that stands for no character; correct it"),
        ("<a>&#xD800;</a>", 1, "an '&' that stands for no character; correct it"),
        ("<a b=\"", 1, "the tag 'a' has no '>'; correct it"), ("<a><!--", 1, "a comment without its end; correct it"),
        ("<a>< /a>", 1, "a '<' without a name behind it; correct it"),
        ("<a/><b/>", 1, "a second element behind the first; correct it"),
        ("text", 1, "text outside of all elements; correct it"),
        (
            String(repeating: "<a>", count: 99), 1, "more than 32 elements within one another; correct it"
        ),
    ])
    func `XML that is none`(text: String, line: Int, what: String) throws {
        let folder = ExampleFolder()
        try folder.picture("JPEGImages/1.png", 1)
        try folder.write("Annotations/1.xml", text: text)
        #expect(fault(folder.path) == .list(folder.path("Annotations/1.xml"), line: line, what))
    }

    @Test func `Pascal VOC's objects that lie are told by their number`() throws {
        let folder = ExampleFolder()
        try folder.picture("JPEGImages/1.png", 1, size: Size(9))
        let path = folder.path("Annotations/1.xml")
        for (object, what) in [
            ("<bndbox><xmin>1</xmin></bndbox>", "it has no <name>; add its class"),
            ("<name>x</name>", "it has no <xmin> in its <bndbox>; add it"),
            ("<name>x</name><bndbox><xmin>a</xmin></bndbox>", "its <xmin> is 'a', which is no number of pixels"),
            (
                "<name>x</name><bndbox><xmin>5</xmin><ymin>1</ymin><xmax>4</xmax><ymax>3</ymax></bndbox>",
                "the box 0.0x3.0 at 4.0,0.0 has no area; give it a width and a height above 0, or remove it"
            ),
        ] {
            try folder.write("Annotations/1.xml", text: "<annotation><object>\(object)</object></annotation>")
            #expect(fault(folder.path) == .box(what, place: "\(path), object 1"))
        }
        try folder.write("Annotations/2.xml", text: "<annotation></annotation>")
        #expect(fault(folder.path("none")) != nil)
        try folder.write("Annotations/1.xml", text: "<annotation></annotation>")
        let missing = fault(folder.path)?.description
        #expect(missing?.contains("2.jpg (\(folder.path("Annotations/2.xml"))): no such file or directory") == true)
        try folder.write("ImageSets/Main/train.txt", text: "1\n1\n")
        #expect(
            fault(folder.path)
                == .list(folder.path("ImageSets/Main/train.txt"), line: 2, "'1' stands there twice; remove one"))
    }
}
