/// A stretch of a source text, in bytes of its UTF-8: from `start` up to, not including, `end`.
public struct SourceSpan: Hashable, Sendable {
    public var start: Int
    public var end: Int

    public init(_ start: Int, _ end: Int) {
        self.start = start
        self.end = max(start, end)
    }

    /// Where nothing was written: the span of a tree made by hand.
    public static let nowhere = SourceSpan(0, 0)

    public func union(_ other: SourceSpan) -> SourceSpan {
        SourceSpan(min(start, other.start), max(end, other.end))
    }

    func clamped(to count: Int) -> SourceSpan {
        let first = min(max(start, 0), count)
        return SourceSpan(first, min(max(end, first), count))
    }
}

/// A line and a column, both from 1; columns count characters as a reader sees them.
public struct SourcePosition: Hashable, Sendable {
    public var line: Int
    public var column: Int
}

extension SourceText {
    public func position(of offset: Int) -> SourcePosition {
        let before = bytes[..<min(max(offset, 0), bytes.count)]
        let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        let line = before.count { $0 == 0x0A } + 1
        return SourcePosition(line: line, column: String(decoding: before[lineStart...], as: UTF8.self).count + 1)
    }

    /// The line a span starts on, and carets under the span; a long line is cut to the part that matters.
    ///
    ///     gausian 2 | sobel
    ///     ^^^^^^^
    public func caretLines(under span: SourceSpan) -> (text: String, carets: String) {
        let span = span.clamped(to: bytes.count)
        let lineStart = bytes[..<span.start].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        let lineEnd = bytes[span.start...].firstIndex(of: 0x0A) ?? bytes.count
        var before = Array(String(decoding: bytes[lineStart..<span.start], as: UTF8.self))
        var under = Array(String(decoding: bytes[span.start..<min(span.end, lineEnd)], as: UTF8.self))
        var after = Array(String(decoding: bytes[min(span.end, lineEnd)..<lineEnd], as: UTF8.self))
        if before.count > 60 { before = ["…"] + before.suffix(50) }
        if under.count > 60 { (under, after) = (under.prefix(59) + ["…"], []) }
        if after.count > 60 { after = after.prefix(50) + ["…"] }
        let text = String((before + under + after).map { Self.isControl($0) ? "\u{FFFD}" : $0 })
        let indent = String(before.map { $0 == "\t" ? "\t" : " " })
        return (text, indent + String(repeating: "^", count: max(1, under.count)))
    }

    private static func isControl(_ character: Character) -> Bool {
        character != "\t" && character.unicodeScalars.contains { $0.properties.generalCategory == .control }
    }
}
