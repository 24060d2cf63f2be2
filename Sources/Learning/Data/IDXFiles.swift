import Pixels

/// MNIST's format. A file is two zero bytes, the type of its values (8: bytes), the number of dimensions, each
/// dimension in four bytes, the highest first, and the values: n·h·w for pictures, n for labels.
struct IDXFiles {
    let images: String
    let labels: String

    private static let byteType: UInt8 = 8

    /// The two files of a folder whose names begin with one of `prefixes`; nil where there are none.
    init?(in folder: DataFolder, prefixes: [String]) throws(DataError) {
        for prefix in prefixes {
            guard let images = folder.files.first(where: { Self.isImages($0) && $0.hasPrefix("\(prefix)-") }) else {
                continue
            }
            try self.init(images: folder.path(of: images))
            return
        }
        return nil
    }

    /// The labels lie beside the images under the name that says so, packed or not.
    init(images: String) throws(DataError) {
        self.images = images
        let name = images.dropFirst(images.folderPrefixLength)
        let plain = String(name.hasSuffix(".gz") ? name.dropLast(3) : name)
        let expected = plain.replacing("images", with: "labels").replacing("idx3", with: "idx1")
        let folder = String(images.prefix(images.folderPrefixLength))
        let candidates = [folder + expected, folder + expected + ".gz"]
        guard let labels = candidates.first(where: { DataFolder.isFile($0) && $0 != images }) else {
            throw .damaged(images, "the file of its labels, \(expected), is not beside it")
        }
        self.labels = labels
    }

    static func isImages(_ name: String) -> Bool {
        let name = name.hasSuffix(".gz") ? name.dropLast(3) : name[...]
        return name.hasSuffix("-images-idx3-ubyte") || name.hasSuffix("-images.idx3-ubyte")
    }

    func read(_ options: DataOptions, classes: [String]?) throws(DataError) -> ExampleSet {
        let (dimensions, bytes) = try values(images, dimensions: 3, options)
        let (_, labelBytes) = try values(labels, dimensions: 1, options)
        guard dimensions[0] == labelBytes.count else {
            throw .unequalCounts(pictures: images, dimensions[0], labels: labels, labelBytes.count)
        }
        let shape = Shape(count: dimensions[0], channels: 1, height: dimensions[1], width: dimensions[2])
        let labelled = try NumberedClasses(labelBytes.map(Int.init), known: classes) { "\(labels), label \($0)" }
        let (fittedShape, samples) = try PictureLoader(options, fit: options.fit).fitted(shape, bytes, place: images)
        return ExampleSet(
            shape: fittedShape, samples: samples, targets: .labels(labelled.labels), classes: labelled.classes)
    }

    private func values(
        _ path: String, dimensions count: Int, _ options: DataOptions
    ) throws(DataError) -> (dimensions: [Int], values: [UInt8]) {
        let reader = try DataFile.open(path)
        let head = try DataFile.read(4 + 4 * count, from: reader, path)
        guard head[0] == 0, head[1] == 0, head[2] == Self.byteType, head[3] == count else {
            throw .damaged(path, "it does not begin as an IDX file of bytes in \(count) dimensions")
        }
        let dimensions = (1...count).map { place in head[place * 4..<place * 4 + 4].reduce(0) { $0 << 8 | Int($1) } }
        var product = 1
        for dimension in dimensions {
            guard dimension > 0 else { throw .noExamples(path) }
            let (next, overflow) = product.multipliedReportingOverflow(by: dimension)
            guard !overflow, next <= options.maxMemory else {
                throw .memory(needed: overflow ? nil : next, allowed: options.maxMemory, place: path)
            }
            product = next
        }
        let values = try DataFile.read(product, from: reader, path)
        try DataFile.requireEnd(reader, path)
        return (dimensions, values)
    }
}

/// Labels that are numbers: class k is called by its number, or by line k of the known names.
struct NumberedClasses {
    let labels: [Int32]
    let classes: [String]

    /// Enough for any set of classes, few enough that a wrong column is noticed.
    static let most = 65_536

    init(_ numbers: [Int], known: [String]?, place: (Int) -> String) throws(DataError) {
        let count = known?.count ?? min((numbers.max() ?? 0) &+ 1, Self.most)
        for (index, number) in numbers.enumerated() where number < 0 || number >= count {
            throw .labelOutOfRange(number, classes: count, place: place(index))
        }
        labels = numbers.map { Int32(truncatingIfNeeded: $0) }
        classes = known ?? (0..<count).map(String.init)
    }
}

extension String {
    /// How many characters stand before its last name: `a/b` has 2.
    fileprivate var folderPrefixLength: Int {
        lastIndex(of: "/").map { distance(from: startIndex, to: $0) + 1 } ?? 0
    }
}
