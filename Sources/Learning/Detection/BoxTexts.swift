import Pixels

/// YOLO's layout: `images/` with pictures and `labels/` with a text for each, of the same name up to the extension. A line
/// of it is a box: `class cx cy width height`, the class a number from 0 on, the middle and the size in shares of the
/// picture's. A picture without a text, or with an empty one, has no things.
///
/// The classes are named in `classes.txt` or `obj.names`, a line each, beside the folders or among the texts, or in a
/// `data.yaml` beside the folders.
struct BoxTexts {
    private let images: String
    private let labels: String
    private let names: [String]?

    private static let nameFiles = ["classes.txt", "obj.names"]
    private static let settingsFile = "data.yaml"

    /// - Parameter places: the folders in which the names of the classes may lie.
    init(images: String, labels: String, namesIn places: [String]) throws(DataError) {
        self.images = images
        self.labels = labels
        var names: [String]?
        for place in places + [labels] {
            for file in Self.nameFiles where names == nil {
                names = try DataFile.classNames(nil, orIn: place, file: file)
            }
        }
        for place in places where names == nil {
            let path = "\(place)/\(Self.settingsFile)"
            guard DataFolder.isFile(path) else { continue }
            names = YAMLNames(try DataFile.text(path)).names
            guard names.map({ Set($0).count == $0.count && !$0.contains("") }) ?? true else {
                throw .damaged(path, "a name is empty or stands there twice")
            }
        }
        self.names = names
    }

    func draft() throws(DataError) -> BoxDraft {
        var draft = BoxDraft(place: images, unit: "line", naming: names == nil ? .numbered : .listed)
        draft.areShares = true
        var ignored: [String] = []
        let pictures = try DataFolder(images).pictures(others: &ignored)
        var texts: [String] = []
        _ = try DataFolder(labels).pictures(others: &texts)
        var left = Set(texts.filter { $0.hasSuffix(".txt") && !$0.hasSuffix("/classes.txt") })
        var stems: [String: String] = [:]
        var highest = -1
        for picture in pictures {
            let path = "\(images)/\(picture)"
            if let other = stems.updateValue(path, forKey: picture.stem) { throw .sameName(other, path) }
            let text = "\(labels)/\(picture.stem).txt"
            var things: [BoxDraft.Thing] = []
            if left.remove(text) != nil { things = try self.things(text) }
            highest = things.reduce(highest) { max($0, $1.name) }
            draft.pictures.append(BoxDraft.Picture(path: path, source: text, things: things))
        }
        draft.names = names ?? (0..<highest + 1).map(String.init)
        if let first = left.min() {
            draft.notes.append(
                "\(left.count) texts in \(labels) have no picture and were left out, first of them \(first)")
        }
        return draft
    }

    private func things(_ path: String) throws(DataError) -> [BoxDraft.Thing] {
        var things: [BoxDraft.Thing] = []
        let lines = try DataFile.text(path).split(omittingEmptySubsequences: false) { $0.isNewline }
        for (index, line) in lines.enumerated() {
            let fields = line.split { $0 == " " || $0 == "\t" }.map(String.init)
            if fields.isEmpty { continue }
            let number = index + 1
            guard fields.count == 5 else {
                throw .list(
                    path, line: number,
                    "\(fields.count) numbers, and 5 are needed: class, centre across, centre down, width and height, as "
                        + "shares of the picture's size"
                        + (fields.count > 5 ? "; outlines, and how sure a detector was, are not read" : ""))
            }
            guard let label = Int(fields[0]) else {
                throw .list(
                    path, line: number,
                    "its class is \(fields[0].quoted), which is no whole number; number classes from 0")
            }
            let most = names?.count ?? NumberedClasses.most
            guard label >= 0, label < most else {
                throw .labelOutOfRange(label, classes: most, place: "\(path), line \(number)")
            }
            var values: [Double] = []
            for field in fields.dropFirst() {
                guard let value = Double(plain: field) else {
                    throw .list(path, line: number, "\(field.quoted) is no number; write shares such as 0.5")
                }
                values.append(value)
            }
            let (width, height) = (values[2], values[3])
            let box = Box(left: values[0] - width / 2, top: values[1] - height / 2, width: width, height: height)
            things.append(BoxDraft.Thing(box: box, name: label, number: number))
        }
        return things
    }
}
