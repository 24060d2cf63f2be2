import Codecs
import Pixels

/// Pictures and what each is to become: another picture, or a mask that says of every pixel which class it is of.
///
///     try PicturePairs(before: ["in"], after: ["out"]).pairs   // in/a.png and out/a.jpg, in/b.png and out/b.png
public struct PicturePairs: Sendable {
    public struct Pair: Hashable, Sendable {
        public var before: String
        public var after: String
    }

    public let pairs: [Pair]
    private let place: String
    private let otherPlace: String

    /// The n-th of one are partners of the n-th of the other.
    init(_ pictures: [String], _ targets: [String], place: String, otherPlace: String) {
        pairs = zip(pictures, targets).map { Pair(before: $0, after: $1) }
        self.place = place
        self.otherPlace = otherPlace
    }

    /// Pictures and folders of pictures, as many of each: the n-th belong together. In folders, pictures of the same name up
    /// to the extension are partners.
    public init(before: [String], after: [String]) throws(DataError) {
        precondition(before.count == after.count && !before.isEmpty, "each place before has one after")
        var pairs: [Pair] = []
        for (first, second) in zip(before, after) {
            switch (DataFolder.isFolder(first), DataFolder.isFolder(second)) {
            case (true, true): pairs += try Self.matched(first, second)
            case (false, false): pairs.append(Pair(before: first, after: second))
            case (true, false): throw .folderAndFile(folder: first, file: second)
            case (false, true): throw .folderAndFile(folder: second, file: first)
            }
        }
        self.pairs = pairs
        place = before[0]
        otherPlace = after[0]
    }

    private static func matched(_ before: String, _ after: String) throws(DataError) -> [Pair] {
        let first = try byStem(before)
        let second = try byStem(after)
        try requirePartners(first, in: before, among: second, in: after)
        try requirePartners(second, in: after, among: first, in: before)
        if first.isEmpty { throw .noExamples(before) }
        // Both have the same stems, in the same order.
        return zip(first, second).map { Pair(before: path($0.path, in: before), after: path($1.path, in: after)) }
    }

    private static func path(_ name: String, in folder: String) -> String {
        folder.hasSuffix("/") ? folder + name : folder + "/" + name
    }

    private typealias Named = [(stem: String, path: String)]

    private static func byStem(_ folder: String) throws(DataError) -> Named {
        var others: [String] = []
        let named = try DataFolder(folder).pictures(others: &others).map { (stem: $0.stem, path: $0) }
            .sorted { $0.stem < $1.stem }
        for (one, next) in zip(named, named.dropFirst()) where one.stem == next.stem {
            throw .sameName("\(folder)/\(one.path)", "\(folder)/\(next.path)")
        }
        return named
    }

    private static func requirePartners(
        _ named: Named, in folder: String, among others: Named, in other: String
    ) throws(DataError) {
        let stems = Set(others.map(\.stem))
        let lonely = named.filter { !stems.contains($0.stem) }.map(\.path)
        if !lonely.isEmpty {
            throw .withoutPartner(
                Array(lonely.prefix(DataError.mostListed)), count: lonely.count, in: folder, other: other)
        }
    }

    func read(_ options: DataOptions, areMasks: Bool, known: [String]?) throws(DataError) -> ExampleSet {
        if !areMasks, let pieces = try PairPieces(self, options)?.cut() { return pieces }
        let pictures = pairs.map(\.before)
        let (shape, samples) = try PictureLoader(options, fit: options.fit).load(pictures, place: place)
        let (targetShape, targetSamples) = try PictureLoader(
            options, fit: areMasks ? nil : options.targetFit, readsIndices: areMasks
        ).load(pairs.map(\.after), place: otherPlace)
        let set = ExampleSet(
            shape: shape, samples: samples, targets: .pictures(targetShape, targetSamples), names: pictures)
        guard areMasks else { return set }
        let names = try DataFile.classNames(known, orIn: otherPlace.folder)
        return try masked(set, targetShape, targetSamples, known: names, options)
    }

    /// A sentence, if one of two pictures is a JPEG: what that did to it is taken for a part of what is to be learned.
    func noteOfJPEG(_ limits: Limits) -> [String] {
        func isJPEG(_ path: String) -> Bool {
            (try? PictureReader(path: path, limits: limits))?.format == .jpeg
        }
        for pair in pairs where pair.before != pair.after {
            guard let path = [pair.before, pair.after].first(where: isJPEG) else { continue }
            return [
                "\(path) is a JPEG, which changes every pixel a little, and that counts as if it were meant; PNG or float "
                    + "pictures are better, if there are any"
            ]
        }
        return []
    }

    private func masked(
        _ set: ExampleSet, _ shape: Shape, _ samples: ExampleSet.Samples, known: [String]?, _ options: DataOptions
    ) throws(DataError) -> ExampleSet {
        guard case .bytes(var masks) = samples, shape.channels == 1 else {
            throw .fitting(pairs[0].after, "a mask is a grey or palette picture of 8 bits, whose numbers are classes")
        }
        if let made = options.made, made.size == Size(1), shape.size != made.size {
            throw .fitting(
                pairs[0].after,
                "it has a class for each pixel, and the program makes one answer for the whole picture (\(made)); keep the picture's size up to "
                    + "the end, without 'flatten' and 'dense', and let the last step be 'conv classes 1'")
        }
        guard shape.size == set.shape.size else {
            let wayOut =
                "; masks cannot be brought to another size: write 'input \(shape.width)x\(shape.height)x\(set.shape.channels)'"
            throw .fitting(
                pairs[0].after,
                "it is \(shape.size) and its picture is \(set.shape.size)" + (options.fit == nil ? "" : wayOut))
        }
        var isPresent = [Bool](repeating: false, count: 256)
        for mask in masks { isPresent[Int(mask)] = true }
        // Black and white is how two classes are drawn.
        if (1..<255).allSatisfy({ !isPresent[$0] }), isPresent[255], isPresent[0] {
            for index in masks.indices where masks[index] == 255 { masks[index] = 1 }
            (isPresent[1], isPresent[255]) = (true, false)
        }
        let highest = (0..<255).last { isPresent[$0] } ?? 0
        // A handful of numbers spread that far are levels that were painted, not classes that were counted.
        let used = (0..<255).filter { isPresent[$0] }
        if known == nil, used.count <= 8, highest >= 4 * max(4, used.count) {
            throw .sparseClasses(used, place: otherPlace.folder)
        }
        let classes = known ?? (0...highest).map(String.init)
        if highest >= classes.count {
            let area = shape.height * shape.width
            let index = masks.firstIndex { Int($0) >= classes.count && $0 != ExampleSet.uncounted } ?? 0
            throw .labelOutOfRange(highest, classes: classes.count, place: pairs[index / area].after)
        }
        if classes.count == 1 { throw .oneClass(classes[0], place: otherPlace) }
        var set = set
        set.targets = .masks(shape, masks)
        set.classes = classes
        return set
    }
}
