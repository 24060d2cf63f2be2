/// Recursive descent that emits postfix code; Formula.swift has the grammar.
struct FormulaParser {
    private(set) var scanner: Scanner
    private(set) var code: [Operation] = []
    private(set) var references: [Formula.Reference] = []
    private var slots: [String: Int] = [:]
    private var depth = 0

    init(_ scanner: Scanner) { self.scanner = scanner }

    mutating func parseAll() throws(ProgramError) {
        scanner.skipLines()
        try comparison()
        if scanner.peek == ")" { throw scanner.fail(.unopened(")"), from: scanner.at) }
        if scanner.peek != nil { throw scanner.unexpected("an operator", "the end of the formula") }
    }

    private mutating func comparison() throws(ProgramError) {
        try sum()
        guard let comparison = takeComparison() else { return }
        scanner.skipLines()
        try sum()
        code.append(.binary(comparison))
        let after = scanner.at
        if takeComparison() != nil {
            let found = scanner.text(from: after, to: scanner.at)
            let span = SourceSpan(after, scanner.at)
            throw scanner.fail(.unexpected(found: found, expected: ["parentheses round one comparison"]), at: span)
        }
    }

    private mutating func takeComparison() -> Operation.Binary? {
        switch (scanner.peek, scanner.peekSecond) {
        case ("<", "="): advance(2, .lessOrEqual)
        case (">", "="): advance(2, .greaterOrEqual)
        case ("=", "="): advance(2, .equal)
        case ("!", "="): advance(2, .unequal)
        case ("<", _): advance(1, .less)
        case (">", _): advance(1, .greater)
        default: nil
        }
    }

    private mutating func advance(_ count: Int, _ operation: Operation.Binary) -> Operation.Binary {
        scanner.at += count
        return operation
    }

    private mutating func sum() throws(ProgramError) {
        try product()
        while let sign = scanner.peek, sign == "+" || sign == "-" {
            step()
            try product()
            code.append(.binary(sign == "+" ? .add : .subtract))
        }
    }

    private mutating func product() throws(ProgramError) {
        try signed()
        while let sign = scanner.peek, sign == "*" || sign == "/" {
            step()
            try signed()
            code.append(.binary(sign == "*" ? .multiply : .divide))
        }
    }

    private mutating func signed() throws(ProgramError) {
        guard depth < Formula.depthLimit else {
            throw scanner.fail(.nestedTooDeep(limit: Formula.depthLimit), from: scanner.at)
        }
        depth += 1
        defer { depth -= 1 }
        if scanner.peek == "-" {
            step()
            try signed()
            code.append(.unary(.negate))
        } else if scanner.peek == "+" {
            step()
            try signed()
        } else {
            try atom()
            if scanner.peek == "^" {
                step()
                try signed()
                code.append(.binary(.power))
            }
        }
    }

    private mutating func atom() throws(ProgramError) {
        let start = scanner.at
        if let end = Number.unsignedEnd(in: scanner.bytes, from: start, to: scanner.end) {
            try number(from: start, to: end)
        } else if scanner.peek == "(" {
            step()
            try comparison()
            try close(from: start)
        } else if isInName {
            try name()
        } else {
            throw scanner.unexpected("a number", "a name", "'('")
        }
        scanner.skipLines()
    }

    private mutating func number(from start: Int, to end: Int) throws(ProgramError) {
        let text = scanner.text(from: start, to: end)
        let span = SourceSpan(start, end)
        scanner.at = end
        while isInName || scanner.peek == "." { scanner.at += 1 }
        if scanner.at > end {
            let whole = scanner.word(from: start, to: scanner.at)
            throw scanner.fail(.badNumber(whole.text), at: whole.span)
        }
        guard let value = Number.parse(text) else { throw scanner.fail(.notFinite(text), at: span) }
        code.append(.constant(value))
    }

    private var isInName: Bool {
        guard let next = scanner.peek else { return false }
        return Scanner.isLetter(next) || Scanner.isDigit(next) || next == "_"
    }

    private mutating func name() throws(ProgramError) {
        let start = scanner.at
        while isInName { scanner.at += 1 }
        let name = scanner.word(from: start, to: scanner.at)
        scanner.skipLines()
        if scanner.peek == "(" {
            try function(name)
        } else if name.text == "pi" {
            code.append(.constant(.pi))
        } else if Operation.functionNames.contains(name.text) {
            throw scanner.fail(.functionWithoutArguments(name.text), at: name.span)
        } else {
            let slot = slots[name.text] ?? references.count
            if slot == references.count {
                slots[name.text] = slot
                references.append(Formula.Reference(name: name.text, span: name.span))
            }
            code.append(.variable(slot))
        }
    }

    /// A call; `min` and `max` of several values are taken two by two, so that the stack stays small.
    private mutating func function(_ name: Word) throws(ProgramError) {
        let unary = Operation.Unary(rawValue: name.text)
        let binary = Operation.Binary(rawValue: name.text)
        guard unary != nil || binary != nil else {
            let near = nearest(name.text, among: Operation.functionNames)
            throw scanner.fail(.unknownFunction(name.text, nearest: near), at: name.span)
        }
        let opening = scanner.at
        step()
        var count = 0
        if scanner.peek != ")" {
            repeat {
                scanner.skipLines()
                try comparison()
                count += 1
                if count > 1, binary == .minimum || binary == .maximum, let binary { code.append(.binary(binary)) }
            } while scanner.take(",")
        }
        try close(from: opening)
        let isRight: Bool
        let expected: String
        switch binary {
        case nil: (isRight, expected) = (count == 1, "1 value")
        case .minimum, .maximum: (isRight, expected) = (count >= 2, "2 or more values")
        default: (isRight, expected) = (count == 2, "2 values")
        }
        guard isRight else {
            let fault = ProgramError.Fault.argumentCount(function: name.text, expected: expected, found: count)
            throw scanner.fail(fault, at: name.span)
        }
        if let unary { code.append(.unary(unary)) }
        if let binary, binary != .minimum, binary != .maximum { code.append(.binary(binary)) }
    }

    private mutating func close(from opening: Int) throws(ProgramError) {
        if scanner.take(")") { return }
        if scanner.peek == nil { throw scanner.fail(.unclosed("("), from: opening) }
        throw scanner.unexpected("an operator", "')'")
    }

    /// Over one character and the white space behind it.
    private mutating func step() {
        scanner.at += 1
        scanner.skipLines()
    }
}
