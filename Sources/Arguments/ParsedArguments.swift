/// What the user typed, sorted and checked against the spec. Nothing has been opened or asked of the system yet.
///
/// Asking for an option under another kind than it was declared with is a mistake of the caller and stops the program.
package struct ParsedArguments: Sendable {
    package enum Value: Hashable, Sendable {
        case text(String)
        case integer(Int)
        case number(Double)
        case pair(Int, Int)
    }

    package internal(set) var positionals: [String] = []
    var values: [String: [Value]] = [:]
    let declared: Set<String>

    init(spec: CommandSpec) { declared = Set(spec.allOptions.map(\.long)) }

    package func has(_ option: Option) -> Bool { !given(option).isEmpty }

    package func text(_ option: Option) -> String? { texts(option).last }

    package func texts(_ option: Option) -> [String] {
        given(option).map { value in
            guard case .text(let text) = value else { preconditionFailure("\(option.flag) is not a text") }
            return text
        }
    }

    /// The chosen word as an enum whose raw values are the words of the option.
    package func choice<Choice: RawRepresentable<String>>(_ option: Option, as type: Choice.Type) -> Choice? {
        guard let word = text(option) else { return nil }
        guard let choice = Choice(rawValue: word) else { preconditionFailure("\(type) does not know '\(word)'") }
        return choice
    }

    package func integer(_ option: Option) -> Int? {
        guard let value = given(option).last else { return nil }
        guard case .integer(let number) = value else { preconditionFailure("\(option.flag) is not an integer") }
        return number
    }

    package func number(_ option: Option) -> Double? {
        guard let value = given(option).last else { return nil }
        guard case .number(let number) = value else { preconditionFailure("\(option.flag) is not a number") }
        return number
    }

    package func size(_ option: Option) -> (width: Int, height: Int)? {
        pair(option).map { (width: $0, height: $1) }
    }

    package func point(_ option: Option) -> (x: Int, y: Int)? {
        pair(option).map { (x: $0, y: $1) }
    }

    private func pair(_ option: Option) -> (Int, Int)? {
        guard let value = given(option).last else { return nil }
        guard case .pair(let first, let second) = value else { preconditionFailure("\(option.flag) is not a pair") }
        return (first, second)
    }

    /// Everything an option was given, as one text to compare and to show; "" where it was not given.
    package func words(_ option: Option) -> String {
        given(option).map { value in
            switch value {
            case .text(let text): text.isEmpty ? "on" : text
            case .integer(let number): "\(number)"
            case .number(let number): "\(number)"
            case .pair(let first, let second): "\(first),\(second)"
            }
        }.joined(separator: " and ")
    }

    private func given(_ option: Option) -> [Value] {
        precondition(declared.contains(option.long), "\(option.flag) is not an option of this command")
        return values[option.long] ?? []
    }
}
