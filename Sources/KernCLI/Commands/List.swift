import Arguments

/// `kern list [steps|kernels]`
struct List: Command {
    enum Kind: String, CaseIterable {
        case steps
        case kernels
    }

    static let spec = CommandSpec(
        name: "list", summary: "lists the steps and kernels there are",
        examples: [
            Example("kern list", says: "everything, with one line about each"),
            Example("kern list kernels", says: "only the kernels of the catalogue"),
            Example("kern list --json", says: "the same, for a program to read"),
        ],
        positionals: [
            Positional(
                "KIND", arity: .optional, completion: .words(Kind.allCases.map(\.rawValue)),
                help: "'steps' or 'kernels'; without it both are listed.")
        ],
        options: [.json])

    let kinds: [Kind]

    init(_ arguments: ParsedArguments) throws {
        guard let word = arguments.positionals.first else {
            kinds = Kind.allCases
            return
        }
        guard let kind = Kind(rawValue: word) else {
            throw ArgumentError.badValue(
                option: "KIND", value: word, expected: .choice(Kind.allCases.map(\.rawValue)))
        }
        kinds = [kind]
    }

    func run(_ terminal: Terminal) throws -> ExitStatus {
        throw Complaint("list waits for the catalogue")
    }
}
