import Pixels

/// CIFAR's binary format: records of one label (CIFAR-10), or of a coarse and a fine label (CIFAR-100, of which the fine
/// one is taken), and the red, green and blue planes of a 32×32 picture.
struct CIFARFiles {
    let training: [String]
    let test: [String]
    private let labelBytes: Int
    private let namesFile: String
    private let folder: String

    private static let side = 32
    private static let pictureBytes = 3 * side * side

    /// The files of a folder; nil where it has none.
    init?(in folder: DataFolder) {
        func present(_ names: [String]) -> [String] { names.filter(folder.files.contains).map(folder.path) }
        let batches = present((1...5).map { "data_batch_\($0).bin" })
        self.folder = folder.path
        if !batches.isEmpty {
            (training, test) = (batches, present(["test_batch.bin"]))
            (labelBytes, namesFile) = (1, "batches.meta.txt")
        } else if folder.files.contains("train.bin") {
            (training, test) = (present(["train.bin"]), present(["test.bin"]))
            (labelBytes, namesFile) = (2, "fine_label_names.txt")
        } else {
            return nil
        }
    }

    func classes(_ options: DataOptions) throws(DataError) -> [String]? {
        try DataFile.classNames(options.classes, orIn: folder, file: namesFile)
    }

    func read(_ paths: [String], _ options: DataOptions, classes: [String]?) throws(DataError) -> ExampleSet {
        let recordBytes = labelBytes + Self.pictureBytes
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
                labels.append(Int(bytes[start + labelBytes - 1]))
                samples += bytes[start + labelBytes..<start + recordBytes]
            }
        }
        let shape = Shape(count: labels.count, channels: 3, height: Self.side, width: Self.side)
        let labelled = try NumberedClasses(labels, known: classes) { "\(paths[0]) and on, record \($0)" }
        let (fittedShape, fitted) = try PictureLoader(options, fit: options.fit).fitted(shape, samples, place: folder)
        return ExampleSet(
            shape: fittedShape, samples: fitted, targets: .labels(labelled.labels), classes: labelled.classes)
    }
}
