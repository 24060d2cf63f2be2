/// A cursor over a source text: what the program parser and the formula parser have in common.
///
/// `peek` shows a byte as a scalar, so that grammar reads as characters; a byte of a longer character is none of ASCII's.
struct Scanner {
    let source: SourceText
    let bytes: [UInt8]
    let end: Int
    var at: Int

    init(_ source: SourceText, in span: SourceSpan? = nil) {
        self.source = source
        bytes = source.bytes
        let span = (span ?? SourceSpan(0, bytes.count)).clamped(to: bytes.count)
        at = span.start
        end = span.end
    }

    var peek: Unicode.Scalar? { at < end ? Unicode.Scalar(bytes[at]) : nil }

    var peekSecond: Unicode.Scalar? { at + 1 < end ? Unicode.Scalar(bytes[at + 1]) : nil }

    /// Steps over `scalar` if it is next.
    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard peek == scalar else { return false }
        at += 1
        return true
    }

    /// Steps over spaces, tabs and a comment.
    mutating func skipSpaces() {
        while peek == " " || peek == "\t" { at += 1 }
        if peek == "#" {
            while let next = peek, next != "\n" { _ = (next, at += 1) }
        }
    }

    /// Steps over white space and comments, line ends included; says whether there was a line end.
    @discardableResult
    mutating func skipLines() -> Bool {
        skipSpaces()
        let isLineEnd = peek == "\n"
        while take("\n") { skipSpaces() }
        return isLineEnd
    }

    func text(from start: Int, to end: Int) -> String { String(decoding: bytes[start..<end], as: UTF8.self) }

    func word(from start: Int, to end: Int) -> Word { Word(text(from: start, to: end), span: SourceSpan(start, end)) }

    func fail(_ fault: ProgramError.Fault, at span: SourceSpan) -> ProgramError {
        ProgramError(fault, at: span, in: source)
    }

    func fail(_ fault: ProgramError.Fault, from start: Int) -> ProgramError {
        fail(fault, at: SourceSpan(start, start + 1))
    }

    /// The error that names what stands at the cursor and what should.
    func unexpected(_ expected: String...) -> ProgramError {
        guard let next = peek else {
            let isWholeText = end == bytes.count
            var last = end
            while !isWholeText, last < bytes.count, bytes[last] == 0x20 || bytes[last] == 0x09 { last += 1 }
            let found = isWholeText || last == bytes.count ? "" : text(from: last, to: last + 1)
            let span = isWholeText ? lastVisible : SourceSpan(last, last + 1)
            return fail(.unexpected(found: found, expected: expected), at: span)
        }
        var last = at + 1
        if next != "\n" {
            while last < end, bytes[last] & 0xC0 == 0x80 { last += 1 }
            if Self.isPlain(next) {
                while last < end, Self.isPlain(Unicode.Scalar(bytes[last])) { last += 1 }
            }
        }
        return fail(.unexpected(found: text(from: at, to: last), expected: expected), at: SourceSpan(at, last))
    }

    /// The place behind the last character that is not white space.
    var lastVisible: SourceSpan {
        var last = end
        while last > 0, bytes[last - 1] <= 0x20 { last -= 1 }
        return SourceSpan(last, last)
    }

    /// Letters, digits and what glues them together: what a message quotes as one piece.
    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        isLetter(scalar) || isDigit(scalar) || scalar.value >= 0x80 || "_-.".unicodeScalars.contains(scalar)
    }

    static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
    }

    static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
}
