/// What is wrong with a JSON text, as a clause, and at which byte.
package struct JSONDamage: Error, Hashable {
    package var reason: String
    package var position: Int
}

/// Takes a JSON text apart, token by token: exactly RFC 8259, and nothing is built that was not asked for.
///
///     var reader = JSONReader(Array(#"{"a": 1}"#.utf8))
///     try reader.readObject { (key, reader) in try reader.readInteger() }
///     try reader.readEnd()
package struct JSONReader {
    let bytes: [UInt8]
    package internal(set) var position = 0

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package func damage(_ reason: String, at place: Int? = nil) -> JSONDamage {
        JSONDamage(reason: reason, position: place ?? position)
    }

    // MARK: Tokens

    /// The byte that the next token begins with, or nil at the end.
    package mutating func peek() -> UInt8? {
        while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
        return position < bytes.count ? bytes[position] : nil
    }

    private mutating func take(_ byte: Unicode.Scalar, or expected: String) throws(JSONDamage) {
        guard let next = peek() else { throw damage("it ends where \(expected) was expected") }
        guard next == UInt8(ascii: byte) else { throw damage("\(Self.named(next)) where \(expected) was expected") }
        position += 1
    }

    private mutating func takes(_ byte: Unicode.Scalar) -> Bool {
        guard peek() == UInt8(ascii: byte) else { return false }
        position += 1
        return true
    }

    private static func named(_ byte: UInt8) -> String {
        (0x21..<0x7F).contains(byte) ? "'\(Unicode.Scalar(byte))'" : "byte \(byte)"
    }

    /// Nothing but blanks is left.
    package mutating func readEnd() throws(JSONDamage) {
        if let next = peek() { throw damage("\(Self.named(next)) behind its end") }
    }

    /// `true`, `false` or `null`.
    package mutating func readWord(_ word: String) throws(JSONDamage) {
        _ = peek()
        guard bytes[position...].starts(with: word.utf8) else { throw damage("no value that JSON knows") }
        position += word.utf8.count
    }

    // MARK: Lists and objects

    /// `body` reads each value; keys that are written differently but mean the same are the same.
    package mutating func readObject(
        _ body: (_ key: String, inout JSONReader) throws(JSONDamage) -> Void
    ) throws(JSONDamage) {
        try take("{", or: "'{'")
        if takes("}") { return }
        var keys: Set<String> = []
        repeat {
            _ = peek()
            let place = position
            let key = try readString()
            guard keys.insert(key).inserted else { throw damage("'\(key.printable)' stands there twice", at: place) }
            try take(":", or: "':'")
            try body(key, &self)
        } while takes(",")
        try take("}", or: "',' or '}'")
    }

    /// `body` reads each value.
    package mutating func readList(_ body: (inout JSONReader) throws(JSONDamage) -> Void) throws(JSONDamage) {
        try take("[", or: "'['")
        if takes("]") { return }
        repeat { try body(&self) } while takes(",")
        try take("]", or: "',' or ']'")
    }

    // MARK: Numbers

    package mutating func readInteger() throws(JSONDamage) -> Int {
        let (text, place) = try readNumberText()
        if let value = Int(text) { return value }
        let isWhole = text.utf8.allSatisfy { $0 == UInt8(ascii: "-") || (0x30...0x39).contains($0) }
        throw damage(isWhole ? "\(text.printable) is out of range" : "\(text.printable) is no whole number", at: place)
    }

    package mutating func readNumber() throws(JSONDamage) -> Double {
        let (text, place) = try readNumberText()
        guard let value = Double(text), value.isFinite else {
            throw damage("\(text.printable) is out of range", at: place)
        }
        return value
    }

    /// The number's own characters, as RFC 8259 allows them.
    package mutating func readNumberText() throws(JSONDamage) -> (text: String, position: Int) {
        guard let first = peek() else { throw damage("it ends where a number was expected") }
        let start = position
        guard first == UInt8(ascii: "-") || (0x30...0x39).contains(first) else {
            throw damage("\(Self.named(first)) where a number was expected")
        }
        if first == UInt8(ascii: "-") { position += 1 }
        let leading = position
        try takeDigits()
        if bytes[leading] == UInt8(ascii: "0"), position > leading + 1 {
            throw damage("a number that begins with 0", at: start)
        }
        if follows(".") {
            position += 1
            try takeDigits()
        }
        if follows("e") || follows("E") {
            position += 1
            if follows("+") || follows("-") { position += 1 }
            try takeDigits()
        }
        return (String(decoding: bytes[start..<position], as: UTF8.self), start)
    }

    private func follows(_ byte: Unicode.Scalar) -> Bool {
        position < bytes.count && bytes[position] == UInt8(ascii: byte)
    }

    private mutating func takeDigits() throws(JSONDamage) {
        let start = position
        while position < bytes.count, (0x30...0x39).contains(bytes[position]) { position += 1 }
        if position == start { throw damage("a number without digits") }
    }

    // MARK: Texts

    package mutating func readString() throws(JSONDamage) -> String {
        try take("\"", or: "a text in quotes")
        let start = position
        var hasEscapes = false
        while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
            if bytes[position] < 0x20 { throw damage("a control character in a text") }
            if bytes[position] == UInt8(ascii: "\\") {
                hasEscapes = true
                position += 1
            }
            position += 1
        }
        guard position < bytes.count else { throw damage("a text without its closing quote", at: start - 1) }
        guard let text = String(validating: bytes[start..<position], as: UTF8.self) else {
            throw damage("a text that is not UTF-8", at: start)
        }
        position += 1
        return hasEscapes ? try unescaped(text, at: start) : text
    }

    private func unescaped(_ text: String, at place: Int) throws(JSONDamage) -> String {
        var units: [UInt16] = []
        var left = text.utf16[...]
        while let unit = left.popFirst() {
            guard unit == 0x5C else {
                units.append(unit)
                continue
            }
            guard let letter = left.popFirst() else { throw damage("an escape that is cut short", at: place) }
            if letter == UInt16(UInt8(ascii: "u")) {
                guard let code = Self.hexadecimal(left.prefix(4)) else {
                    throw damage("'\\u' without four hexadecimal digits", at: place)
                }
                left = left.dropFirst(4)
                units.append(code)
            } else {
                guard let meant = Self.escapes.first(where: { UInt16($0.letter) == letter })?.means else {
                    throw damage("an escape that JSON does not know", at: place)
                }
                units.append(UInt16(meant))
            }
        }
        guard let text = String(validating: units, as: UTF16.self) else {
            throw damage("half of a surrogate pair", at: place)
        }
        return text
    }

    private static func hexadecimal(_ digits: Substring.UTF16View.SubSequence) -> UInt16? {
        let text = String(digits)
        // A sign is no digit.
        guard let text, text.utf8.count == 4, text.utf8.allSatisfy({ $0 > 0x2F }) else { return nil }
        return UInt16(text, radix: 16)
    }

    private static let escapes: [(letter: UInt8, means: UInt8)] = [
        (UInt8(ascii: "\""), 0x22), (UInt8(ascii: "\\"), 0x5C), (UInt8(ascii: "/"), 0x2F), (UInt8(ascii: "b"), 0x08),
        (UInt8(ascii: "f"), 0x0C), (UInt8(ascii: "n"), 0x0A), (UInt8(ascii: "r"), 0x0D), (UInt8(ascii: "t"), 0x09),
    ]
}

extension String {
    /// Text from a file, fit for a message: short, and without characters that steer a terminal.
    var printable: String {
        let shown = unicodeScalars.prefix(64).map { (0x20..<0x7F).contains($0.value) ? $0 : "?" }
        return String(String.UnicodeScalarView(shown)) + (unicodeScalars.count > 64 ? "…" : "")
    }
}
