import Pixels

extension BoxedSets {
    /// Reads a folder, a CSV list or a COCO file of pictures with boxes, and checks all of it, but no more of the pictures
    /// than their headers.
    public init(path: String, options: DataOptions = DataOptions()) throws(DataError) {
        let drafts =
            DataFolder.isFolder(path)
            ? try BoxDrafts(in: DataFolder(path), maxMemory: options.maxMemory)
            : try BoxDrafts(file: path, maxMemory: options.maxMemory)
        var notes = drafts.notes
        if let own = drafts.training {
            self.init(training: try own.read(options, known: options.classes, notes: &notes))
        } else if let classes = options.classes {
            // A model is measured with a test set alone.
            self.init(training: BoxedPictures(pictures: [], classes: classes))
        } else {
            throw .noExamples("the training part of \(path)")
        }
        // The other splits have the training set's classes.
        validation = try drafts.validation?.read(options, known: training.classes, notes: &notes)
        test = try drafts.test?.read(options, known: training.classes, notes: &notes)
        self.notes = notes
    }
}

/// Which of the known layouts a folder has is told by the names in it, in this order:
///
///     train.csv, boxes.csv [val.csv] [test.csv]      lists of boxes
///     annotations/instances_train2017.json …         COCO's files, pictures in train2017/ …
///     images/train/ labels/train/ …                  YOLO's texts, splits within the kinds
///     ImageSets/Main/train.txt …                     Pascal VOC's files and splits
///     train/ [val/] [test/]                          splits, each one of those below
///     _annotations.coco.json, annotations.json       a COCO file, pictures beside it or in images/
///     Annotations/ JPEGImages/                       Pascal VOC's files
///     images/ labels/                                YOLO's texts
///     boxes.csv                                      a list of boxes
struct BoxDrafts {
    /// nil where there are other splits alone.
    var training: BoxDraft?
    var validation: BoxDraft?
    var test: BoxDraft?
    /// What was odd but did no harm, a sentence each.
    var notes: [String] = []

    private static let trainingNames = ["train", "training"]
    private static let validationNames = ["val", "valid", "validation"]
    private static let testNames = ["test"]

    init(file: String, maxMemory: Int) throws(DataError) {
        let isJSON = file.lowercased().hasSuffix(".json")
        training = isJSON ? try BoxJSON(file, maxMemory: maxMemory).draft() : try BoxList(file).draft()
    }

    init(in folder: DataFolder, maxMemory: Int) throws(DataError) {
        if let lists = try Self.lists(folder) {
            self = lists
        } else if let annotations = try Self.annotations(folder, maxMemory) {
            self = annotations
        } else if let texts = try Self.texts(folder) {
            self = texts
        } else if let markUp = try Self.markUp(folder) {
            self = markUp
        } else if let folders = try Self.folders(folder, maxMemory) {
            self = folders
        } else if let training = try Self.one(folder, maxMemory) {
            self.training = training
        } else {
            throw .unknownBoxLayout(folder.path)
        }
    }

    /// What `draft` gives for the names of each split; nil where it gives nothing.
    private init?(_ draft: ([String]) throws(DataError) -> BoxDraft?) throws(DataError) {
        training = try draft(Self.trainingNames)
        validation = try draft(Self.validationNames)
        test = try draft(Self.testNames)
        if training == nil, validation == nil, test == nil { return nil }
    }

    private static func lists(_ folder: DataFolder) throws(DataError) -> BoxDrafts? {
        try BoxDrafts { (names) throws(DataError) in
            let names = names == trainingNames ? names + ["boxes"] : names
            guard let name = names.first(where: { folder.files.contains("\($0).csv") }) else { return nil }
            return try BoxList(folder.path(of: "\(name).csv")).draft()
        }
    }

    /// `annotations/instances_val2017.json` is of the pictures in `val2017/`.
    private static func annotations(_ folder: DataFolder, _ maxMemory: Int) throws(DataError) -> BoxDrafts? {
        guard folder.folders.contains("annotations") else { return nil }
        let texts = try DataFolder(folder.path(of: "annotations"))
        return try BoxDrafts { (names) throws(DataError) in
            for file in texts.files where file.hasSuffix(".json") {
                let split = file.stem.hasPrefix("instances_") ? String(file.stem.dropFirst(10)) : file.stem
                guard names.contains(where: split.hasPrefix) else { continue }
                let places = [split, "images/\(split)", "images"].map(folder.path(of:))
                return try BoxJSON(texts.path(of: file), maxMemory: maxMemory, picturesIn: places).draft()
            }
            return nil
        }
    }

    private static func texts(_ folder: DataFolder) throws(DataError) -> BoxDrafts? {
        guard folder.folders.contains("images"), folder.folders.contains("labels") else { return nil }
        let images = try DataFolder(folder.path(of: "images"))
        var notes: [String] = []
        var drafts = try BoxDrafts { (names) throws(DataError) in
            guard let name = names.first(where: images.folders.contains) else { return nil }
            let labels = folder.path(of: "labels/\(name)")
            if names != trainingNames, !DataFolder.isFolder(labels) {
                notes.append("\(images.path(of: name)) was left out: there is no folder \(labels) with its boxes")
                return nil
            }
            return try BoxTexts(images: images.path(of: name), labels: labels, namesIn: [folder.path]).draft()
        }
        drafts?.notes = notes
        return drafts
    }

    private static func markUp(_ folder: DataFolder) throws(DataError) -> BoxDrafts? {
        let sets = folder.path(of: "ImageSets/Main")
        guard BoxXML.isIn(folder), DataFolder.isFolder(sets) else { return nil }
        return try BoxDrafts { (names) throws(DataError) in
            let names = names == trainingNames ? names + ["trainval"] : names
            guard let name = names.first(where: { DataFolder.isFile("\(sets)/\($0).txt") }) else { return nil }
            return try BoxXML(folder, list: "\(sets)/\(name).txt").draft()
        }
    }

    private static func folders(_ folder: DataFolder, _ maxMemory: Int) throws(DataError) -> BoxDrafts? {
        try BoxDrafts { (names) throws(DataError) in
            guard let name = names.first(where: folder.folders.contains) else { return nil }
            let split = try DataFolder(folder.path(of: name))
            guard let draft = try one(split, maxMemory, namesIn: [folder.path]) else {
                throw .unknownBoxLayout(split.path)
            }
            return draft
        }
    }

    private static func one(
        _ folder: DataFolder, _ maxMemory: Int, namesIn places: [String] = []
    ) throws(DataError) -> BoxDraft? {
        for name in ["_annotations.coco.json", "annotations.json"] where folder.files.contains(name) {
            return try BoxJSON(folder.path(of: name), maxMemory: maxMemory).draft()
        }
        if BoxXML.isIn(folder) { return try BoxXML(folder).draft() }
        if folder.folders.contains("images"), folder.folders.contains("labels") {
            return try BoxTexts(
                images: folder.path(of: "images"), labels: folder.path(of: "labels"), namesIn: [folder.path] + places
            ).draft()
        }
        guard folder.files.contains("boxes.csv") else { return nil }
        return try BoxList(folder.path(of: "boxes.csv")).draft()
    }
}
