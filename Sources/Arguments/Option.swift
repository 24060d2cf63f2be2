/// A word that is known by its name: `--force`, `--range abs`, `-o out.png`.
package struct Option: Sendable {
    package enum Kind: Hashable, Sendable {
        case flag
        case text
        /// A path.
        case file
        /// One of these words and no other.
        case choice([String])
        /// A text for which the shell offers these words.
        case suggested([String])
        case integer(ClosedRange<Int>)
        case number(ClosedRange<Double>)
        /// A whole number that may end in K, M, G or T: powers of `base`, 1000 or 1024.
        case quantity(base: Int)
        /// `640x480`, or one number for both.
        case size
        /// `X,Y`
        case point
    }

    /// Without the dashes.
    package var long: String
    package var short: Character?
    package var kind: Kind
    /// In capitals, as help shows the value: `OUT`. Flags have none.
    package var placeholder: String?
    /// What holds where the option is not given, in words; help adds it in brackets.
    package var defaultText: String?
    package var help: String
    /// Whether it may be given several times, each adding a value; otherwise a second one is refused, flags
    /// apart, which say the same twice.
    package var repeats: Bool
    package var isRequired: Bool
    /// Options any of which stands in for a required one.
    package var waivedBy: [String]

    package init(
        _ long: String, short: Character? = nil, _ kind: Kind = .flag, placeholder: String? = nil,
        defaultText: String? = nil, repeats: Bool = false, isRequired: Bool = false,
        waivedBy: [String] = [], help: String
    ) {
        self.long = long
        self.short = short
        self.kind = kind
        self.placeholder = placeholder
        self.defaultText = defaultText
        self.help = help
        self.repeats = repeats
        self.isRequired = isRequired
        self.waivedBy = waivedBy
    }

    package static let help = Option("help", short: "h", help: "Shows this help.")

    package var takesValue: Bool { kind != .flag }

    /// `--range`
    package var flag: String { "--\(long)" }

    /// `-o OUT`, as a usage line shows it.
    package var shortUsage: String {
        let name = short.map { "-\($0)" } ?? flag
        return valueUsage.map { "\(name) \($0)" } ?? name
    }

    /// `auto|clip|abs` for a choice that is short enough to be its own placeholder, else the placeholder.
    package var valueUsage: String? {
        if let placeholder { return placeholder }
        if case .choice(let words) = kind { return words.joined(separator: "|") }
        return nil
    }

    package var completion: Completion {
        switch kind {
        case .file: .file
        case .choice(let words), .suggested(let words): .words(words)
        default: .nothing
        }
    }
}
