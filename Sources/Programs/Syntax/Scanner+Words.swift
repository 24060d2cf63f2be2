extension Scanner {
    /// A bare word: everything up to white space, `| { } [ ] # ;` or a quote, but inside parentheses spaces belong to it.
    ///
    ///     gaussian (2 + 1)     `(2 + 1)` is one word
    ///     [1, 2 3]             in a matrix a comma ends a word, too
    mutating func bareWord(endsAtComma: Bool = false) throws(ProgramError) -> Word {
        let start = at
        var depth = 0
        var outermost = at
        scan: while let next = peek {
            switch next {
            case "(":
                if depth == 0 { outermost = at }
                depth += 1
            case ")":
                guard depth > 0 else { throw fail(.unopened(")"), from: at) }
                depth -= 1
            case " ", "\t":
                if depth == 0 { break scan }
            case ",":
                if depth == 0 && endsAtComma { break scan }
            case "|", "{", "}", "[", "]", "#", ";", "\n", "\"":
                break scan
            default:
                break
            }
            at += 1
        }
        guard depth == 0 else { throw fail(.unclosed("("), from: outermost) }
        let word = word(from: start, to: at)
        try checkVisible(word)
        return word
    }

    /// Refuses no-break spaces and other characters that cannot be seen, which come with text copied from a web page: the
    /// word would look right and be unknown.
    private func checkVisible(_ word: Word) throws(ProgramError) {
        guard bytes[word.span.start..<word.span.end].contains(where: { $0 >= 0x80 }) else { return }
        var start = word.span.start
        for scalar in word.text.unicodeScalars {
            let end = start + UTF8.width(scalar)
            switch scalar.properties.generalCategory {
            case .spaceSeparator, .lineSeparator, .paragraphSeparator, .format:
                // Ordinary spaces inside parentheses, and the joiner that holds an emoji together.
                guard scalar != " ", scalar != "\u{200D}" else { break }
                throw fail(.invisibleCharacter(scalar.value), at: SourceSpan(start, end))
            default: break
            }
            start = end
        }
    }

    /// A word in quotes, the cursor being on the first. `\"` and `\\` stand for a quote and a backslash.
    mutating func quotedWord() throws(ProgramError) -> Word {
        let start = at
        at += 1
        var content: [UInt8] = []
        while let next = peek, next != "\"", next != "\n" {
            if next == "\\", peekSecond == "\"" || peekSecond == "\\" { at += 1 }
            content.append(bytes[at])
            at += 1
        }
        guard take("\"") else { throw fail(.unclosed("\""), from: start) }
        let word = Word(String(decoding: content, as: UTF8.self), span: SourceSpan(start, at))
        guard !content.isEmpty else { throw fail(.unexpected(found: "\"\"", expected: ["a word"]), at: word.span) }
        switch peek {
        case nil, " ", "\t", "\n", "|", "{", "}", "[", "]", "#", ";": return word
        default: throw unexpected("a space")
        }
    }

    /// Where the `=` of `key=value` stands among `bytes[start..<end]`, or nil: the key is a letter followed by letters,
    /// digits, `-` and `_`. `a==b` is a formula.
    static func keySeparator(in bytes: [UInt8], from start: Int, to end: Int) -> Int? {
        guard start < end, isLetter(Unicode.Scalar(bytes[start])) else { return nil }
        var place = start
        while place < end {
            let scalar = Unicode.Scalar(bytes[place])
            guard isLetter(scalar) || isDigit(scalar) || scalar == "-" || scalar == "_" else { break }
            place += 1
        }
        guard place < end, Unicode.Scalar(bytes[place]) == "=" else { return nil }
        return place + 1 < end && Unicode.Scalar(bytes[place + 1]) == "=" ? nil : place
    }
}
