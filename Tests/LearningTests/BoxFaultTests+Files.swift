import Codecs
import Learning
import Pixels
import Testing

/// What is wrong in COCO's and in Pascal VOC's files.
extension BoxFaultTests {
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
                4, #""image_id": 1, "category_id": 5, "bbox": [1, 2, -3, 4]"#,
                "the box -3.0x4.0 at 1.0,2.0 ends before it begins; give it a width and a height above 0, or remove it"
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
                "<name>x</name><bndbox><xmin>5</xmin><ymin>1</ymin><xmax>2</xmax><ymax>3</ymax></bndbox>",
                "the box -2.0x3.0 at 4.0,0.0 ends before it begins; give it a width and a height above 0, or remove it"
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
