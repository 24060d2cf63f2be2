import Pixels

// NPY: `\x93NUMPY`, version (major, minor), the header's length (2 bytes little-endian in version 1, 4 above), and a
// Python dict literal: {'descr': '<f4', 'fortran_order': False, 'shape': (480, 640, 3), }; then the samples.

/// What stands in front of an NPY's samples.
struct NPYHeader: Hashable {
    enum Kind: Hashable {
        case bool
        case signed
        case unsigned
        case float
    }

    var kind: Kind
    var bytesPerItem: Int
    var isBigEndian: Bool
    var isFortranOrder: Bool
    var shape: [Int]

    private static let longestHeader = 64 * 1024

    init(from source: ByteSource) throws(CodecError) {
        guard let start = try source.readBytes(8) else { throw .truncated(.npy) }
        let major = start[6]
        guard (1...3).contains(major) else { throw .unsupported(.npy, "version \(major) of the format") }
        guard let lengthBytes = try source.readBytes(major == 1 ? 2 : 4) else { throw .truncated(.npy) }
        let length = lengthBytes.reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length <= Self.longestHeader else { throw .damaged(.npy, "its header is \(length) bytes long") }
        guard let text = try source.readBytes(length) else { throw .truncated(.npy) }
        var parser = NPYDictParser(text)
        let fields = try parser.parse()
        guard case .string(let type) = fields["descr"] else {
            throw fields["descr"] == nil
                ? .damaged(.npy, "the header has no descr") : .unsupported(.npy, "records instead of numbers")
        }
        guard case .bool(let isFortranOrder) = fields["fortran_order"], case .tuple(let shape) = fields["shape"] else {
            throw .damaged(.npy, "the header does not give fortran_order and shape")
        }
        self.isFortranOrder = isFortranOrder
        self.shape = shape
        let letters = Array(type)
        guard letters.count == 3, let order = letters.first, "<>|=".contains(order),
            let kind = Self.kinds[letters[1]], let bytes = letters[2].wholeNumberValue, kind.sizes.contains(bytes)
        else { throw .unsupported(.npy, "samples of type '\(type.printable)'") }
        self.kind = kind.kind
        bytesPerItem = bytes
        isBigEndian = order == ">"
    }

    private static let kinds: [Character: (kind: Kind, sizes: [Int])] = [
        "b": (.bool, [1]), "i": (.signed, [1, 2, 4, 8]), "u": (.unsigned, [1, 2, 4, 8]), "f": (.float, [4, 8]),
    ]

    /// 8- and 16-bit unsigned samples are picture depths; bools are black and white; other numbers are taken as they are.
    var depth: Depth {
        switch (kind, bytesPerItem) {
        case (.bool, _), (.unsigned, 1): .uint8
        case (.unsigned, 2): .uint16
        default: .float32
        }
    }

    /// (h, w) is grey; (h, w, c) is grey, RGB or RGBA for 1, 3 or 4 channels, and c planes for other counts.
    func layout() throws(CodecError) -> (size: Size, channels: Channels) {
        guard shape.count == 2 || shape.count == 3 else {
            throw .unsupported(.npy, "\(shape.count) dimensions, where height, width and channels are expected")
        }
        if shape.contains(0) { throw .damaged(.npy, "an array without items") }
        return (Size(width: shape[1], height: shape[0]), Channels(arrays: shape.count == 2 ? 1 : shape[2]))
    }
}

extension Channels {
    /// What so many arrays of numbers are, of which nobody says what they mean.
    init(arrays count: Int) {
        self =
            switch count {
            case 1: .gray
            case 3: .rgb
            case 4: .rgba
            default: .planes(count)
            }
    }
}

/// Reads the one kind of dict literal NumPy writes; anything else is damage.
struct NPYDictParser {
    enum Value: Hashable {
        case string(String)
        case bool(Bool)
        case tuple([Int])
        case other
    }

    private let text: [UInt8]
    private var position = 0

    init(_ text: [UInt8]) { self.text = text }

    mutating func parse() throws(CodecError) -> [String: Value] {
        var fields: [String: Value] = [:]
        try expect("{")
        while !take("}") {
            let name = try string()
            try expect(":")
            fields[name] = try value()
            if !take(",") {
                try expect("}")
                break
            }
        }
        skipSpace()
        if position < text.count { throw malformed() }
        return fields
    }

    private mutating func value() throws(CodecError) -> Value {
        skipSpace()
        guard position < text.count else { throw malformed() }
        switch text[position] {
        case UInt8(ascii: "'"), UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "("): return .tuple(try tuple())
        case UInt8(ascii: "["):
            // A record type: skipped to its end, and refused by the caller.
            guard let end = text.lastIndex(of: UInt8(ascii: "]")) else { throw malformed() }
            position = end + 1
            return .other
        default:
            if takeWord("True") { return .bool(true) }
            if takeWord("False") { return .bool(false) }
            throw malformed()
        }
    }

    private mutating func tuple() throws(CodecError) -> [Int] {
        var items: [Int] = []
        try expect("(")
        while !take(")") {
            items.append(try number())
            if items.count > 32 { throw malformed() }
            if !take(",") {
                try expect(")")
                break
            }
        }
        return items
    }

    private mutating func number() throws(CodecError) -> Int {
        skipSpace()
        var value = 0
        let start = position
        while position < text.count, let digit = text[position].decimalDigit {
            let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tens.addingReportingOverflow(digit)
            if overflow || carry { throw .damaged(.npy, "a dimension is out of range") }
            value = sum
            position += 1
        }
        if position == start { throw malformed() }
        return value
    }

    private mutating func string() throws(CodecError) -> String {
        skipSpace()
        guard position < text.count, text[position] == UInt8(ascii: "'") || text[position] == UInt8(ascii: "\"") else {
            throw malformed()
        }
        let quote = text[position]
        guard let end = text[(position + 1)...].firstIndex(of: quote) else { throw malformed() }
        defer { position = end + 1 }
        return String(decoding: text[(position + 1)..<end], as: UTF8.self)
    }

    private mutating func skipSpace() { while position < text.count, text[position].isSpace { position += 1 } }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard position < text.count, text[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func takeWord(_ word: String) -> Bool {
        guard text[position...].starts(with: word.utf8) else { return false }
        position += word.utf8.count
        return true
    }

    private mutating func expect(_ character: Unicode.Scalar) throws(CodecError) {
        if !take(character) { throw malformed() }
    }

    private func malformed() -> CodecError {
        .damaged(.npy, "its header is not the dictionary NumPy writes, from byte \(position) on")
    }
}
