import Codecs
import Learning
import Pixels
import Testing

/// Pictures with boxes in each of the layouts that are known.
@Suite struct BoxReadingTests {
    /// A thing in short: its class, then left, top, width and height.
    func things(_ set: BoxedPictures?, _ index: Int = 0) -> [[Double]] {
        guard let set, set.pictures.indices.contains(index) else { return [] }
        return set.pictures[index].things.map {
            [Double($0.label), $0.box.left, $0.box.top, $0.box.width, $0.box.height]
        }
    }

    func names(_ set: BoxedPictures?, _ folder: ExampleFolder) -> [String] {
        set?.pictures.map { String($0.path.dropFirst(folder.path.count + 1)) } ?? []
    }

    let size = Size(width: 40, height: 20)

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

    @Test func `a test set alone is enough to measure a model with, and nothing to learn from`() throws {
        let folder = ExampleFolder()
        try folder.picture("a.png", 1, size: size)
        try folder.write("test.csv", text: "a.png,x,1,2,3,4\n")
        let sets = try BoxedSets(path: folder.path, options: DataOptions(classes: ["w", "x"]))
        #expect(sets.training.pictures.isEmpty && sets.validation == nil && things(sets.test) == [[1, 1, 2, 3, 4]])
        #expect(throws: DataError.noExamples("the training part of \(folder.path)")) {
            try BoxedSets(path: folder.path)
        }
    }

    @Test func `boxes without an area are left out, and a note says how many`() throws {
        let folder = ExampleFolder()
        try folder.picture("a.png", 1, size: size)
        try folder.write("boxes.csv", text: "a.png,x,1,2,3,4\na.png,x,1,2,0,4\na.png,x,1,2,3,0\n")
        let sets = try BoxedSets(path: folder.path)
        #expect(things(sets.training) == [[0, 1, 2, 3, 4]])
        #expect(
            sets.notes == [
                "2 boxes have no area and were left out, first of them that of \(folder.path("boxes.csv")), line 2"
            ])
        try folder.write("boxes.csv", text: "a.png,x,1,2,0,4\n")
        #expect(throws: DataError.noBoxes(folder.path("boxes.csv"))) { try BoxedSets(path: folder.path("boxes.csv")) }
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

    @Test func `pictures that are stored turned are noted, for their boxes may have been drawn on upright ones`() throws
    {
        let folder = ExampleFolder()
        let metadata = Metadata(exif: Metadata.exif(.turnedRight))
        let header = PictureHeader(size: Size(2), channels: .gray, depth: .uint8, metadata: metadata)
        try folder.write("a.png", try Raster(header: header, bytes: [1, 2, 3, 4]).encoded(as: .png))
        try folder.write("boxes.csv", text: "a.png,x,0,0,1,2\n")
        let notes = try BoxedSets(path: folder.path).notes
        #expect(
            notes.count == 1
                && notes[0].hasPrefix("1 pictures are stored turned, first of them \(folder.path("a.png"));"))
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

    @Test(
        arguments: [
            ("nc: 2\nnames: ['red ball', \"blue\"]  # two\n", ["red ball", "blue"]),
            ("names: [a, b,\n  c]\nnc: 3\n", ["a", "b", "c"]),
            (
                "names: [cat, \"dog, big\", 'it''s, isn''t', o'clock, ]\n",
                ["cat", "dog, big", "it's, isn't", "o'clock"]
            ),
            ("train: ../train\nnames:\n  0: a\n  # between\n  1: 'b: c'\nnc: 2\n", ["a", "b: c"]),
            ("names:\n- a\n- b\nother:\n- x\n", ["a", "b"]), ("names:\n  - a\n", ["a"]),
            ("nc: 2\n", nil), ("names: 5\n", nil), ("names: [a, b\n", nil), ("names:\n  1: a\n", nil), ("", nil),
        ] as [(String, [String]?)])
    func `YOLO's classes may be named in its settings`(text: String, names: [String]?) throws {
        let folder = ExampleFolder()
        try folder.picture("train/images/a.png", 1, size: size)
        try folder.write("train/labels/a.txt", text: "0 0.5 0.5 0.5 0.5\n")
        try folder.write("data.yaml", text: text)
        let sets = try BoxedSets(path: folder.path)
        #expect(sets.training.classes == names ?? ["0"])
    }

    @Test func `YOLO's test pictures without texts are left out with a word`() throws {
        let folder = ExampleFolder()
        for split in ["train", "test"] { try folder.picture("images/\(split)/a.png", 1) }
        try folder.write("labels/train/a.txt", text: "0 0.5 0.5 1 1\n")
        let sets = try BoxedSets(path: folder.path)
        #expect(sets.test == nil && sets.notes.first?.hasPrefix("\(folder.path("images/test")) was left out") == true)
    }
}
