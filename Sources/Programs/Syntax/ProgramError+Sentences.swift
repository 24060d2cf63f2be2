extension ProgramError: CustomStringConvertible {
    /// `program:1:12: unknown step 'gausian'; did you mean 'gaussian'?`, the line of text, and carets under the place.
    public var description: String {
        // A model's trouble is the file's, and the sentence names it.
        if case .model(let sentence) = fault, source.bytes.isEmpty { return sentence }
        var lines = ["\(place(source, span)): \(sentence)"]
        if span.start <= source.bytes.count, !source.bytes.isEmpty {
            let (text, carets) = source.caretLines(under: span)
            lines += ["    " + text, "    " + carets]
        }
        lines += usedAt.map { "used at \(place($0.source, $0.span)): \(shortened($0.source[$0.span]))" }
        return lines.joined(separator: "\n")
    }

    private func place(_ source: SourceText, _ span: SourceSpan) -> String {
        let position = source.position(of: span.start)
        return "\(source.name):\(position.line):\(position.column)"
    }

    /// The fault in one sentence, without its place.
    public var sentence: String {
        switch fault {
        case .notUTF8:
            "this is not UTF-8 text"
        case .controlCharacter(0):
            "there is a NUL byte here; a program is text"
        case .controlCharacter(let code):
            "there is a control character here (U+\(hexadecimal(code))); a program is plain text"
        case .invisibleCharacter(let code):
            "there is an invisible character here (U+\(hexadecimal(code))); write an ordinary space, or the word in quotes"
        case .tooLong(let bytes, let limit):
            "the text is \(bytes) bytes long; the limit is \(limit)"
        case .emptyProgram:
            "there is no step here; a program has at least one, such as 'gaussian 2'"
        case .unexpected(let found, let expected):
            "expected \(alternatives(expected)), found \(described(found))"
        case .unclosed("\""):
            "this quote is not closed on its line"
        case .unclosed("("):
            "this '(' is not closed"
        case .unclosed(let bracket):
            "this '\(bracket)' is never closed"
        case .unopened(let bracket):
            "this '\(bracket)' closes nothing"
        case .strayBlock:
            "a block belongs to the step before it, as in 'hypot { sobel-x } { sobel-y }'; there is none here"
        case .matrixAsArgument:
            "a matrix is a step of its own; put '|' before it"
        case .raggedRows(let row, let count, let firstCount):
            "row \(row) has \(counted(count, "element")), the first row has \(firstCount); write '.' for a hole"
        case .emptyMatrix:
            "a matrix has at least one number, such as '[1 2 1]/4'"
        case .nestedTooDeep(let limit):
            "this is nested deeper than \(limit) levels"
        case .misplacedParameter:
            "'param' stands at the top of a kernel file, before the first step"
        case .notAbove(let bound, let parameter, let step, let found):
            "\(shortened(step)): '\(shortened(parameter))' must be above \(bound), not \(Number.text(found))"
        case .unknownVariable(let name, let nearest):
            "unknown variable '\(shortened(name))'" + suggestion(nearest)
        case .unknownFunction(let name, let nearest):
            "unknown function '\(shortened(name))'" + suggestion(nearest)
        case .argumentCount(let function, let expected, let found):
            "\(function) takes \(expected), not \(found)"
        case .functionWithoutArguments(let name):
            "\(name) is a function; write '\(name)(…)'"
        case .badNumber(let text):
            "'\(shortened(text))' is not a number"
        case .notFinite(let text):
            "'\(shortened(text))' is not a finite number"
        case .reservedName(let name):
            "a parameter cannot be called '\(name)': formulas know that name already"
        case .unknownName(let name, let nearest):
            "unknown step '\(shortened(name))'" + suggestion(nearest)
        case .unknownKey(let key, let step, let nearest):
            "\(step) has no parameter '\(shortened(key))'" + suggestion(nearest)
        case .duplicateKey(let key):
            "'\(shortened(key))' is given twice"
        case .missing(let parameter, let step):
            "\(step) needs a value for '\(parameter)'"
        case .looseEquals:
            "a setting has no blanks around its '=', as in 'stride=2'"
        case .missingBar(let text, let step):
            "\(step) has no use for '\(shortened(text))', which is a step of its own: put '|' in front of it"
        case .surplus(let text, let step):
            "\(step) has no use for '\(shortened(text))'"
        case .badValue(let text, let parameter, let step, let expected):
            "\(step): '\(parameter)' is \(expected), not '\(shortened(text))'"
        case .unknownValue(let text, let parameter, let step, let nearest, let choices):
            "\(step): '\(parameter)' cannot be '\(shortened(text))'"
                + (nearest == nil ? "; choose \(alternatives(choices))" : suggestion(nearest))
        case .blockCount(let step, let expected, let found):
            "\(step) takes \(expected), not \(found)"
        case .ambiguousBorder(let text):
            "border=\(text) means two things: write 'symmetric' (c b a | a b c d) or 'reflect' (d c b | a b c d)"
        case .shape(let sentence):
            sentence
        case .unknownClasses(let step):
            "\(step): 'classes' is how many classes the examples have, which 'kern train' finds in --data; "
                + "'kern explain --classes 10' explains it for ten"
        case .model(let sentence):
            sentence
        case .unreadable(let path, let reason):
            "'\(path)' cannot be read: \(reason)"
        case .tooManySteps(let limit):
            "written out, this is more than \(limit) steps"
        case .geometryOnChain(let key, let kernel):
            "'\(key)' cannot be said of \(kernel), which is not one window on every way through it; "
                + "write its steps out (kern show \(kernel)) and say it of the one that is meant"
        case .recursion(let chain):
            "a kernel cannot be made of itself: \(chain.joined(separator: " → "))"
        }
    }

    private func suggestion(_ nearest: String?) -> String {
        nearest.map { "; did you mean '\($0)'?" } ?? ""
    }

    private func described(_ found: String) -> String {
        switch found {
        case "": "the end of the text"
        case "\n": "the end of the line"
        case " ", "\t": "a space"
        default: "'\(shortened(found))'"
        }
    }

    /// `a`, `a or b`, `a, b or c`
    private func alternatives(_ words: [String]) -> String {
        guard let last = words.last, words.count > 1 else { return words.first ?? "nothing" }
        return words.dropLast().joined(separator: ", ") + " or " + last
    }

    private func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

    private func shortened(_ text: String) -> String { text.count > 40 ? text.prefix(39) + "…" : text }

    private func hexadecimal(_ code: UInt32) -> String {
        let digits = String(code, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
