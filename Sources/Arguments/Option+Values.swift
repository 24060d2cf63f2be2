extension Option {
    /// The text of a value, checked by the kind of the option.
    func value(of text: String) throws(ArgumentError) -> ParsedArguments.Value {
        switch kind {
        case .flag, .text, .file, .suggested:
            if text.isEmpty { throw bad(text, .something) }
            return .text(text)
        case .choice(let words):
            guard words.contains(text) else { throw bad(text, .choice(words)) }
            return .text(text)
        case .integer(let range):
            guard let number = Int(text), range.contains(number) else { throw bad(text, .integer(range)) }
            return .integer(number)
        case .number(let range):
            guard let number = number(text), range.contains(number) else { throw bad(text, .number(range)) }
            return .number(number)
        case .quantity(let base):
            guard let number = quantity(text, base: base) else { throw bad(text, .quantity(base: base)) }
            return .integer(number)
        case .size:
            guard let (width, height) = size(text) else { throw bad(text, .size) }
            return .pair(width, height)
        case .point:
            let parts = text.split(separator: ",", omittingEmptySubsequences: false)
            guard parts.count == 2, let x = Int(parts[0]), let y = Int(parts[1]), x >= 0, y >= 0 else {
                throw bad(text, .point)
            }
            return .pair(x, y)
        }
    }

    private func bad(_ text: String, _ expected: ArgumentError.Expectation) -> ArgumentError {
        .badValue(option: flag, value: text, expected: expected)
    }

    /// `0.5`, or a fraction such as `1/255`.
    private func number(_ text: String) -> Double? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Double($0) }
        guard let first = parts[0] else { return nil }
        if parts.count == 1 { return first }
        guard parts.count == 2, let divisor = parts[1], divisor != 0 else { return nil }
        return first / divisor
    }

    /// `64M` → 64 · base²; nil where it is no positive whole number or does not fit.
    private func quantity(_ text: String, base: Int) -> Int? {
        var digits = text[...]
        var factor = 1
        if let power = digits.last.flatMap({ "KMGT".firstIndex(of: Character($0.uppercased())) }) {
            for _ in "KMGT"[...power] { factor *= base }
            digits.removeLast()
        }
        guard let number = Int(digits), number > 0 else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: factor)
        return overflow ? nil : product
    }

    private func size(_ text: String) -> (Int, Int)? {
        let parts = text.split(separator: "x", omittingEmptySubsequences: false)
        guard let first = parts.first.flatMap({ Int($0) }), first > 0 else { return nil }
        if parts.count == 1 { return (first, first) }
        guard parts.count == 2, let second = Int(parts[1]), second > 0 else { return nil }
        return (first, second)
    }
}
