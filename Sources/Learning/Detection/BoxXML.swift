import Codecs
import Pixels

/// Pascal VOC's layout: `Annotations/` with an XML file for each picture in `JPEGImages/`, and, where there are splits, the
/// names of their pictures in `ImageSets/Main/train.txt` and so on. Pixels count from 1, and a box has both its ends: from 1
/// to 10 it is 10 wide. What is marked as difficult does not count.
struct BoxXML {
    private let folder: DataFolder
    private let list: String?

    static func isIn(_ folder: DataFolder) -> Bool {
        folder.folders.contains("Annotations") && folder.folders.contains("JPEGImages")
    }

    /// - Parameter list: the file that names the pictures; nil for all that have an XML file.
    init(_ folder: DataFolder, list: String? = nil) {
        self.folder = folder
        self.list = list
    }

    func draft() throws(DataError) -> BoxDraft {
        let texts = folder.path(of: "Annotations")
        var draft = BoxDraft(place: list ?? texts, unit: "object", naming: .sorted)
        // An XML file says what its picture is called, but copies of data sets have outdated names there: the file's own
        // name is what all go by.
        let images = try DataFolder(folder.path(of: "JPEGImages"))
        let pictures = images.files.filter { PictureFormat.isPicture(named: $0) }
        let files = Dictionary(pictures.map { ($0.stem, $0) }) { first, _ in first }
        var names: [String: Int] = [:]
        for (stem, place) in try stems(texts) {
            let text = "\(texts)/\(stem).xml"
            var picture = try Self.picture(text, naming: &draft.names, &names)
            picture.path = images.path(of: files[stem] ?? "\(stem).jpg")
            picture.place = place ?? text
            draft.pictures.append(picture)
        }
        return draft
    }

    private func stems(_ texts: String) throws(DataError) -> [(stem: String, place: String?)] {
        guard let list else {
            return try DataFolder(texts).files.filter { $0.hasSuffix(".xml") }.map { ($0.stem, nil) }
        }
        var (stems, seen): ([(String, String?)], Set<String>) = ([], [])
        let lines = try DataFile.text(list).split(omittingEmptySubsequences: false) { $0.isNewline }
        for (index, line) in lines.enumerated() {
            // Lists of one class have 1 or -1 behind the name.
            guard let stem = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).first.map(String.init) else {
                continue
            }
            guard seen.insert(stem).inserted else {
                throw .list(list, line: index + 1, "\(stem.quoted) stands there twice; remove one")
            }
            stems.append((stem, "\(list), line \(index + 1)"))
        }
        return stems
    }

    /// What an `<object>` says.
    private struct Object {
        var name = ""
        var isDifficult = false
        /// `xmin` and so on, as they are written.
        var ends: [String: String] = [:]

        func end(_ name: String, _ place: String) throws(DataError) -> Double {
            guard let text = ends[name] else { throw .box("it has no <\(name)> in its <bndbox>; add it", place: place) }
            guard let value = Double(plain: text) else {
                throw .box("its <\(name)> is \(text.quoted), which is no number of pixels", place: place)
            }
            return value
        }
    }

    private static func picture(
        _ path: String, naming names: inout [String], _ known: inout [String: Int]
    ) throws(DataError) -> BoxDraft.Picture {
        var reader = XMLReader(try DataFile.text(path))
        var objects: [Object] = []
        var object = Object()
        var (width, height): (Int?, Int?)
        do throws(XMLDamage) {
            try reader.read { place, text, _ in
                switch place.dropFirst() {
                case ["size", "width"]: width = Int(text)
                case ["size", "height"]: height = Int(text)
                case ["object", "name"]: object.name = text
                case ["object", "difficult"]: object.isDifficult = text == "1"
                case ["object"]:
                    objects.append(object)
                    object = Object()
                case let inner where inner.count == 3 && inner.starts(with: ["object", "bndbox"]):
                    object.ends[place[3]] = text
                default: break
                }
            }
        } catch { throw .list(path, line: error.line, "\(error.reason); correct it") }
        var picture = BoxDraft.Picture(path: "", source: path)
        // Some programs write 0x0 where they do not know.
        if let width, let height, width > 0, height > 0 { picture.stated = Size(width: width, height: height) }
        for (index, object) in objects.enumerated() {
            let place = "\(path), object \(index + 1)"
            guard !object.name.isEmpty else { throw .box("it has no <name>; add its class", place: place) }
            let left = try object.end("xmin", place)
            let top = try object.end("ymin", place)
            let right = try object.end("xmax", place)
            let bottom = try object.end("ymax", place)
            let box = Box(left: left - 1, top: top - 1, width: right - left + 1, height: bottom - top + 1)
            let label = known[object.name] ?? names.count
            if label == names.count {
                known[object.name] = label
                names.append(object.name)
            }
            picture.things.append(
                BoxDraft.Thing(box: box, name: label, isUncounted: object.isDifficult, number: index + 1))
        }
        return picture
    }
}
