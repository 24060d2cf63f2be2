/// A text to be parsed and the name it goes by in messages: a file's path, or `program` for one from the command line.
///
/// Line ends are `\n` from here on (CRLF and CR are translated), and a byte order mark is gone.
public struct SourceText: Hashable, Sendable {
    /// What a program or a kernel file may measure, in bytes.
    public static let defaultLimit = 1 << 20

    public let name: String
    package let bytes: [UInt8]

    public init(name: String = "program", text: String) {
        self.init(name: name, validUTF8: Array(text.utf8))
    }

    /// Takes a file's bytes; text that is too long or not UTF-8 is refused.
    public init(name: String, bytes: [UInt8], limit: Int = SourceText.defaultLimit) throws(ProgramError) {
        guard bytes.count <= limit else {
            throw ProgramError(
                .tooLong(bytes: bytes.count, limit: limit), at: SourceSpan(0, 0), in: SourceText(name: name, text: ""))
        }
        let valid = Self.validPrefix(of: bytes)
        guard valid == bytes.count else {
            let before = SourceText(name: name, validUTF8: Array(bytes[..<valid])).bytes.count
            let repaired = SourceText(name: name, text: String(decoding: bytes, as: UTF8.self))
            throw ProgramError(.notUTF8, at: SourceSpan(before, before + 3), in: repaired)
        }
        self.init(name: name, validUTF8: bytes)
    }

    private init(name: String, validUTF8 bytes: [UInt8]) {
        self.name = name
        let hasMark = bytes.starts(with: [0xEF, 0xBB, 0xBF])
        if !hasMark && !bytes.contains(0x0D) {
            self.bytes = bytes
            return
        }
        var kept: [UInt8] = []
        kept.reserveCapacity(bytes.count)
        var previous: UInt8 = 0
        for byte in bytes.dropFirst(hasMark ? 3 : 0) {
            if byte == 0x0D {
                kept.append(0x0A)
            } else if byte != 0x0A || previous != 0x0D {
                kept.append(byte)
            }
            previous = byte
        }
        self.bytes = kept
    }

    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The text under `span`, as written.
    public subscript(span: SourceSpan) -> String {
        let clamped = span.clamped(to: bytes.count)
        return String(decoding: bytes[clamped.start..<clamped.end], as: UTF8.self)
    }

    /// Refuses what no program holds: control characters, among them the NUL of a file that is no text at all and the
    /// escape sequences that a printed comment would smuggle into a terminal.
    func check(limit: Int) throws(ProgramError) {
        guard bytes.count <= limit else {
            let length = bytes.count
            throw ProgramError(.tooLong(bytes: length, limit: limit), at: SourceSpan(0, 0), in: self)
        }
        for (offset, byte) in bytes.enumerated() {
            let isPlainControl = (byte < 0x20 && byte != 0x0A && byte != 0x09) || byte == 0x7F
            if isPlainControl {
                throw ProgramError(.controlCharacter(UInt32(byte)), at: SourceSpan(offset, offset + 1), in: self)
            }
            if byte == 0xC2, offset + 1 < bytes.count, bytes[offset + 1] < 0xA0 {
                let scalar = UInt32(bytes[offset + 1])
                throw ProgramError(.controlCharacter(scalar), at: SourceSpan(offset, offset + 2), in: self)
            }
        }
    }

    /// How many bytes from the start are whole UTF-8 characters.
    private static func validPrefix(of bytes: [UInt8]) -> Int {
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var length = 0
        while case .scalarValue(let scalar) = decoder.decode(&iterator) { length += UTF8.width(scalar) }
        return length
    }
}
