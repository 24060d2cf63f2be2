/// One instruction of a formula in postfix order: `x*x + 1` is `x x * 1 +`.
///
/// A flat list, not a tree: a million additions in a row neither overflow the stack nor chase pointers.
enum Operation: Hashable, Sendable {
    case constant(Double)
    case variable(Int)
    case unary(Unary)
    case binary(Binary)

    enum Unary: String, CaseIterable, Sendable {
        case negate = "-"
        case magnitude = "abs"
        case squareRoot = "sqrt"
        case exponential = "exp"
        case logarithm = "log"
        case sine = "sin"
        case cosine = "cos"
        case tangent = "tan"
        case floor, ceil, round, sign
    }

    enum Binary: String, CaseIterable, Sendable {
        case add = "+"
        case subtract = "-"
        case multiply = "*"
        case divide = "/"
        case power = "^"
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        case equal = "=="
        case unequal = "!="
        case minimum = "min"
        case maximum = "max"
        case angle = "atan2"
        case hypotenuse = "hypot"
        /// The binomial coefficient, 0 outside Pascal's triangle.
        case choose
    }

    static let functionNames: [String] =
        (Unary.allCases.map(\.rawValue) + Binary.allCases.map(\.rawValue))
        .filter { $0.unicodeScalars.allSatisfy { Scanner.isLetter($0) || Scanner.isDigit($0) } }
}
