/// What is wrong with an XML text, as a clause, and in which line.
struct XMLDamage: Error, Hashable {
    var reason: String
    var line: Int
}

/// Takes apart the XML that annotations are written in: elements and texts. Attributes, comments and instructions are passed
/// over; a document type, which could define entities without end, is refused.
///
///     try XMLReader(text).read { path, text, line in … }   // ["annotation", "object", "name"], "dog", 12
struct XMLReader {
    /// Elements within one another: more is no annotation.
    private static let maxDepth = 32

    private let bytes: [UInt8]
    private var position = 0
    private var line = 1
    private var path: [String] = []
    /// The text of each open element, as far as it was read.
    private var texts: [[UInt8]] = []

    init(_ text: String) { bytes = Array(text.utf8) }

    /// `body` gets every element when it ends: its name and those around it, the text that is its own, its last line.
    mutating func read(_ body: (_ path: [String], _ text: String, _ line: Int) -> Void) throws(XMLDamage) {
        var isOver = false
        while position < bytes.count {
            let byte = bytes[position]
            guard byte == UInt8(ascii: "<") else {
                if byte == UInt8(ascii: "&"), !path.isEmpty {
                    texts[texts.count - 1] += try entity()
                    continue
                }
                if path.isEmpty, !Self.isBlank(byte) { throw damage("text outside of all elements") }
                if !path.isEmpty { texts[texts.count - 1].append(byte) }
                advance(1)
                continue
            }
            if follows("<!--") {
                try advance(behind: "-->", "a comment")
            } else if follows("<?") {
                try advance(behind: "?>", "an instruction")
            } else if follows("<![CDATA["), !path.isEmpty {
                let start = position + 9
                try advance(behind: "]]>", "a CDATA section")
                texts[texts.count - 1] += bytes[start..<position - 3]
            } else if follows("<!") {
                throw damage("a document type, which annotations have not")
            } else if follows("</") {
                try close(body)
                isOver = path.isEmpty
            } else {
                if isOver { throw damage("a second element behind the first") }
                try open(body)
                isOver = path.isEmpty
            }
        }
        if let last = path.last { throw damage("it ends within \(last.quoted)") }
        if !isOver { throw damage("it has no element") }
    }

    private mutating func open(_ body: ([String], String, Int) -> Void) throws(XMLDamage) {
        advance(1)
        let name = try self.name()
        guard path.count < Self.maxDepth else { throw damage("more than \(Self.maxDepth) elements within one another") }
        path.append(name)
        texts.append([])
        // Attributes: whatever stands there, but what is quoted may hold anything.
        var quote: UInt8?
        while position < bytes.count {
            let byte = bytes[position]
            if let open = quote {
                if byte == open { quote = nil }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            } else if byte == UInt8(ascii: "<") {
                break
            } else if byte == UInt8(ascii: ">") {
                let isClosed = bytes[position - 1] == UInt8(ascii: "/")
                advance(1)
                if isClosed { end(body) }
                return
            }
            advance(1)
        }
        throw damage("the tag \(name.quoted) has no '>'")
    }

    private mutating func close(_ body: ([String], String, Int) -> Void) throws(XMLDamage) {
        advance(2)
        let name = try self.name()
        while position < bytes.count, Self.isBlank(bytes[position]) { advance(1) }
        guard follows(">") else { throw damage("the tag \(name.quoted) has no '>'") }
        guard path.last == name else {
            throw damage("\(name.quoted) ends where \((path.last ?? "nothing").quoted) is open")
        }
        advance(1)
        end(body)
    }

    private mutating func end(_ body: ([String], String, Int) -> Void) {
        let text = texts.removeLast()
        body(path, String(decoding: text, as: UTF8.self).split { $0.isWhitespace }.joined(separator: " "), line)
        path.removeLast()
    }

    private mutating func name() throws(XMLDamage) -> String {
        let start = position
        while position < bytes.count, !Self.isBlank(bytes[position]), !"<>/=&\"'".utf8.contains(bytes[position]) {
            advance(1)
        }
        guard position > start else { throw damage("a '<' without a name behind it") }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private static let entities: [(name: String, means: String)] = [
        ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"),
    ]

    private mutating func entity() throws(XMLDamage) -> [UInt8] {
        if let known = Self.entities.first(where: { follows($0.name) }) {
            advance(known.name.utf8.count)
            return Array(known.means.utf8)
        }
        guard follows("&#"), let end = bytes[position...].prefix(12).firstIndex(of: UInt8(ascii: ";")) else {
            throw damage("an '&' that stands for no character")
        }
        let digits = String(decoding: bytes[position + 2..<end], as: UTF8.self)
        let code = digits.hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
        guard let scalar = code.flatMap(Unicode.Scalar.init) else {
            throw damage("an '&' that stands for no character")
        }
        advance(end + 1 - position)
        return Array(String(Character(scalar)).utf8)
    }

    // MARK: Places

    private func damage(_ reason: String) -> XMLDamage { XMLDamage(reason: reason, line: line) }

    private static func isBlank(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }

    private func follows(_ text: String) -> Bool { bytes[position...].starts(with: text.utf8) }

    private mutating func advance(_ count: Int) {
        for byte in bytes[position..<position + count] where byte == 0x0A { line += 1 }
        position += count
    }

    private mutating func advance(behind text: String, _ what: String) throws(XMLDamage) {
        while position < bytes.count {
            if follows(text) { return advance(text.utf8.count) }
            advance(1)
        }
        throw damage("\(what) without its end")
    }
}
