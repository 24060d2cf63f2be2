/// What is wrong with the words of a command line, as facts; `ArgumentError+Sentences.swift` says them.
package enum ArgumentError: Error, Hashable, Sendable {
    case unknownCommand(String, legal: [String])
    /// As typed, with its dashes and without a value; `meant` is the option that other programs call so.
    case unknownOption(String, legal: [String], meant: String? = nil)
    /// A letter inside a bundle such as `-xq`.
    case unknownLetter(Character, in: String)
    case missingValue(option: String, placeholder: String, next: String?)
    case unexpectedValue(option: String, value: String)
    /// An option of one value that was given several; the values as typed.
    case givenTwice(option: String, first: String, second: String)
    case badValue(option: String, value: String, expected: Expectation)
    /// A positional, or an option that is required.
    case missing(String, help: String)
    case tooManyWords([String], accepts: [String])
    /// A rule between options that the command itself knows; the text is the sentence.
    case refused(String)

    package enum Expectation: Hashable, Sendable {
        case choice([String])
        case integer(ClosedRange<Int>)
        case number(ClosedRange<Double>)
        case quantity(base: Int)
        case size
        case point
        case something
    }
}
