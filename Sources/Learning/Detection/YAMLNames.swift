/// The names of classes in the `data.yaml` that YOLO's trainers and exports write: `names: [a, b]`, or below `names:` a line
/// for each, `- a` or `0: a`. The rest of YAML is not read.
struct YAMLNames {
    /// nil where there are none, or in a form that is not known.
    let names: [String]?

    init(_ text: String) {
        let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }.map(Self.withoutComment)
        guard let start = lines.firstIndex(where: { $0.hasPrefix("names:") }) else {
            names = nil
            return
        }
        let rest = lines[start].dropFirst("names:".count).trimmed
        let below = lines[(start + 1)...]
        names = rest.isEmpty ? Self.list(below) : Self.flow(rest, below)
    }

    /// `[a, 'b', "c"]`, which may go on in the next lines.
    private static func flow(_ first: String, _ below: ArraySlice<String>) -> [String]? {
        guard first.hasPrefix("[") else { return nil }
        var text = first.dropFirst()[...]
        var more = below
        while !text.contains("]") {
            guard let next = more.popFirst() else { return nil }
            text += " " + next
        }
        guard let end = text.lastIndex(of: "]") else { return nil }
        let items = parts(of: text[..<end]).map { unquoted($0.trimmed) }
        return items.last == "" ? Array(items.dropLast()) : items
    }

    /// What stands between commas that are in no quotes.
    private static func parts(of text: Substring) -> [Substring] {
        var parts: [Substring] = []
        var start = text.startIndex
        var quote: Character?
        for index in text.indices {
            let character = text[index]
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "'" || character == "\"",
                text[start..<index].allSatisfy(\.isWhitespace) || character == "'" && text[start..<index].last == "'"
            {
                // A quote within quotes is written twice.
                quote = character
            } else if character == "," {
                parts.append(text[start..<index])
                start = text.index(after: index)
            }
        }
        return parts + [text[start...]]
    }

    private static func list(_ below: ArraySlice<String>) -> [String]? {
        var names: [String] = []
        for line in below {
            let item = line.trimmed
            if item.isEmpty { continue }
            if item.hasPrefix("-") {
                names.append(unquoted(item.dropFirst().trimmed))
            } else if line.first == " " || line.first == "\t", let colon = item.firstIndex(of: ":") {
                // Numbered from 0 on, in their order.
                guard Int(item[..<colon].trimmed) == names.count else { return nil }
                names.append(unquoted(item[item.index(after: colon)...].trimmed))
            } else {
                break
            }
        }
        return names.isEmpty ? nil : names
    }

    private static func unquoted(_ text: String) -> String {
        guard text.count >= 2, let quote = text.first, quote == "'" || quote == "\"", text.last == quote else {
            return text
        }
        let inner = String(text.dropFirst().dropLast())
        return quote == "'" ? inner.replacing("''", with: "'") : inner
    }

    /// What stands behind ` #`, or is all of a line, is none of it.
    private static func withoutComment(_ line: Substring) -> String {
        if line.hasPrefix("#") { return "" }
        var before: Character?
        for index in line.indices {
            if line[index] == "#", before == " " || before == "\t" { return String(line[..<index]) }
            before = line[index]
        }
        return String(line)
    }
}
