/// An arithmetic expression over named values, such as `exp(-(x*x + y*y) / (2*sigma*sigma))`.
///
/// It is parsed once; `bound(to:constants:)` gives every name its place, and the result is evaluated as often as needed.
///
///     comparison = sum [ ("<" | "<=" | ">" | ">=" | "==" | "!=") sum ]     1 or 0
///     sum        = product { ("+" | "-") product }
///     product    = signed { ("*" | "/") signed }
///     signed     = ("-" | "+") signed | power
///     power      = atom [ "^" signed ]                                    -x^2 is -(x^2), 2^3^2 is 2^(3^2)
///     atom       = number | name | function "(" comparison { "," comparison } ")" | "(" comparison ")"
public struct Formula: Hashable, Sendable {
    /// What a formula may nest.
    static let depthLimit = 64

    /// The variables of a kernel's formula: the offset from the anchor, the same in polar form, and the window's size.
    public static let windowVariables = ["x", "y", "r", "theta", "w", "h"]

    /// Names a parameter cannot take.
    public static let reservedNames = Set(windowVariables + Operation.functionNames + ["pi"])

    /// The names it uses, each once, in the order of their first use.
    public var variables: [String] { references.map(\.name) }

    let code: [Operation]
    let references: [Reference]
    let source: SourceText

    /// A variable and where it first stands.
    struct Reference: Hashable, Sendable {
        var name: String
        var span: SourceSpan
    }

    /// Parses a word of a program. Errors point into `source`, unless the word does not come from there.
    public init(_ word: Word, in source: SourceText) throws(ProgramError) {
        var parser = FormulaParser(Self.scanner(over: word, in: source))
        try parser.parseAll()
        code = parser.code
        references = parser.references
        self.source = parser.scanner.source
    }

    public init(_ text: String) throws(ProgramError) {
        try self.init(Word(text), in: SourceText(name: "formula", text: text))
    }

    private static func scanner(over word: Word, in source: SourceText) -> Scanner {
        let inside = SourceSpan(word.span.start + 1, word.span.end - 1)
        if source[word.span] == word.text { return Scanner(source, in: word.span) }
        if word.span.end - word.span.start > 2, source[inside] == word.text { return Scanner(source, in: inside) }
        if Scanner(source).foldedText(in: word.span) == word.text { return Scanner(source, in: word.span) }
        return Scanner(SourceText(name: "formula", text: word.text))
    }
}
