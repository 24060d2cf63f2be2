extension CommandSpec {
    package enum Parsed: Sendable {
        case arguments(ParsedArguments)
        /// Help was asked for; whatever else is on the line does not matter.
        case help
    }

    /// Words to values. Options may stand anywhere before `--`; every word after it is a positional.
    ///
    /// `--name=value`, `--name value`, `-n value`, `-nvalue`, `-abn value`. A lone `-` and negative numbers are values.
    package func parse(_ words: [String]) throws(ArgumentError) -> Parsed {
        if asksForHelp(words) { return .help }
        var parser = Parser(spec: self, words: words[...])
        try parser.readAll()
        try parser.checkPositionals()
        try parser.checkRequired()
        return .arguments(parser.parsed)
    }

    private func asksForHelp(_ words: [String]) -> Bool {
        words.prefix { $0 != "--" }.contains { $0 == "--help" || $0 == "-h" }
    }
}

private struct Parser {
    let spec: CommandSpec
    var words: ArraySlice<String>
    var parsed: ParsedArguments
    /// What each option that takes a value was given last, as typed.
    private var typed: [String: String] = [:]

    init(spec: CommandSpec, words: ArraySlice<String>) {
        self.spec = spec
        self.words = words
        parsed = ParsedArguments(spec: spec)
    }

    mutating func readAll() throws(ArgumentError) {
        while let word = words.popFirst() {
            if word == "--" {
                parsed.positionals += words
                words = []
            } else if word.hasPrefix("--") {
                try readLong(word)
            } else if looksLikeOption(word) {
                try readLetters(word)
            } else {
                parsed.positionals.append(word)
            }
        }
    }

    func checkPositionals() throws(ArgumentError) {
        let count = parsed.positionals.count
        var needed = 0
        var unbounded = false
        for positional in spec.positionals {
            switch positional.arity {
            case .one, .oneOrMore:
                needed += 1
                if needed > count { throw .missing(positional.name, help: positional.help) }
            case .optional, .any: break
            }
            unbounded = unbounded || positional.arity == .any || positional.arity == .oneOrMore
        }
        if !unbounded, count > spec.positionals.count {
            throw .tooManyWords(
                Array(parsed.positionals.dropFirst(spec.positionals.count)), accepts: spec.positionals.map(\.name))
        }
    }

    func checkRequired() throws(ArgumentError) {
        for option in spec.options where option.isRequired && !parsed.has(option) {
            if option.waivedBy.contains(where: { parsed.values[$0] != nil }) { continue }
            throw .missing(option.shortUsage, help: option.help)
        }
    }

    private mutating func readLong(_ word: String) throws(ArgumentError) {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0].dropFirst(2))
        guard let option = spec.allOptions.first(where: { $0.long == name }) else {
            let plain = name.lowercased().filter { $0 != "-" && $0 != "_" }
            throw .unknownOption(
                "--\(name)", legal: spec.allOptions.map(\.flag), meant: spec.otherNames[plain]?.flag)
        }
        let attached = parts.count > 1 ? String(parts[1]) : nil
        if !option.takesValue {
            if let attached { throw .unexpectedValue(option: option.flag, value: attached) }
            set(option)
        } else {
            let value = if let attached { attached } else { try nextValue(for: option, as: option.flag) }
            try add(value, to: option)
        }
    }

    private mutating func readLetters(_ word: String) throws(ArgumentError) {
        let flags = spec.allOptions.map(\.flag)
        // `-force` is a slip for `--force`, not `-f -o rce`.
        if word.count > 2, flags.contains("-\(word)") { throw .unknownOption(word, legal: flags) }
        var letters = word.dropFirst()
        while let letter = letters.popFirst() {
            guard let option = spec.allOptions.first(where: { $0.short == letter }) else {
                throw .unknownLetter(letter, in: word)
            }
            if !option.takesValue {
                set(option)
                continue
            }
            if letters.first == "=" { letters.removeFirst() }
            try add(letters.isEmpty ? nextValue(for: option, as: "-\(letter)") : String(letters), to: option)
            return
        }
    }

    private mutating func nextValue(for option: Option, as name: String) throws(ArgumentError) -> String {
        let placeholder = option.valueUsage ?? "VALUE"
        guard let next = words.first, !looksLikeOption(next) else {
            let next = words.first.flatMap { next in spec.allOptions.contains { $0.flag == next } ? nil : next }
            throw .missingValue(option: name, placeholder: placeholder, next: next)
        }
        words.removeFirst()
        return next
    }

    /// A dash and something that does not begin as a number. `-` alone is a stream; `-3`, `-.5` and `-1,0,1` are values.
    private func looksLikeOption(_ word: String) -> Bool {
        let rest = word.drop { $0 == "." || $0 == "-" }
        let isNumeric = !word.hasPrefix("--") && rest.first.map { $0.isASCII && $0.isNumber } ?? false
        return word.hasPrefix("-") && word != "-" && !isNumeric
    }

    private mutating func set(_ flag: Option) { parsed.values[flag.long, default: []].append(.text("")) }

    /// Which of two values was meant nobody can tell.
    private mutating func add(_ text: String, to option: Option) throws(ArgumentError) {
        let value = try option.value(of: text)
        if let first = typed[option.long], !option.repeats {
            throw .givenTwice(option: option.flag, first: first, second: text)
        }
        typed[option.long] = text
        parsed.values[option.long, default: []].append(value)
    }
}
