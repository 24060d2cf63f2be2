extension Program {
    /// Parses a text that is one program.
    public init(parsing source: SourceText) throws(ProgramError) {
        try source.check(limit: SourceText.defaultLimit)
        var parser = ProgramParser(source)
        self = try parser.wholeProgram()
    }
}

/// The grammar, a function per rule. docs/language.md is its prose.
struct ProgramParser {
    /// How deep blocks may nest: a level takes up to 4 KB of stack here, and a thread's stack may be 512 KB.
    static let depthLimit = 32

    var scanner: Scanner
    private var depth = 0

    init(_ source: SourceText) { scanner = Scanner(source) }

    /// From the cursor to the end of the text.
    mutating func wholeProgram() throws(ProgramError) -> Program {
        scanner.skipLines()
        if scanner.peek == nil { throw scanner.fail(.emptyProgram, at: scanner.lastVisible) }
        let program = try steps()
        if scanner.peek == "}" { throw scanner.fail(.unopened("}"), from: scanner.at) }
        return program
    }

    /// program = step { ("|" | newline) step }; ends before `}` or at the end of the text.
    private mutating func steps() throws(ProgramError) -> Program {
        scanner.skipLines()
        var calls: [Call] = []
        while let next = scanner.peek, next != "}" {
            let call = try step()
            calls.append(call)
            scanner.skipLines()
            if scanner.take("|") {
                scanner.skipLines()
                if scanner.peek == nil || scanner.peek == "}" { throw scanner.unexpected("a step") }
            }
        }
        let span = calls.first.map { $0.span.union(calls[calls.count - 1].span) }
        return Program(steps: calls, span: span ?? SourceSpan(scanner.at, scanner.at))
    }

    /// step = matrix | name { argument } | "kernel" { argument } "{" formula "}"
    private mutating func step() throws(ProgramError) -> Call {
        let start = scanner.at
        switch scanner.peek {
        case "[":
            let matrix = try matrix()
            return try call(.matrix(matrix), from: start)
        case "{":
            throw scanner.fail(.strayBlock, from: start)
        case "\"":
            let name = try scanner.quotedWord()
            return try call(.name(name), from: start)
        case "|", "]", ";":
            throw scanner.unexpected("a step")
        default:
            let name = try scanner.bareWord()
            try checkGap()
            if Scanner.keySeparator(in: scanner.bytes, from: start, to: scanner.at) != nil {
                throw scanner.fail(.unexpected(found: name.text, expected: ["a step"]), at: name.span)
            }
            switch name.text {
            case "param": throw scanner.fail(.misplacedParameter, at: name.span)
            case "kernel": return try kernelCall(from: start)
            default: return try call(.name(name), from: start)
            }
        }
    }

    private mutating func call(_ head: Call.Head, from start: Int) throws(ProgramError) -> Call {
        var arguments: [Argument] = []
        var end = scanner.at
        while try isAtArgument() {
            let next = try argument()
            arguments.append(next)
            end = scanner.at
        }
        return Call(head, arguments: arguments, span: SourceSpan(start, end))
    }

    private mutating func kernelCall(from start: Int) throws(ProgramError) -> Call {
        var arguments: [Argument] = []
        var body: Word?
        var end = scanner.at
        while try isAtArgument() {
            if scanner.peek == "{" {
                if body != nil { throw scanner.unexpected("one formula") }
                body = try formulaBody()
            } else {
                let next = try argument()
                arguments.append(next)
            }
            end = scanner.at
        }
        guard let body else { throw scanner.unexpected("'{ formula }'") }
        return Call(.kernel(body), arguments: arguments, span: SourceSpan(start, end))
    }

    /// Steps to the next argument of a step, if there is one. A block may stand on a line of its own: no step begins so.
    private mutating func isAtArgument() throws(ProgramError) -> Bool {
        scanner.skipSpaces()
        let here = scanner.at
        if scanner.skipLines() {
            if scanner.peek == "{" { return true }
            scanner.at = here
            return false
        }
        switch scanner.peek {
        case nil, "|", "}": return false
        case "[": throw scanner.fail(.matrixAsArgument, from: scanner.at)
        case ";", "]": throw scanner.unexpected("an argument", "'|'")
        default: return true
        }
    }

    /// argument = value | key=value | "{" program "}"
    private mutating func argument() throws(ProgramError) -> Argument {
        if scanner.peek == "{" { return .block(try block()) }
        if scanner.peek == "\"" { return .value(try scanner.quotedWord()) }
        let word = try scanner.bareWord()
        if word.text.first == "=" { throw scanner.fail(.looseEquals, at: word.span) }
        let (start, end) = (word.span.start, word.span.end)
        guard let equals = Scanner.keySeparator(in: scanner.bytes, from: start, to: end) else {
            try checkGap()
            return .value(word)
        }
        let key = scanner.word(from: start, to: equals)
        if equals + 1 < end {
            try checkGap()
            return .keyed(key: key, value: scanner.word(from: equals + 1, to: end))
        }
        guard scanner.peek == "\"" else { throw scanner.unexpected("a value for '\(key.text)'") }
        return .keyed(key: key, value: try scanner.quotedWord())
    }

    /// A bare word does not run into a quote.
    private func checkGap() throws(ProgramError) {
        if scanner.peek == "\"" { throw scanner.unexpected("a space") }
    }

    private mutating func block() throws(ProgramError) -> Program {
        let start = scanner.at
        guard depth < Self.depthLimit else { throw scanner.fail(.nestedTooDeep(limit: Self.depthLimit), from: start) }
        depth += 1
        defer { depth -= 1 }
        scanner.at += 1
        var program = try steps()
        guard scanner.take("}") else { throw scanner.fail(.unclosed("{"), from: start) }
        program.span = SourceSpan(start, scanner.at)
        return program
    }

    /// The text between the braces of `kernel { … }`: comments out, white space folded. Its grammar is checked here, its
    /// names where they are known.
    private mutating func formulaBody() throws(ProgramError) -> Word {
        let start = scanner.at
        scanner.at += 1
        let inside = scanner.at
        while let next = scanner.peek, next != "}", next != "{" {
            if next == "#" { scanner.skipSpaces() } else { scanner.at += 1 }
        }
        if scanner.peek == "{" { throw scanner.unexpected("a formula", "'}'") }
        guard scanner.peek == "}" else { throw scanner.fail(.unclosed("{"), from: start) }
        let span = SourceSpan(inside, scanner.at)
        scanner.at += 1
        let formula = Word(scanner.foldedText(in: span), span: span)
        _ = try Formula(formula, in: scanner.source)
        return formula
    }
}

extension Scanner {
    /// The text of `span` with comments gone and each run of white space a single space.
    func foldedText(in span: SourceSpan) -> String {
        var rest = Scanner(source, in: span)
        var folded: [UInt8] = []
        rest.skipLines()
        while rest.at < rest.end {
            folded.append(bytes[rest.at])
            rest.at += 1
            let before = rest.at
            rest.skipLines()
            if rest.at > before, rest.at < rest.end { folded.append(0x20) }
        }
        return String(decoding: folded, as: UTF8.self)
    }
}
