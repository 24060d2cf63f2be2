import Codecs
import Pixels

/// A CSV file with a box a line: `path,class,left,top,width,height`, paths from the file's own folder.
///
/// A first line may name the columns, in any order and with others among them, as `columns` has the names. A line with
/// a path and nothing else is a picture without things.
struct BoxList {
    private enum Column: Int, CaseIterable {
        case path, label, left, top, right, bottom, width, height

        var names: [String] {
            switch self {
            case .path: ["path", "file", "filename", "image", "picture"]
            case .label: ["class", "label", "name", "category"]
            case .left: ["left", "x", "xmin", "x1"]
            case .top: ["top", "y", "ymin", "y1"]
            case .right: ["right", "xmax", "x2"]
            case .bottom: ["bottom", "ymax", "y2"]
            case .width: ["width", "w"]
            case .height: ["height", "h"]
            }
        }

        var title: String { names[0] }
    }

    private let path: String
    /// Where each column is, if it is there.
    private var places: [Column: Int] = [.path: 0, .label: 1, .left: 2, .top: 3, .width: 4, .height: 5]
    private var records: ArraySlice<SeparatedValues.Record>

    init(_ path: String) throws(DataError) {
        self.path = path
        let text = try DataFile.text(path)
        do throws(SeparatedValues.Damage) { records = try SeparatedValues(text).records[...] } catch {
            throw .list(path, line: error.line, error.reason)
        }
        // A single field that is no picture's name either.
        if let first = records.first, first.fields.count == 1, !PictureFormat.isPicture(named: first.fields[0]),
            first.fields[0].contains(where: { $0 == ";" || $0 == "\t" })
        {
            throw .list(
                path, line: first.line, "its columns lie between semicolons or tabs; commas have to stand between them")
        }
        guard let head = records.first, !PictureFormat.isPicture(named: head.fields[0]) else { return }
        let names = head.fields.map { $0.trimmed.lowercased() }
        var found: [Column: Int] = [:]
        for column in Column.allCases { found[column] = names.firstIndex { column.names.contains($0) } }
        if found.isEmpty { return }
        // Where both are told, width and height are those of the whole picture.
        if found[.right] != nil { found[.width] = nil }
        if found[.bottom] != nil { found[.height] = nil }
        let needed: [[Column]] = [[.path], [.label], [.left], [.top], [.width, .right], [.height, .bottom]]
        if let missing = needed.first(where: { $0.allSatisfy { found[$0] == nil } }) {
            throw .list(
                path, line: head.line,
                "no column is called '\(missing.map(\.title).joined(separator: "' or '"))'; name them path, class, "
                    + "left, top, width, height")
        }
        places = found
        records = records.dropFirst()
    }

    /// Whether columns of these names tell of boxes.
    static func hasBoxes(_ names: [String]) -> Bool {
        let names = Set(names.map { $0.trimmed.lowercased() })
        return [[Column.left], [.top], [.width, .right], [.height, .bottom]].allSatisfy { columns in
            columns.contains { column in column.names.contains(where: names.contains) }
        }
    }

    /// Lines of one path are one picture, where the first of them stands.
    func draft() throws(DataError) -> BoxDraft {
        var draft = BoxDraft(place: path, unit: "line", naming: .sorted)
        var (known, names): ([String: Int], [String: Int]) = ([:], [:])
        let root = path.folder
        for record in records {
            let file = text(.path, record)
            if file.isEmpty {
                throw .list(path, line: record.line, "it names no picture; add the path, or remove the line")
            }
            let index = known[file] ?? draft.pictures.count
            if index == draft.pictures.count {
                known[file] = index
                draft.pictures.append(
                    BoxDraft.Picture(
                        path: PictureList.resolved(file, from: root), source: path,
                        place: "\(path), line \(record.line)"))
            }
            guard let (name, box) = try thing(record) else { continue }
            let label = names[name] ?? draft.names.count
            if label == draft.names.count {
                names[name] = label
                draft.names.append(name)
            }
            draft.pictures[index].things.append(BoxDraft.Thing(box: box, name: label, number: record.line))
        }
        return draft
    }

    private func text(_ column: Column, _ record: SeparatedValues.Record) -> String {
        guard let place = places[column], place < record.fields.count else { return "" }
        return record.fields[place].trimmed
    }

    /// Class and box; nil where the line has neither.
    private func thing(_ record: SeparatedValues.Record) throws(DataError) -> (String, Box)? {
        let columns = Column.allCases.filter { $0 != .path && places[$0] != nil }
        let given = columns.filter { !text($0, record).isEmpty }
        if given.isEmpty { return nil }
        if let missing = columns.first(where: { !given.contains($0) }) {
            throw .list(
                path, line: record.line,
                "its \(missing.title) is missing; a line has path, class and a box of four numbers, or the path alone")
        }
        let left = try number(.left, record)
        let top = try number(.top, record)
        let width = places[.right] == nil ? try number(.width, record) : try number(.right, record) - left
        let height = places[.bottom] == nil ? try number(.height, record) : try number(.bottom, record) - top
        return (text(.label, record), Box(left: left, top: top, width: width, height: height))
    }

    private func number(_ column: Column, _ record: SeparatedValues.Record) throws(DataError) -> Double {
        let text = text(column, record)
        guard let value = Double(plain: text) else {
            throw .list(path, line: record.line, "its \(column.title) is \(text.quoted), which is no number of pixels")
        }
        return value
    }
}
