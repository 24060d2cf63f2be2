/// A kernel as a file: its help, its parameters, and the program they stand in.
///
///     # gaussian — smooths; sigma is in pixels
///     param sigma = 1   # how far it reaches
///     kernel radius=ceil(4*sigma) sum=1 { exp(-r*r / (2*sigma*sigma)) }
public struct KernelFile: Hashable, Sendable {
    public struct Parameter: Hashable, Sendable {
        public var name: Word
        /// A formula; it may use the parameters above it.
        public var defaultValue: Word
        /// What the value must be above: a plain number.
        public var bound: Word?
        /// The comment behind it: what the parameter means.
        public var summary: String?

        public init(name: Word, defaultValue: Word, bound: Word? = nil, summary: String? = nil) {
            self.name = name
            self.bound = bound
            self.defaultValue = defaultValue
            self.summary = summary
        }
    }

    /// The comment lines at the top, up to the first other line; the first is `name — summary`.
    public var help: [String]
    public var parameters: [Parameter]
    public var program: Program

    public init(help: [String] = [], parameters: [Parameter] = [], program: Program) {
        self.help = help
        self.parameters = parameters
        self.program = program
    }

    /// The file at `path`.
    public init(path: String) throws(ProgramError) { try self.init(parsing: Self.source(path: path)) }

    /// The file's text, at most 1 MiB of it.
    public static func source(path: String) throws(ProgramError) -> SourceText { try KernelFolder.read(path) }

    public init(parsing source: SourceText) throws(ProgramError) {
        try source.check(limit: SourceText.defaultLimit)
        var parser = ProgramParser(source)
        help = parser.scanner.helpLines()
        parameters = try parser.scanner.parameters()
        program = try parser.wholeProgram()
    }
}

extension Scanner {
    fileprivate mutating func helpLines() -> [String] {
        while peek == "\n" || peek == " " || peek == "\t" { at += 1 }
        var lines: [String] = []
        while peek == "#" {
            lines.append(commentText())
            _ = take("\n")
        }
        return lines
    }

    /// The comment at the cursor without its `#`, one space behind that, and trailing spaces.
    private mutating func commentText() -> String {
        let start = at + 1
        skipSpaces()
        var first = start
        var last = at
        if first < last, bytes[first] == 0x20 { first += 1 }
        while last > first, bytes[last - 1] == 0x20 || bytes[last - 1] == 0x09 { last -= 1 }
        return text(from: first, to: last)
    }

    /// { "param" name [ ">" number ] "=" formula newline }
    fileprivate mutating func parameters() throws(ProgramError) -> [KernelFile.Parameter] {
        var found: [KernelFile.Parameter] = []
        var names: Set<String> = []
        skipLines()
        while isAtParameter {
            let parameter = try parameter()
            let name = parameter.name
            guard names.insert(name.text).inserted else { throw fail(.duplicateKey(name.text), at: name.span) }
            found.append(parameter)
            skipLines()
        }
        return found
    }

    private var isAtParameter: Bool {
        let keyword = Array("param".utf8)
        guard bytes[at..<end].starts(with: keyword) else { return false }
        let next = at + keyword.count
        return next == end || " \t\n#".utf8.contains(bytes[next])
    }

    private mutating func parameter() throws(ProgramError) -> KernelFile.Parameter {
        at += 5
        skipSpaces()
        let start = at
        while let next = peek, Self.isLetter(next) || (at > start && (next == "_" || Self.isDigit(next))) { at += 1 }
        guard at > start else { throw unexpected("a parameter's name") }
        let name = word(from: start, to: at)
        if Formula.reservedNames.contains(name.text) { throw fail(.reservedName(name.text), at: name.span) }
        while peek == " " || peek == "\t" { at += 1 }
        let bound = take(">") ? try boundOfParameter() : nil
        guard take("=") else { throw unexpected("'='") }
        while peek == " " || peek == "\t" { at += 1 }
        let valueStart = at
        while let next = peek, next != "\n", next != "#" { _ = (next, at += 1) }
        var valueEnd = at
        while valueEnd > valueStart, bytes[valueEnd - 1] == 0x20 || bytes[valueEnd - 1] == 0x09 { valueEnd -= 1 }
        guard valueEnd > valueStart else {
            at = valueStart
            throw unexpected("a value for '\(name.text)'")
        }
        let value = word(from: valueStart, to: valueEnd)
        _ = try Formula(value, in: source)
        let comment = peek == "#" ? commentText() : ""
        return KernelFile.Parameter(
            name: name, defaultValue: value, bound: bound, summary: comment.isEmpty ? nil : comment)
    }

    /// The number behind `>`, and the spaces around it.
    private mutating func boundOfParameter() throws(ProgramError) -> Word {
        while peek == " " || peek == "\t" { at += 1 }
        let start = at
        while let next = peek, Self.isDigit(next) || next == "." || next == "-" { at += 1 }
        let bound = word(from: start, to: at)
        guard let value = Double(bound.text), value.isFinite else {
            at = start
            throw unexpected("the number that the parameter must be above")
        }
        while peek == " " || peek == "\t" { at += 1 }
        return bound
    }
}
