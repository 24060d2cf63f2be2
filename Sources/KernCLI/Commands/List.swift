import Arguments
import Programs

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
    let printsJSON: Bool

    init(_ arguments: ParsedArguments) throws {
        printsJSON = arguments.has(.json)
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
        let catalogue = terminal.catalogue(for: "list")
        for kind in kinds {
            let entries = kind == .steps ? Listing.steps : Listing.kernels(of: catalogue)
            if printsJSON {
                for entry in entries { terminal.print(json(entry, kind).text) }
            } else {
                print(entries, kind, terminal)
            }
        }
        return .ok
    }

    private func print(_ entries: [Listing.Entry], _ kind: Kind, _ terminal: Terminal) {
        if kind != kinds.first { terminal.print("") }
        terminal.print(kind == .steps ? "Steps" : "Kernels (kern show NAME tells more)")
        var groups: [String] = []
        for entry in entries where !groups.contains(entry.group) { groups.append(entry.group) }
        let names = entries.map { $0.example ?? ([$0.name] + $0.parameters).joined(separator: " ") }
        // One column for all groups; the few that are longer push their own line.
        let column = min(28, (names.map(\.count).max() ?? 0) + 2)
        for group in groups {
            terminal.print("")
            terminal.print("  \(group.isEmpty ? "in no group" : group)")
            for (entry, name) in zip(entries, names) where entry.group == group {
                let remark = entry.remark.map { " (\($0))" } ?? ""
                terminal.print(line(name, entry.summary + remark, column: column, width: terminal.width))
            }
        }
    }

    private func line(_ name: String, _ summary: String, column: Int, width: Int) -> String {
        let lines = wrapped(summary, width: max(30, width - column - 4))
        let indent = String(repeating: " ", count: column + 4)
        if name.count + 2 > column { return (["    " + name] + lines.map { indent + $0 }).joined(separator: "\n") }
        let first = "    " + name.rightPadded(column) + (lines.first ?? "")
        return ([first] + lines.dropFirst().map { indent + $0 }).joined(separator: "\n")
    }

    private func json(_ entry: Listing.Entry, _ kind: Kind) -> JSON {
        var object: [JSON.Member] = [
            .init(key: "kind", value: .string(kind == .steps ? "step" : "kernel")),
            .init(key: "name", value: .string(entry.name)), .init(key: "group", value: .string(entry.group)),
            .init(key: "summary", value: .string(entry.summary)),
        ]
        if let example = entry.example { object.append(.init(key: "example", value: .string(example))) }
        if kind == .kernels {
            object.append(.init(key: "parameters", value: .array(entry.parameters.map(JSON.string))))
            object.append(.init(key: "origin", value: .string(entry.origin.rawValue)))
        }
        return .object(object)
    }
}
