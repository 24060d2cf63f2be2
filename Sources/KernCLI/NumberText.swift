/// Numbers as people read them: no more digits than say something.
enum NumberText {
    /// `0.1250` with four places; what is too large for that is written in full.
    static func fixed(_ value: Double, places: Int) -> String {
        var scale = 1.0
        for _ in 0..<places { scale *= 10 }
        let scaled = (abs(value) * scale).rounded()
        guard scaled < 1e15 else { return "\(value)" }
        let digits = String(Int(scaled))
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        let sign = value < 0 && scaled > 0 ? "-" : ""
        return places == 0 ? sign + padded : sign + padded.dropLast(places) + "." + padded.suffix(places)
    }

    /// About four digits, zeros at the end left out: `0.0313`, `1.5`, `12`, `2.5e-07`.
    static func short(_ value: Double) -> String {
        guard value.isFinite, value != 0 else { return value == 0 ? "0" : "\(value)" }
        let magnitude = abs(value)
        if magnitude < 0.0005 || magnitude >= 1e7 { return exponential(value) }
        let places = magnitude >= 1000 ? 0 : magnitude >= 100 ? 1 : magnitude >= 10 ? 2 : magnitude >= 1 ? 3 : 4
        var text = fixed(value, places: places)
        while text.contains("."), text.hasSuffix("0") { text.removeLast() }
        return text.hasSuffix(".") ? String(text.dropLast()) : text
    }

    /// `91.25 %` of a share of 1.
    static func percent(_ share: Double) -> String { fixed(share * 100, places: 2) + " %" }

    /// `2.1M`, `14.3k`.
    static func quantity(_ value: Double) -> String {
        for (unit, name) in [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e4, "k")] where value >= unit {
            let scale = name == "k" ? 1e3 : unit
            return fixed(value / scale, places: value / scale >= 100 ? 0 : 1) + name
        }
        return fixed(value, places: 0)
    }

    private static func exponential(_ value: Double) -> String {
        var (mantissa, exponent) = (abs(value), 0)
        while mantissa >= 9.995 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
        while mantissa < 0.9995 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
        return (value < 0 ? "-" : "") + fixed(mantissa, places: 2) + "e\(exponent)"
    }
}

extension String {
    /// Blanks before it, up to `width` columns.
    func leftPadded(_ width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }

    func rightPadded(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
