import Pixels
import Tensors

/// COCO's layout: a JSON file with `images`, `annotations` and `categories`, which refer to each other by numbers of any
/// kind. What else is in it is passed over. The classes are in the order of their numbers.
struct BoxJSON {
    private let path: String
    private let places: [String]
    private var images: [Image] = []
    private var categories: [Category] = []
    private var annotations: [Annotation] = []

    /// - Parameters:
    ///   - maxMemory: half of it the file may have; what is kept of it is less than that.
    ///   - places: the folders that the pictures may lie in; nil for those beside the file.
    init(_ path: String, maxMemory: Int, picturesIn places: [String]? = nil) throws(DataError) {
        self.path = path
        self.places = places ?? Self.places(of: path)
        var reader = JSONReader(try DataFile.bytes(path, atMost: maxMemory / 2, isBoundByMemory: true))
        // What is being read, for the message.
        var entry = ""
        do throws(JSONDamage) {
            try reader.readObject { (key, reader) throws(JSONDamage) in
                guard ["images", "annotations", "categories"].contains(key) else { return try reader.skipValue() }
                var count = 0
                try reader.readList { (reader) throws(JSONDamage) in
                    count += 1
                    entry = "entry \(count) of '\(key)': "
                    switch key {
                    case "images": images.append(try Image(from: &reader))
                    case "annotations": annotations.append(try Annotation(from: &reader, count))
                    default: categories.append(try Category(from: &reader))
                    }
                }
                entry = ""
            }
            try reader.readEnd()
        } catch { throw .box("\(entry)\(error.reason), at byte \(error.position); correct it there", place: path) }
    }

    /// Beside the file, or in `images/`; where it lies in `annotations/`, also in the folder of the split's name.
    private static func places(of path: String) -> [String] {
        let folder = path.folder
        let name = path.stem.split(separator: "/").last.map(String.init) ?? ""
        let split = name.hasPrefix("instances_") ? String(name.dropFirst(10)) : name
        return ["", "/images", "/\(split)", "/../\(split)", "/../images/\(split)", "/../images"].map { folder + $0 }
    }

    // MARK: What they say together

    func draft() throws(DataError) -> BoxDraft {
        var draft = BoxDraft(place: path, unit: "annotation", naming: .listed)
        let root = images.first.flatMap { first in
            places.first { DataFolder.isFile(PictureList.resolved(first.name, from: $0)) }
        }
        var (indices, names): ([Int: Int], [String: Int]) = ([:], [:])
        for (index, image) in images.enumerated() {
            guard indices.updateValue(index, forKey: image.id) == nil else { throw twice("image", image.id) }
            if let other = names.updateValue(image.id, forKey: image.name) {
                throw .box(
                    "images \(other) and \(image.id) have one file, \(image.name.quoted); make them one", place: path)
            }
            draft.pictures.append(
                BoxDraft.Picture(
                    path: PictureList.resolved(image.name, from: root ?? places[0]), source: path,
                    place: "\(path), image \(image.id)", stated: image.size))
        }
        let labels = try labels(&draft)
        var seen: Set<Int> = []
        for annotation in annotations {
            guard seen.insert(annotation.id).inserted else { throw twice("annotation", annotation.id) }
            let place = "\(path), annotation \(annotation.id)"
            guard let index = indices[annotation.image] else {
                throw .box("there is no image \(annotation.image); add it to 'images', or remove this", place: place)
            }
            guard let label = labels[annotation.category] else {
                throw .box(
                    "there is no category \(annotation.category); add it to 'categories', or remove this", place: place)
            }
            draft.pictures[index].things.append(
                BoxDraft.Thing(
                    box: annotation.box, name: label, isUncounted: annotation.isCrowd, number: annotation.id))
        }
        return draft
    }

    private func twice(_ kind: String, _ id: Int) -> DataError {
        .box("there are two of the id \(id); give each its own", place: "\(path), \(kind) \(id)")
    }

    /// Which name each category's number stands for. Categories that only head others, as exports of Roboflow have them,
    /// are no classes.
    private func labels(_ draft: inout BoxDraft) throws(DataError) -> [Int: Int] {
        let used = Set(annotations.map(\.category))
        let heads = Set(categories.filter { $0.above != $0.name }.compactMap(\.above))
        var labels: [Int: Int] = [:]
        var ids: [String: Int] = [:]
        for category in categories.sorted(by: { $0.id < $1.id }) {
            if !used.contains(category.id), heads.contains(category.name) { continue }
            guard labels.updateValue(draft.names.count, forKey: category.id) == nil else {
                throw twice("category", category.id)
            }
            if let other = ids.updateValue(category.id, forKey: category.name) {
                throw .box(
                    "categories \(other) and \(category.id) are both called \(category.name.quoted); rename one",
                    place: path)
            }
            draft.names.append(category.name)
        }
        return labels
    }
}
