import Arguments
import Programs
import Steps

/// The tool: its commands, its version, and the way from words to an exit status.
package enum Tool {
    package static let version = "0.1.0"

    /// One line for each command; the order is that of the help.
    package static let commands: [any Command.Type] = [
        Apply.self,
        List.self,
        Show.self,
        Explain.self,
        Compare.self,
        Train.self,
        Eval.self,
        Predict.self,
        Convert.self,
    ]

    package static var spec: ToolSpec {
        ToolSpec(
            name: "kern", version: version, summary: "applies image kernels and chains them",
            examples: [
                Example("kern apply sobel photo.png -o edges.png", says: "the edges of a picture"),
                Example(
                    "kern apply 'gaussian 2 | unsharp' *.jpg -o out/", says: "two steps, many pictures, into a folder"),
                Example("kern list", says: "every step and kernel there is"),
                Example("kern show sobel-x", says: "what a kernel is, drawn in the terminal"),
                Example("kern explain 'gaussian 2 | sobel' 1920x1080", says: "what would happen, with the arithmetic"),
            ],
            commands: commands.map { $0.spec },
            discussion: [
                "A program is a chain of steps, joined by '|': names from 'kern list', kernels written out as "
                    + "'[0 -1 0; -1 5 -1; 0 -1 0]', or files. Quote it for the shell."
            ])
    }

    /// `words` as the shell gave them, without the tool's own name.
    package static func run(_ words: [String], on terminal: Terminal) -> ExitStatus {
        let status: ExitStatus
        do {
            status = try dispatch(words, terminal)
        } catch {
            let complaint = Complaint(about: error)
            let command = words.first.flatMap { spec.command(named: $0)?.name }
            terminal.complain(complaint.sentence, as: command.map { "kern \($0)" } ?? "kern")
            status = complaint.status
        }
        return terminal.close() ? status : .failed
    }

    private static func dispatch(_ words: [String], _ terminal: Terminal) throws -> ExitStatus {
        guard let first = words.first else {
            terminal.talk(spec.help(width: terminal.talkWidth), end: "")
            return .misuse
        }
        let rest = Array(words.dropFirst())
        switch first {
        case "--help", "-h", "help":
            return try help(rest, terminal)
        case "--version":
            terminal.print("kern \(version)")
        case "--man":
            let page = try rest.first.map { name throws(ArgumentError) in
                try spec.command(meant: name).manPage(of: spec)
            }
            terminal.print(page ?? spec.manPage(), end: "")
        case "--completions":
            terminal.print(try shell(rest.first).completionScript(for: spec.name), end: "")
        case "--complete":
            complete(rest, terminal)
        case _ where first.hasPrefix("-"):
            throw ArgumentError.unknownOption(first, legal: ToolSpec.options.map(\.flag))
        default:
            return try command(first, rest, terminal)
        }
        return .ok
    }

    private static func command(_ name: String, _ words: [String], _ terminal: Terminal) throws -> ExitStatus {
        guard let command = commands.first(where: { $0.spec.name == name }) else {
            try refuseProgram(name)
            throw ArgumentError.unknownCommand(name, legal: spec.commands.map(\.name))
        }
        switch try command.spec.parse(words) {
        case .help: return try help([name], terminal)
        case .arguments(let arguments): return try command.init(arguments).run(terminal)
        }
    }

    private static func help(_ words: [String], _ terminal: Terminal) throws -> ExitStatus {
        guard let name = words.first else {
            terminal.print(spec.help(width: terminal.width), end: "")
            return .ok
        }
        try refuseProgram(name)
        terminal.print(try spec.command(meant: name).help(tool: spec.name, width: terminal.width), end: "")
        return .ok
    }

    /// A program where a command is meant: `kern sobel photo.png`, `kern help gaussian`.
    private static func refuseProgram(_ word: String) throws {
        let first = word.prefix { !$0.isWhitespace && $0 != "|" }
        guard !spec.commands.contains(where: { $0.name == word }),
            (Catalogue.builtIn.map(\.name) + Vocabulary.words.map(\.name)).contains(where: { $0 == first })
        else { return }
        // What a step cannot do without, its example has.
        let isWhole = (try? Catalogue().graph(for: SourceText(text: word))) != nil
        let program = isWhole ? word : Vocabulary.word(word)?.example ?? word
        throw Complaint(
            "'\(word)' is a program, not a command; 'kern apply \"\(program)\" PICTURE -o OUT' runs it, and 'kern show "
                + "\(first)' tells about it")
    }

    private static func shell(_ word: String?) throws(ArgumentError) -> Shell {
        let shells = Shell.allCases.map(\.rawValue)
        guard let word else {
            throw .missingValue(option: "--completions", placeholder: shells.joined(separator: "|"), next: nil)
        }
        guard let shell = Shell(rawValue: word) else {
            throw .badValue(option: "--completions", value: word, expected: .choice(shells))
        }
        return shell
    }
}
