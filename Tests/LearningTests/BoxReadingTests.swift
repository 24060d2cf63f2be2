import Codecs
import Learning
import Pixels
import Testing

/// Pictures with boxes in each of the layouts that are known.
@Suite struct BoxReadingTests {
    /// A thing in short: its class, then left, top, width and height.
    private func things(_ set: BoxedPictures?, _ index: Int = 0) -> [[Double]] {
        guard let set, set.pictures.indices.contains(index) else { return [] }
        return set.pictures[index].things.map {
            [Double($0.label), $0.box.left, $0.box.top, $0.box.width, $0.box.height]
        }
    }

    private func names(_ set: BoxedPictures?, _ folder: ExampleFolder) -> [String] {
        set?.pictures.map { String($0.path.dropFirst(folder.path.count + 1)) } ?? []
    }

    private let size = Size(width: 40, height: 20)

    // MARK: Lists

    @Test func `a list without a head is path, class, left, top, width, height`() throws {
        let folder = ExampleFolder()
        for name in ["a", "b", "deep/c, d"] { try folder.picture("\(name).png", 1, size: size) }
        try folder.write(
            "list.csv", text: "b.png,dog,1,2.5,10,5\na.png,cat,0,0,40,20\n\"deep/c, d.png\"\nb.png,cat,3,3,1,1e0\r\n")
        let sets = try BoxedSets(path: folder.path("list.csv"))
        #expect(sets.training.classes == ["cat", "dog"] && sets.notes == [])
        #expect(names(sets.training, folder) == ["b.png", "a.png", "deep/c, d.png"])
        #expect(things(sets.training) == [[1, 1, 2.5, 10, 5], [0, 3, 3, 1, 1]])
        #expect(things(sets.training, 1) == [[0, 0, 0, 40, 20]] && things(sets.training, 2) == [])
        #expect(sets.validation == nil && sets.test == nil)
    }

    @Test(arguments: [
        "path,class,probability,x,y,width,height\na.png,dog,0.9,4,5,6,7",
        "File, Label ,left,top,w,h\na.png,dog,4,5,6,7",
        "filename,width,height,class,xmin,ymin,xmax,ymax\na.png,40,20,dog,4,5,10,12",
        "x1,y1,x2,y2,name,image\n4,5,10,12,dog,a.png",
        "category,right,bottom,left,top,picture,more\ndog, 10 ,12,4,5,a.png,",
    ])
    func `a head names the columns`(text: String) throws {
        let folder = ExampleFolder()
        try folder.picture("a.png", 1, size: size)
        try folder.write("list.csv", text: text)
        let set = try BoxedSets(path: folder.path("list.csv")).training
        #expect(things(set) == [[0, 4, 5, 6, 7]] && set.classes == ["dog"])
    }

    @Test func `lists of a folder, their empty pictures, and the training set's classes`() throws {
        let folder = ExampleFolder()
        for name in ["a", "b", "c"] { try folder.picture("\(name).png", 1, size: size) }
        let head = "path,class,x,y,width,height\n"
        try folder.write("train.csv", text: head + "a.png,10,0,0,5,5\na.png,9,1,1,5,5\nb.png,,,,,\n")
        try folder.write("valid.csv", text: head + "b.png,10,0,0,5,5\n")
        try folder.write("test.csv", text: head + "c.png,9,0,0,5,5\n")
        let sets = try BoxedSets(path: folder.path)
        // Names that are numbers are in the order of numbers.
        #expect(sets.training.classes == ["9", "10"])
        #expect(things(sets.training) == [[1, 0, 0, 5, 5], [0, 1, 1, 5, 5]])
        #expect(sets.training.pictures.count == 2 && sets.training.thingCount == 2)
        #expect(things(sets.validation) == [[1, 0, 0, 5, 5]] && things(sets.test) == [[0, 0, 0, 5, 5]])
        let known = try BoxedSets(path: folder.path, options: DataOptions(classes: ["10", "8", "9"]))
        #expect(known.training.classes == ["10", "8", "9"] && things(known.training)[1][0] == 2 && known.notes == [])
        let other = ExampleFolder()
        try other.picture("a.png", 1, size: size)
        try other.write("boxes.csv", text: "a.png,thing,0,0,5,5\n")
        #expect(things(try BoxedSets(path: other.path).training) == [[0, 0, 0, 5, 5]])
    }

    @Test func `boxes that reach beyond their pictures are cut, and a note says how many`() throws {
        let folder = ExampleFolder()
        try folder.picture("a.png", 1, size: size)
        try folder.write("boxes.csv", text: "a.png,x,-5,-1e6,10,1e7\na.png,x,39,19,1e300,4\na.png,x,0,0,40.001,20\n")
        let sets = try BoxedSets(path: folder.path)
        #expect(things(sets.training) == [[0, 0, 0, 5, 20], [0, 39, 19, 1, 1], [0, 0, 0, 40, 20]])
        #expect(
            sets.notes == [
                "2 boxes reached beyond their pictures and were cut, first of them that of \(folder.path("boxes.csv")), line 1"
            ])
    }

    // MARK: YOLO

    @Test func `YOLO's texts are shares of the pictures, of every size`() throws {
        let folder = ExampleFolder()
        try folder.picture("images/a.png", 1, size: size)
        try folder.picture("images/deep/b.pgm", 1, size: Size(10), format: .pnm)
        for name in ["c", "d"] { try folder.picture("images/\(name).png", 1) }
        try folder.write("labels/a.txt", text: "1 0.5 0.5 0.25 0.5\n\n0\t0.25  0.25 0.5 0.5\r\n")
        try folder.write("labels/deep/b.txt", text: "0 0.5 0.5 1 1")
        try folder.write("labels/c.txt", text: "")
        try folder.write("labels/z.txt", text: "0 0.5 0.5 1 1")
        try folder.write("classes.txt", text: "dog\ncat\nowl\n")
        let sets = try BoxedSets(path: folder.path)
        #expect(sets.training.classes == ["dog", "cat", "owl"])
        #expect(names(sets.training, folder).map { $0.dropFirst(7) } == ["a.png", "c.png", "d.png", "deep/b.pgm"])
        #expect(things(sets.training) == [[1, 15, 5, 10, 10], [0, 0, 0, 20, 10]])
        #expect(things(sets.training, 3) == [[0, 0, 0, 10, 10]] && sets.training.thingCount == 3)
        #expect(
            sets.notes == [
                "1 texts in \(folder.path("labels")) have no picture and were left out, first of them "
                    + folder.path("labels/z.txt"),
                "1 of 3 classes have no boxes in \(folder.path("images")) and will not be learned: owl",
            ])
        // A model's classes are found by name.
        let known = try BoxedSets(path: folder.path, options: DataOptions(classes: ["owl", "cat", "dog"]))
        #expect(things(known.training).map { $0[0] } == [1, 2])
    }

    @Test(arguments: ["train/images", "images/train"])
    func `YOLO's splits lie around the kinds or within them`(training: String) throws {
        let folder = ExampleFolder()
        func place(_ split: String, _ kind: String) -> String {
            training.hasPrefix("train") ? "\(split)/\(kind)" : "\(kind)/\(split)"
        }
        for (split, label) in [("train", 1), ("valid", 0), ("test", 1)] {
            try folder.picture("\(place(split, "images"))/a.png", 1, size: size)
            try folder.write("\(place(split, "labels"))/a.txt", text: "\(label) 0.5 0.5 1 1\n")
        }
        let numbered = try BoxedSets(path: folder.path)
        #expect(numbered.training.classes == ["0", "1"] && things(numbered.training) == [[1, 0, 0, 40, 20]])
        try folder.write("obj.names", text: "cat\ndog\n")
        let sets = try BoxedSets(path: folder.path)
        #expect(sets.training.classes == ["cat", "dog"] && names(sets.training, folder) == ["\(training)/a.png"])
        #expect(things(sets.validation) == [[0, 0, 0, 40, 20]] && things(sets.test) == [[1, 0, 0, 40, 20]])
    }

    @Test func `YOLO's test pictures without texts are left out with a word`() throws {
        let folder = ExampleFolder()
        for split in ["train", "test"] { try folder.picture("images/\(split)/a.png", 1) }
        try folder.write("labels/train/a.txt", text: "0 0.5 0.5 1 1\n")
        let sets = try BoxedSets(path: folder.path)
        #expect(sets.test == nil && sets.notes.first?.hasPrefix("\(folder.path("images/test")) was left out") == true)
    }

    // MARK: COCO

    private let coco = """
        {"info": {"a": [1, {"b": null}], "x": "}]\\""}, "licenses": [],
         "annotations": [
          {"id": 7, "image_id": -3, "category_id": 90, "bbox": [1, 2.5, 10, 5], "iscrowd": 0, "area": 50,
           "segmentation": [[1.5, 2, 3e1, 4], []]},
          {"id": 5, "image_id": -3, "category_id": 18, "bbox": [0, 0, 40, 20], "iscrowd": 1,
           "segmentation": {"counts": [1, 2], "size": [20, 40]}}],
         "images": [{"id": 900, "file_name": "b.png", "width": 40, "height": 20},
          {"id": -3, "file_name": "a.png", "width": null, "height": 20, "coco_url": "http://x"}],
         "categories": [{"id": 90, "name": "dog", "supercategory": "animal"}, {"id": 18, "name": "cat"},
          {"id": 0, "name": "animal", "supercategory": "none"}]}
        """

    @Test(arguments: ["set.json", "annotations.json", "_annotations.coco.json"])
    func `a COCO file, whatever its numbers, with crowds that do not count`(name: String) throws {
        let folder = ExampleFolder()
        for name in ["a", "b"] { try folder.picture("\(name).png", 1, size: size) }
        try folder.write(name, text: coco)
        let sets = try BoxedSets(path: name == "set.json" ? folder.path(name) : folder.path)
        // What only heads others is no class.
        #expect(sets.training.classes == ["cat", "dog"])
        #expect(names(sets.training, folder) == ["b.png", "a.png"] && things(sets.training) == [])
        #expect(things(sets.training, 1) == [[1, 1, 2.5, 10, 5], [0, 0, 0, 40, 20]])
        #expect(sets.training.pictures[1].things.map(\.isUncounted) == [false, true] && sets.training.thingCount == 1)
        #expect(sets.notes == ["1 of 2 classes have no boxes in \(folder.path(name)) and will not be learned: cat"])
    }

    @Test func `COCO's own folders, and Roboflow's`() throws {
        let folder = ExampleFolder()
        for split in ["train2017", "val2017"] {
            for name in ["a", "b"] { try folder.picture("\(split)/\(name).png", 1, size: size) }
            try folder.write("annotations/instances_\(split).json", text: coco)
            try folder.write("annotations/captions_\(split).json", text: "{")
        }
        let sets = try BoxedSets(path: folder.path)
        #expect(names(sets.training, folder) == ["train2017/b.png", "train2017/a.png"])
        #expect(names(sets.validation, folder) == ["val2017/b.png", "val2017/a.png"] && sets.test == nil)
        let alone = try BoxedSets(path: folder.path("annotations/instances_val2017.json")).training
        #expect(alone.pictures[0].path == folder.path("annotations/../val2017/b.png"))
        let other = ExampleFolder()
        for split in ["train", "valid", "test"] {
            for name in ["a", "b"] { try other.picture("\(split)/\(name).png", 1, size: size) }
            try other.write("\(split)/_annotations.coco.json", text: coco)
        }
        let splits = try BoxedSets(path: other.path)
        #expect(names(splits.training, other) == ["train/b.png", "train/a.png"])
        #expect(names(splits.validation, other)[0] == "valid/b.png" && names(splits.test, other)[0] == "test/b.png")
    }

    @Test func `pictures of another size than COCO's file says are noted`() throws {
        let folder = ExampleFolder()
        for name in ["a", "b"] { try folder.picture("images/\(name).png", 1, size: Size(width: 20, height: 40)) }
        try folder.write("annotations.json", text: coco)
        let sets = try BoxedSets(path: folder.path)
        #expect(sets.notes.contains { $0.contains("images/b.png, which is 20x40 and not 40x20") })
    }

    // MARK: Pascal VOC

    private func voc(_ objects: String) -> String {
        """
        <?xml version="1.0"?>
        <!-- <object> -->
        <annotation verified="a > b"><folder>x</folder><filename>old &amp; gone.jpg</filename>
        <size><width>40</width><height>20</height><depth>3</depth></size><segmented/>
        \(objects)
        </annotation>

        """
    }

    private func object(_ name: String, _ ends: [Int], _ more: String = "") -> String {
        "<object><name>\(name)</name>\(more)<bndbox><xmin>\(ends[0])</xmin><ymin>\(ends[1])</ymin><xmax>\(ends[2])</xmax>"
            + "<ymax>\(ends[3])</ymax></bndbox></object>"
    }

    @Test func `Pascal VOC's files count from 1 and have both ends`() throws {
        let folder = ExampleFolder()
        for name in ["1", "2", "3"] { try folder.picture("JPEGImages/\(name).png", 1, size: size) }
        let part = "<part><name>head</name><bndbox><xmin>5</xmin></bndbox></part>"
        try folder.write(
            "Annotations/1.xml",
            text: voc(
                object("dog", [1, 1, 40, 20], part) + object("c&#97;t", [3, 4, 3, 4], "<difficult>1</difficult>")))
        try folder.write("Annotations/2.xml", text: voc(""))
        try folder.write("Annotations/3.xml", text: voc(object(" cat ", [11, 11, 20, 15])))
        let sets = try BoxedSets(path: folder.path)
        #expect(sets.training.classes == ["cat", "dog"] && sets.notes == [])
        #expect(names(sets.training, folder).map { $0.dropFirst(11) } == ["1.png", "2.png", "3.png"])
        #expect(things(sets.training) == [[1, 0, 0, 40, 20], [0, 2, 3, 1, 1]])
        #expect(sets.training.pictures[0].things.map(\.isUncounted) == [false, true])
        #expect(things(sets.training, 1) == [] && things(sets.training, 2) == [[0, 10, 10, 10, 5]])
        try folder.write("ImageSets/Main/train.txt", text: "3\n1\n")
        try folder.write("ImageSets/Main/val.txt", text: "1  1\n2 -1\n")
        let splits = try BoxedSets(path: folder.path)
        #expect(names(splits.training, folder).map { $0.dropFirst(11) } == ["3.png", "1.png"])
        #expect(names(splits.validation, folder).map { $0.dropFirst(11) } == ["1.png", "2.png"])
    }
}
