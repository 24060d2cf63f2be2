/// A JSON value; objects keep the order they were written in.
package enum JSON: Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    /// A `Float`, written with the few digits that bring the same `Float` back.
    case float(Float)
    case string(String)
    case array([JSON])
    /// An array of numbers, as millions of them are.
    case numbers(ArraySlice<Double>)
    case object([Member])

    package struct Member: Hashable, Sendable {
        package var key: String
        package var value: JSON

        package init(key: String, value: JSON) {
            self.key = key
            self.value = value
        }
    }

    /// One line, without spaces: easy to read line by line. JSON has no infinities and no NaN: those are `null`.
    package var text: String {
        var text = ""
        write(to: &text) { _ in }
        return text
    }

    /// Those that are equal to the one before, as in a box, are not worked out again.
    private static func write(_ numbers: ArraySlice<Double>, to text: inout String) {
        var last: (bits: UInt64, text: String)?
        for number in numbers {
            if let last, last.bits == number.bitPattern {
                text += last.text
            } else {
                let next = number.isFinite ? "\(number)," : "null,"
                text += next
                last = (number.bitPattern, next)
            }
        }
        if !numbers.isEmpty { text.removeLast() }
    }

    /// The same a part at a time: `part` is called after every value that is not within a row of numbers, and may take what
    /// stands in the text.
    package func write(to text: inout String, _ part: (inout String) -> Void) {
        defer { part(&text) }
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .integer(let value): text += "\(value)"
        case .number(let value): text += value.isFinite ? "\(value)" : "null"
        case .float(let value): text += value.isFinite ? "\(value)" : "null"
        case .string(let value): JSON.write(value, to: &text)
        case .array(let values):
            text += "["
            for (index, value) in values.enumerated() {
                if index > 0 { text += "," }
                value.write(to: &text, part)
            }
            text += "]"
        case .numbers(let numbers):
            text += "["
            JSON.write(numbers, to: &text)
            text += "]"
        case .object(let members):
            text += "{"
            for (index, member) in members.enumerated() {
                if index > 0 { text += "," }
                JSON.write(member.key, to: &text)
                text += ":"
                member.value.write(to: &text, part)
            }
            text += "}"
        }
    }

    private static func write(_ string: String, to text: inout String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case _ where scalar.value < 0x20:
                let hex = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int) { self = .integer(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension JSON: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    package init(arrayLiteral elements: JSON...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(elements.map { Member(key: $0.0, value: $0.1) })
    }
}
