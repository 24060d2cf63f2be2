import Pixels

/// CIFAR's binary format: records of one label (CIFAR-10), or of a coarse and a fine label (CIFAR-100, of which the fine
/// one is taken), and the red, green and blue planes of a 32×32 picture.
struct CIFARFiles {
    let training: [String]
    let test: [String]
    private let kind: Kind
    private let folder: String

    private static let side = 32
    private static let pictureBytes = 3 * side * side

    /// CIFAR-10 or CIFAR-100.
    private enum Kind {
        case ten
        case hundred

        var labelBytes: Int { self == .ten ? 1 : 2 }
        var recordBytes: Int { labelBytes + pictureBytes }
        var classes: Int { self == .ten ? 10 : 100 }
        var namesFile: String { self == .ten ? "batches.meta.txt" : "fine_label_names.txt" }
    }

    /// The files of a folder; nil where it has none.
    init?(in folder: DataFolder) {
        func present(_ names: [String]) -> [String] { names.filter(folder.files.contains).map(folder.path) }
        let batches = present((1...5).map { "data_batch_\($0).bin" })
        if !batches.isEmpty {
            self.init(batches, test: present(["test_batch.bin"]), kind: .ten, in: folder.path)
        } else if folder.files.contains("train.bin") {
            self.init(present(["train.bin"]), test: present(["test.bin"]), kind: .hundred, in: folder.path)
        } else {
            return nil
        }
    }

    /// One of the files by itself. How long it is tells which of the two kinds; where it could be both, CIFAR-100's own names do.
    init(file path: String) throws(DataError) {
        guard let size = try DataFile.open(path).mostRemaining, size > 0 else {
            throw .damaged(path, "it is empty")
        }
        let name = path.split(separator: "/").last ?? ""
        let kinds: [Kind] = name == "train.bin" || name == "test.bin" ? [.hundred, .ten] : [.ten, .hundred]
        guard let kind = kinds.first(where: { size % $0.recordBytes == 0 }) else {
            throw .damaged(
                path,
                "its \(size) bytes are no whole number of CIFAR-10's records of \(Kind.ten.recordBytes), nor of CIFAR-100's "
                    + "of \(Kind.hundred.recordBytes)")
        }
        self.init([path], test: [], kind: kind, in: path.folder)
    }

    static func isBatch(_ path: String) -> Bool { path.hasSuffix(".bin") }

    private init(_ training: [String], test: [String], kind: Kind, in folder: String) {
        (self.training, self.test, self.kind, self.folder) = (training, test, kind, folder)
    }

    func classes(_ options: DataOptions) throws(DataError) -> [String]? {
        try DataFile.classNames(options.classes, orIn: folder, file: kind.namesFile)
    }

    func read(_ paths: [String], _ options: DataOptions, classes: [String]?) throws(DataError) -> ExampleSet {
        let (labelBytes, recordBytes) = (kind.labelBytes, kind.recordBytes)
        let most = classes?.count ?? kind.classes
        var (labels, samples): ([Int], [UInt8]) = ([], [])
        for path in paths {
            let reader = try DataFile.open(path)
            guard let size = reader.mostRemaining, size <= options.maxMemory - samples.count else {
                throw .memory(needed: reader.mostRemaining, allowed: options.maxMemory, place: path)
            }
            guard size > 0, size % recordBytes == 0 else {
                throw .damaged(path, "its \(size) bytes are no whole number of records of \(recordBytes)")
            }
            let bytes = try DataFile.read(size, from: reader, path)
            samples.reserveCapacity(samples.count + size / recordBytes * Self.pictureBytes)
            for start in stride(from: 0, to: size, by: recordBytes) {
                let label = Int(bytes[start + labelBytes - 1])
                guard label < most else {
                    throw .labelOutOfRange(
                        label, classes: most, place: "\(path), record \(start / recordBytes + 1), at byte \(start)")
                }
                labels.append(label)
                samples += bytes[start + labelBytes..<start + recordBytes]
            }
        }
        let shape = Shape(count: labels.count, channels: 3, height: Self.side, width: Self.side)
        let labelled = try NumberedClasses(labels, known: classes) { "\(folder), record \($0 + 1)" }
        let (fittedShape, fitted) = try PictureLoader(options, fit: options.fit).fitted(shape, samples, place: folder)
        return ExampleSet(
            shape: fittedShape, samples: fitted, targets: .labels(labelled.labels), classes: labelled.classes)
    }
}
