import Codecs
import Learning
import Pixels
import Testing

/// The layouts whose boxes are all in one file, or in marked-up ones.
extension BoxReadingTests {
    // MARK: COCO

    private var coco: String {
        """
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
    }

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
