import Codecs
import Pixels

/// A CSV file of `path,label` or `path,target-path`, a picture a line; paths start from the file's own folder.
///
/// A first line that names no picture names the columns: those called path, file, filename, image, picture, before or
/// input, and label, class, target, after or mask are taken, of several the first, but never a mask beside another.
/// Without it they are the first and the second.
struct PictureList {
    private let path: String
    private let options: DataOptions
    private let pictures: [String]
    private let values: [String]
    private let lines: [Int]
    /// Whether the first line says that the second column names masks.
    private var namesMasks = false

    private static let pictureNames = ["path", "file", "filename", "image", "picture", "before", "input"]
    private static let maskName = "mask"
    private static let valueNames = ["label", "class", "target", "after", maskName]

    init(_ path: String, _ options: DataOptions) throws(DataError) {
        self.path = path
        self.options = options
        var records: ArraySlice<SeparatedValues.Record>
        let text = try DataFile.text(path)
        try Self.requireNoPixels(text, in: path)
        do throws(SeparatedValues.Damage) { records = try SeparatedValues(text).records[...] } catch {
            throw .list(path, line: error.line, error.reason)
        }
        // Blanks around a name are the writer's, not the name's.
        for index in records.indices { records[index].fields = records[index].fields.map(\.trimmed) }
        var (picture, value) = (0, 1)
        let first = records.first
        let head = first.flatMap { record in
            let names = record.fields.map { $0.lowercased() }
            let isKnown = names.contains { Self.pictureNames.contains($0) || Self.valueNames.contains($0) }
            return isKnown && !PictureFormat.isPicture(named: record.fields[0]) ? record : nil
        }
        if let head {
            let names = head.fields.map { $0.lowercased() }
            picture = names.firstIndex { Self.pictureNames.contains($0) } ?? picture
            value = names.firstIndex { Self.valueNames.contains($0) } ?? (picture == 1 ? 0 : 1)
            namesMasks = value < names.count && names[value] == Self.maskName
            let others = names.filter { $0 != Self.maskName && Self.valueNames.contains($0) }
            if let other = others.first, names.contains(Self.maskName) {
                throw .list(
                    path, line: head.line,
                    "its columns '\(other)' and '\(Self.maskName)' both tell what is to be learned; rename the one that is not"
                )
            }
            records = records.dropFirst()
        }
        if records.isEmpty { throw .noExamples(path) }
        try Self.requireNoBoxes(head, records, at: picture, in: path)
        for record in records where record.fields.count <= max(picture, value) {
            throw .list(
                path, line: record.line,
                "\(record.fields.count) fields, and \(max(picture, value) + 1) are needed: a picture's path and its label"
            )
        }
        for record in records {
            if record.fields[picture].isEmpty { throw .list(path, line: record.line, "its picture has no name") }
            if record.fields[value].isEmpty { throw .list(path, line: record.line, "its label is empty") }
        }
        let root = path.folder
        pictures = records.map { Self.resolved($0.fields[picture], from: root) }
        values = records.map { $0.fields[value] }
        lines = records.map(\.line)
    }

    /// Tables such as Kaggle's MNIST have the pictures themselves in them, a sample a column.
    private static func requireNoPixels(_ text: String, in path: String) throws(DataError) {
        let head = text.prefix { !$0.isNewline }.split(separator: ",").map(\.trimmed)
        let samples = head.dropFirst().prefix { $0.last?.isNumber == true }
        guard samples.count >= 16, samples.count >= head.count - 2 else { return }
        throw .list(
            path, line: 1,
            "its columns are \(samples.count) samples of a picture, and kern reads lists of files; make a picture of each line (PGM is "
                + "'P5 28 28 255' and the samples as bytes) in a folder for each label, or take the set's IDX files")
    }

    static func resolved(_ path: String, from root: String) -> String {
        path.hasPrefix("/") || root == "." ? path : "\(root)/\(path)"
    }

    /// Pictures that come again and again, with columns of boxes, are not what a class of each is to be told of.
    private static func requireNoBoxes(
        _ head: SeparatedValues.Record?, _ records: ArraySlice<SeparatedValues.Record>, at picture: Int, in path: String
    ) throws(DataError) {
        guard let head, BoxList.hasBoxes(head.fields) else { return }
        let names = records.lazy.filter { $0.fields.count > picture }.map { $0.fields[picture] }
        guard Set(names).count < names.count else { return }
        throw .list(
            path, line: head.line,
            "its columns tell of boxes, several for a picture; what is where is learned by a detector, a program that begins "
                + "with 'regions 200 | input 32x32x3 fit=stretch' and ends in 'detect classes'")
    }

    /// Whether the second column names pictures, by its first line.
    var namesTargets: Bool { PictureFormat.isPicture(named: values[0]) }

    func read(known: [String]?) throws(DataError) -> ExampleSet {
        let target = options.target ?? (namesMasks ? .masks : namesTargets ? .pictures : .classes)
        guard target == .classes else {
            let targets = values.map { Self.resolved($0, from: path.folder) }
            return try PicturePairs(pictures, targets, place: path, otherPlace: path)
                .read(options, areMasks: target == .masks, known: known)
        }
        let known = try DataFile.classNames(known, orIn: path.folder)
        let (labels, classes) = try classes(known)
        let (shape, samples) = try PictureLoader(options, fit: options.fit).load(pictures, place: path)
        return ExampleSet(shape: shape, samples: samples, targets: .labels(labels), classes: classes, names: pictures)
    }

    /// Labels are names, or numbers if all of them are and no names are known that say otherwise.
    private func classes(_ known: [String]?) throws(DataError) -> ([Int32], [String]) {
        let numbers = values.compactMap { Int($0) }
        let areNumbers = numbers.count == values.count && !(known.map { Set($0).isSuperset(of: values) } ?? false)
        if areNumbers {
            let found = try NumberedClasses(numbers, known: known) { "\(path), line \(lines[$0])" }
            return (found.labels, found.classes)
        }
        let classes = known ?? Set(values).sorted()
        guard classes.count <= NumberedClasses.most else {
            throw .tooManyClasses(classes.count, allowed: NumberedClasses.most, place: path)
        }
        let places = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, Int32($0)) })
        var labels: [Int32] = []
        for (value, line) in zip(values, lines) {
            guard let label = places[value] else {
                throw .unknownClass(value, known: classes, place: "\(path), line \(line)")
            }
            labels.append(label)
        }
        return (labels, classes)
    }
}
