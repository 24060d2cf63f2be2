// The canonical forms: one line for a command, and lines for a kernel file. Parsing either gives the tree back.

extension Program: CustomStringConvertible {
    /// `hypot { sobel-x } { sobel-y } | threshold 0.2`
    public var description: String { steps.map(\.description).joined(separator: " | ") }

    /// A step a line; blocks that do not fit the width are opened, matrices of several rows are written as rows.
    public func lines(width: Int = 100) -> [String] { steps.flatMap { $0.lines(width: width) } }
}

extension Call: CustomStringConvertible {
    public var description: String {
        switch head {
        case .name(let word): ([word.writtenAsName] + argumentTexts).joined(separator: " ")
        case .matrix(let matrix): ([matrix.description] + argumentTexts).joined(separator: " ")
        case .kernel(let body): (["kernel"] + argumentTexts + ["{ \(body.text) }"]).joined(separator: " ")
        }
    }

    private var argumentTexts: [String] {
        var isMatrix = false
        if case .matrix = head { isMatrix = true }
        return arguments.map { argument in
            if isMatrix, case .value(let word) = argument, word.text.hasPrefix("/") { return word.quoted }
            return argument.description
        }
    }

    fileprivate func lines(width: Int) -> [String] {
        if case .matrix(let matrix) = head, matrix.rows.count > 1 {
            var lines = matrix.lines
            lines[lines.count - 1] = ([lines[lines.count - 1]] + argumentTexts).joined(separator: " ")
            return lines
        }
        let line = description
        guard line.count > width, case .name(let word) = head else { return [line] }
        var lines = [word.writtenAsName]
        for argument in arguments {
            guard case .block(let program) = argument, !program.steps.isEmpty else {
                lines[lines.count - 1] += " " + argument.description
                continue
            }
            lines[lines.count - 1] += " {"
            lines += program.lines(width: width - 4).map { "    " + $0 }
            lines.append("}")
        }
        return lines
    }
}

extension Argument: CustomStringConvertible {
    public var description: String {
        switch self {
        case .value(let word): word.writtenAsValue
        case .keyed(let key, let value): key.text + "=" + value.writtenBehindKey
        case .block(let program): program.steps.isEmpty ? "{ }" : "{ \(program) }"
        }
    }
}

extension MatrixLiteral: CustomStringConvertible {
    /// `[0 -1 0; -1 5 -1; 0 -1 0]/4`
    public var description: String {
        let texts = rows.map { row in row.map { $0?.text ?? "." }.joined(separator: " ") }
        return "[" + texts.joined(separator: "; ") + "]" + divisorText
    }

    /// The rows below one another, columns aligned to the right.
    fileprivate var lines: [String] {
        var widths = [Int](repeating: 0, count: rows[0].count)
        for row in rows {
            for (column, element) in row.enumerated() { widths[column] = max(widths[column], element?.text.count ?? 1) }
        }
        return rows.enumerated().map { index, row in
            let cells = zip(row, widths).map { element, width in
                let text = element?.text ?? "."
                return String(repeating: " ", count: width - text.count) + text
            }
            let closing = index == rows.count - 1 ? "]" + divisorText : ""
            return (index == 0 ? "[" : " ") + cells.joined(separator: " ") + closing
        }
    }

    private var divisorText: String { divisor.map { "/" + $0.text } ?? "" }
}

extension KernelFile: CustomStringConvertible {
    /// The whole file, ending in a line end.
    public var description: String {
        var lines = help.map { $0.isEmpty ? "#" : "# " + $0 }
        lines += parameters.map { parameter in
            let summary = parameter.summary.map { "  # " + $0 } ?? ""
            let bound = parameter.bound.map { " > \($0.text)" } ?? ""
            return "param \(parameter.name.text)\(bound) = \(parameter.defaultValue.text)" + summary
        }
        lines += program.lines()
        return lines.joined(separator: "\n") + "\n"
    }
}

extension Word {
    fileprivate var writtenAsName: String {
        isBare && !isKeyed && text != "kernel" && text != "param" ? text : quoted
    }

    fileprivate var writtenAsValue: String { isKeyed ? quoted : writtenBehindKey }

    fileprivate var writtenBehindKey: String { isBare && !text.hasPrefix("=") ? text : quoted }

    fileprivate var quoted: String {
        var written = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { written.unicodeScalars.append("\\") }
            written.unicodeScalars.append(scalar)
        }
        return written + "\""
    }

    /// Whether the text is read back as one word without quotes.
    private var isBare: Bool {
        var scanner = Scanner(SourceText(text: text))
        guard let word = try? scanner.bareWord() else { return false }
        return !text.isEmpty && word.text == text && scanner.at == scanner.end
    }

    private var isKeyed: Bool {
        let bytes = Array(text.utf8)
        return Scanner.keySeparator(in: bytes, from: 0, to: bytes.count) != nil
    }
}
