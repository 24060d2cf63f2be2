/// Why the results cannot go where the user sent them. Found before anything is read or written.
package enum OutputError: Error, Hashable, Sendable {
    case severalInputsOneOutput(output: String, count: Int)
    case collision(output: String, first: String, second: String)
    case overwritesInput(output: String, input: String)
    case exists(output: String, others: Int)
    case isDirectory(output: String)
    case noDirectory(String, output: String)
    case notADirectory(String)
    case unknownField(String, template: String)
    case unclosedField(template: String)
    case noExtension(input: String)
    case missingInput(String)
    /// What comes from stdin is called nothing.
    case noName

    package var sentence: String {
        switch self {
        case .severalInputsOneOutput(let output, let count):
            "\(count) inputs cannot all become '\(output)'; name a folder, as in -o 'out/', "
                + "or a template, as in -o '{name}-edges.{ext}'"
        case .collision(let output, let first, let second):
            "'\(first)' and '\(second)' would both become '\(output)'; "
                + "tell them apart with {index} or {dir}, as in -o 'out/{index}-{name}.{ext}'"
        case .overwritesInput(let output, let input):
            output == input
                ? "'\(input)' is an input and is not written over; name another file"
                : "'\(output)' is the same file as the input '\(input)' and is not written over; name another file"
        case .exists(let output, 0):
            "'\(output)' exists; --force replaces it"
        case .exists(let output, let others):
            "'\(output)' and \(others) more of the outputs exist; --force replaces them"
        case .isDirectory(let output):
            "'\(output)' is a folder, not a file; to write into it end the name in '/'"
        case .noDirectory(let directory, let output):
            "there is no folder '\(directory)' to write '\(output)' into; make it first"
        case .notADirectory(let path):
            "'\(path)' is a file, not a folder to write into"
        case .unknownField(let field, let template):
            "'{\(field)}' in '\(template)' means nothing; the fields are {name}, {ext}, {dir} and {index}"
        case .unclosedField(let template):
            "'{' in '\(template)' is not closed; the fields are {name}, {ext}, {dir} and {index}"
        case .noExtension(let input):
            input == "-"
                ? "stdin has no name to take {ext} from; name the output file, or give --format"
                : "'\(input)' has no extension for {ext}; give --format"
        case .missingInput(let input):
            "cannot open \(input): no such file or directory; check the name"
        case .noName:
            "stdin has no name to take {name} from; name the output file"
        }
    }
}
