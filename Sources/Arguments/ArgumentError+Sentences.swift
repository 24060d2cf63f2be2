extension ArgumentError {
    /// One sentence without a full stop or the tool's name: `unknown option '--bordr'; did you mean '--border'?`
    package var sentence: String {
        switch self {
        case .unknownCommand(let word, let legal):
            unknown("command '\(word)'", word, among: legal, otherwise: "the commands are \(list(legal))")
        case .unknownOption(let word, _, let meant?):
            "unknown option '\(word)'; did you mean '\(meant)'?"
        case .unknownOption(let word, let legal, nil):
            unknown("option '\(word)'", word, among: legal, otherwise: "'--help' lists the options")
        case .unknownLetter(let letter, let bundle):
            bundle == "-\(letter)"
                ? "unknown option '\(bundle)'; '--help' lists the options"
                : "unknown option '-\(letter)' in '\(bundle)'; '--help' lists the options"
        case .missingValue(let option, let placeholder, let next):
            missingValue(option, placeholder, next)
        case .unexpectedValue(let option, let value):
            "'\(option)' takes no value, but was given '\(value)'"
        case .givenTwice(let option, let first, let second):
            "'\(option)' is given twice, as '\(first)' and as '\(second)'; it takes one value, so leave one out"
        case .badValue(let option, let value, let expected):
            badValue(option, value, expected)
        case .missing(let name, let help):
            "\(name) is missing: \(help.loweredFirstLetter.withoutFullStop)"
        case .tooManyWords(let words, let accepts):
            tooManyWords(words, accepts)
        case .refused(let sentence):
            sentence
        }
    }

    private func unknown(_ what: String, _ word: String, among legal: [String], otherwise: String) -> String {
        if let near = nearest(to: word, among: legal) { return "unknown \(what); did you mean '\(near)'?" }
        return "unknown \(what); \(otherwise)"
    }

    private func missingValue(_ option: String, _ placeholder: String, _ next: String?) -> String {
        let plain = "'\(option)' needs a value: \(option) \(placeholder)"
        guard let next else { return plain }
        let joined = option.hasPrefix("--") ? "\(option)=\(next)" : "\(option)\(next)"
        return "\(plain); if '\(next)' is the value, write \(joined)"
    }

    private func badValue(_ option: String, _ value: String, _ expected: Expectation) -> String {
        let given = value.isEmpty ? "nothing" : "'\(value)'"
        switch expected {
        case .choice(let words):
            // Of numbers a near one is not what was meant.
            if Double(value) == nil, let near = nearest(to: value, among: words) {
                return "'\(option)' does not know \(given); did you mean '\(near)'?"
            }
            return "'\(option)' is one of \(list(words)), not \(given)"
        case .integer(let range):
            return "'\(option)' is a whole number \(bounds(range)), not \(given)"
        case .number(let range):
            return "'\(option)' is a number \(bounds(range)), not \(given)"
        case .quantity(let base):
            return "'\(option)' is a whole number such as 500K, 64M or 2G (K is \(base)), not \(given)"
        case .size:
            return "'\(option)' is a size such as 640x480, or one number for both, not \(given)"
        case .point:
            return "'\(option)' is a place X,Y such as 12,0, counted from the top left, not \(given)"
        case .something:
            return "'\(option)' was given an empty value"
        }
    }

    private func tooManyWords(_ words: [String], _ accepts: [String]) -> String {
        let extra = words.map { "'\($0)'" }.joined(separator: " ")
        if accepts.isEmpty { return "\(extra) is not expected: this command takes options only" }
        return "\(extra) is one too many: this command takes \(accepts.joined(separator: " ")); "
            + "words that belong together go in quotes"
    }

    private func list(_ words: [String]) -> String {
        guard let last = words.last, words.count > 1 else { return words.joined() }
        return words.dropLast().joined(separator: ", ") + " and \(last)"
    }

    private func bounds(_ range: ClosedRange<Int>) -> String {
        range.upperBound == .max ? "from \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
    }

    private func bounds(_ range: ClosedRange<Double>) -> String {
        switch (range.lowerBound.isInfinite, range.upperBound.isInfinite) {
        case (true, true): "such as 0.5"
        case (false, true): "from \(plain(range.lowerBound))"
        case (true, false): "up to \(plain(range.upperBound))"
        case (false, false): "from \(plain(range.lowerBound)) to \(plain(range.upperBound))"
        }
    }

    /// `2` rather than `2.0`.
    private func plain(_ number: Double) -> String {
        let text = "\(number)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}

extension String {
    var loweredFirstLetter: String { prefix(1).lowercased() + dropFirst() }

    var withoutFullStop: String { hasSuffix(".") ? String(dropLast()) : self }
}
