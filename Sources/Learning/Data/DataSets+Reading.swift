import Pixels

/// Which of the known layouts a folder has is told by the names in it, in this order:
///
///     train-images-idx3-ubyte[.gz] …     MNIST's files
///     data_batch_1.bin …, train.bin      CIFAR-10's and CIFAR-100's
///     before/ after/                     pictures and what they are to become
///     images/ masks/                     pictures and the classes of their pixels
///     train.csv [valid.csv] [test.csv]   lists of paths and labels
///     train/ [val/] [test/]              splits, each one of those above or below
///     cat/ dog/ …                        a folder for each class
extension DataSets {
    private static let trainingNames = ["train", "training"]
    private static let validationNames = ["val", "valid", "validation"]
    private static let testNames = ["test", "t10k"]

    /// Reads a folder, a CSV list, an IDX file of pictures or one of CIFAR's files, and checks all of it.
    public init(path: String, options: DataOptions = DataOptions()) throws(DataError) {
        var notes: [String] = []
        if let detector = options.detector {
            try self.init(BoxedSets(path: path, options: options), detector, options, notes: &notes)
        } else if DataFolder.isFolder(path) {
            try self.init(try DataFolder(path), options, notes: &notes)
        } else if IDXFiles.isImages(path) {
            let classes = try DataFile.classNames(options.classes, orIn: path.folder)
            self.init(training: try IDXFiles(images: path).read(options, classes: classes))
        } else if CIFARFiles.isBatch(path) {
            let files = try CIFARFiles(file: path)
            self.init(training: try files.read(files.training, options, classes: files.classes(options)))
        } else {
            self.init(training: try PictureList(path, options).read(known: options.classes))
        }
        try check(path, options)
        // Examples to measure a model with need not have all of its classes.
        if options.classes == nil { notes += try noteOfClasses(path) }
        self.notes = notes
    }

    /// There are two classes at least, and numbers are counted without gaps. Of classes that were named beforehand some may have no
    /// example: whoever takes a part of a known set has reasons.
    private func noteOfClasses(_ path: String) throws(DataError) -> [String] {
        guard case .labels(let labels) = training.targets else { return [] }
        let present = Set(labels)
        if present.count == 1, let only = present.first { throw .oneClass(training.classes[Int(only)], place: path) }
        let missing = training.classes.indices.filter { !present.contains(Int32($0)) }.map { training.classes[$0] }
        guard let first = missing.first else { return [] }
        if Int(first) != nil { throw .unusedLabel(first, place: path) }
        return ["no examples to learn these classes from: \(DataError.listed(missing, of: missing.count))"]
    }

    /// Examples from elsewhere to measure with: of the training set's classes, by name, and of its shape.
    public mutating func readValidation(path: String, options: DataOptions) throws(DataError) {
        var options = options
        options.classes = knownClasses ?? options.classes
        validation = try DataSets(path: path, options: options).training
        try check(path, options)
    }

    /// Pairs of pictures.
    public init(_ pairs: PicturePairs, options: DataOptions = DataOptions()) throws(DataError) {
        self.init(training: try pairs.read(options, areMasks: options.target == .masks, known: options.classes))
        if options.target != .masks { notes += pairs.noteOfJPEG(options.limits) }
    }

    private init(_ folder: DataFolder, _ options: DataOptions, notes: inout [String]) throws(DataError) {
        if let training = try IDXFiles(in: folder, prefixes: Self.trainingNames) {
            let classes = try DataFile.classNames(options.classes, orIn: folder.path)
            self.init(training: try training.read(options, classes: classes))
            test = try IDXFiles(in: folder, prefixes: Self.testNames)?.read(options, classes: self.training.classes)
            validation = try IDXFiles(in: folder, prefixes: Self.validationNames)?
                .read(options, classes: self.training.classes)
        } else if let files = CIFARFiles(in: folder) {
            self.init(training: try files.read(files.training, options, classes: files.classes(options)))
            if !files.test.isEmpty { test = try files.read(files.test, options, classes: self.training.classes) }
        } else if folder.files.contains("train.csv") {
            self.init(training: try PictureList(folder.path(of: "train.csv"), options).read(known: options.classes))
            validation = try list(Self.validationNames, in: folder, options)
            test = try list(Self.testNames, in: folder, options)
        } else if let name = Self.trainingNames.first(where: folder.folders.contains) {
            let training = try DataFolder(folder.path(of: name))
            self.init(training: try Self.one(training, options, known: options.classes, notes: &notes))
            validation = try split(Self.validationNames, in: folder, options, &notes)
            test = try split(Self.testNames, in: folder, options, &notes)
        } else {
            self.init(training: try Self.one(folder, options, known: options.classes, notes: &notes))
        }
    }

    /// Pairs or classes.
    private static func one(
        _ folder: DataFolder, _ options: DataOptions, known: [String]?, notes: inout [String]
    ) throws(DataError) -> ExampleSet {
        for (first, second, areMasks) in [("before", "after", false), ("images", "masks", true)] {
            guard folder.folders.contains(first), folder.folders.contains(second) else { continue }
            let pairs = try PicturePairs(before: [folder.path(of: first)], after: [folder.path(of: second)])
            let areMasks = options.target.map { $0 == .masks } ?? areMasks
            let set = try pairs.read(options, areMasks: areMasks, known: known)
            if !areMasks { notes += pairs.noteOfJPEG(options.limits) }
            return set
        }
        guard !folder.folders.isEmpty else { throw .unknownLayout(folder.path) }
        return try ClassFolders(folder, options).read(known: known, notes: &notes)
    }

    private func list(
        _ names: [String], in folder: DataFolder, _ options: DataOptions
    ) throws(DataError) -> ExampleSet? {
        guard let name = names.first(where: { folder.files.contains("\($0).csv") }) else { return nil }
        return try PictureList(folder.path(of: "\(name).csv"), options).read(known: knownClasses)
    }

    private func split(
        _ names: [String], in folder: DataFolder, _ options: DataOptions, _ notes: inout [String]
    ) throws(DataError) -> ExampleSet? {
        guard let name = names.first(where: folder.folders.contains) else { return nil }
        let split = try DataFolder(folder.path(of: name))
        return try Self.one(split, options, known: knownClasses, notes: &notes)
    }

    /// The other splits have the training set's classes, if it has any.
    private var knownClasses: [String]? { training.classes.isEmpty ? nil : training.classes }

    /// The splits are of one shape, and together within the memory.
    private func check(_ path: String, _ options: DataOptions) throws(DataError) {
        let others = [validation, test].compactMap { $0 }
        for other in others {
            let (shape, own) = (training.shape.ofOne, other.shape.ofOne)
            if own != shape { throw .shapes(first: training.name(of: 0), shape, other: other.name(of: 0), own) }
        }
        let bytes = ([training] + others).reduce(0) { $0 + $1.bytes }
        if bytes > options.maxMemory { throw .memory(needed: bytes, allowed: options.maxMemory, place: path) }
    }
}

extension Shape {
    /// What a single one of the pictures measures.
    var ofOne: Shape { Shape(channels: channels, height: height, width: width) }
}

extension ExampleSet {
    /// What its samples occupy.
    fileprivate var bytes: Int {
        let targetBytes =
            switch targets {
            case .labels(let labels): labels.count * 4
            case .pictures(_, let samples): samples.bytes
            case .masks(_, let masks): masks.count
            case .regions(let targets): targets.count * MemoryLayout<RegionTarget>.stride
            }
        return samples.bytes + targetBytes
    }
}

extension ExampleSet.Samples {
    fileprivate var bytes: Int {
        switch self {
        case .bytes(let samples): samples.count
        case .words(let samples): samples.count * 2
        case .floats(let samples): samples.count * 4
        }
    }
}
