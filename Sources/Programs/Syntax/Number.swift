/// Numbers as programs write them: `1` `-1.5` `.5` `2.` `1e-3`; no hexadecimal, no `inf`, no `nan`.
package enum Number {
    /// The value of a text that is a number and nothing else; nil for other texts and for what overflows a `Double`.
    package static func parse(_ text: String) -> Double? {
        let bytes = Array(text.utf8)
        var at = 0
        if at < bytes.count, bytes[at] == UInt8(ascii: "-") || bytes[at] == UInt8(ascii: "+") { at += 1 }
        guard let end = unsignedEnd(in: bytes, from: at, to: bytes.count), end == bytes.count else { return nil }
        guard let value = Double(text), value.isFinite else { return nil }
        return value
    }

    /// Where the unsigned number that starts at `start` ends, or nil if there is none.
    static func unsignedEnd(in bytes: [UInt8], from start: Int, to end: Int) -> Int? {
        func digits(from start: Int) -> Int {
            var at = start
            while at < end, Scanner.isDigit(Unicode.Scalar(bytes[at])) { at += 1 }
            return at
        }
        var at = digits(from: start)
        var count = at - start
        if at < end, bytes[at] == UInt8(ascii: ".") {
            let fraction = digits(from: at + 1)
            count += fraction - at - 1
            at = fraction
        }
        guard count > 0 else { return nil }
        guard at < end, bytes[at] | 0x20 == UInt8(ascii: "e") else { return at }
        var exponent = at + 1
        if exponent < end, bytes[exponent] == UInt8(ascii: "-") || bytes[exponent] == UInt8(ascii: "+") {
            exponent += 1
        }
        let last = digits(from: exponent)
        return last > exponent ? last : at
    }

    /// The shortest text that parses back to `value`, without a useless `.0`.
    package static func text(_ value: Double) -> String {
        let text = "\(value)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
