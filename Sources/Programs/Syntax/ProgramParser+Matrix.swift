extension ProgramParser {
    /// matrix = "[" row { (";" | newline) row } "]" [ "/" number ]; a row is numbers, formulas and holes with spaces or
    /// commas between them.
    mutating func matrix() throws(ProgramError) -> MatrixLiteral {
        let start = scanner.at
        scanner.at += 1
        var rows: [[Word?]] = []
        scanner.skipLines()
        while scanner.peek != "]" {
            let rowStart = scanner.at
            let row = try row(openedAt: start)
            rows.append(row)
            if row.count != rows[0].count {
                let fault = ProgramError.Fault.raggedRows(row: rows.count, count: row.count, firstCount: rows[0].count)
                throw scanner.fail(fault, at: SourceSpan(rowStart, scanner.at))
            }
            scanner.skipLines()
            if scanner.take(";") { scanner.skipLines() }
        }
        scanner.at += 1
        guard !rows.isEmpty else { throw scanner.fail(.emptyMatrix, at: SourceSpan(start, scanner.at)) }
        let divisor = try divisor()
        return MatrixLiteral(rows: rows, divisor: divisor, span: SourceSpan(start, scanner.at))
    }

    /// One row, at least one element; the cursor ends behind the last.
    private mutating func row(openedAt matrixStart: Int) throws(ProgramError) -> [Word?] {
        var row: [Word?] = []
        var end = scanner.at
        while true {
            let element = try element(openedAt: matrixStart)
            row.append(element)
            end = scanner.at
            scanner.skipSpaces()
            if scanner.take(",") {
                scanner.skipSpaces()
                continue
            }
            switch scanner.peek {
            case nil, "\n", ";", "]":
                scanner.at = end
                return row
            default:
                continue
            }
        }
    }

    private mutating func element(openedAt matrixStart: Int) throws(ProgramError) -> Word? {
        switch scanner.peek {
        case nil: throw scanner.fail(.unclosed("["), from: matrixStart)
        case "|", "{", "}", "[", "]", ";", ",", "\"", "\n": throw scanner.unexpected("a number", "'.'")
        default: break
        }
        let word = try scanner.bareWord(endsAtComma: true)
        if word.text == "." { return nil }
        try checkNumberOrFormula(word)
        return word
    }

    private mutating func divisor() throws(ProgramError) -> Word? {
        let end = scanner.at
        scanner.skipSpaces()
        guard scanner.take("/") else {
            scanner.at = end
            return nil
        }
        scanner.skipSpaces()
        switch scanner.peek {
        case nil, "|", "{", "}", "[", "]", ";", "\"", "\n": throw scanner.unexpected("a number to divide by")
        default: break
        }
        let word = try scanner.bareWord()
        try checkNumberOrFormula(word)
        return word
    }

    private func checkNumberOrFormula(_ word: Word) throws(ProgramError) {
        if Number.parse(word.text) == nil { _ = try Formula(word, in: scanner.source) }
    }
}
