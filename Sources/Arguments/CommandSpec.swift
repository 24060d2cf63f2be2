/// What one command takes and says about itself: the list that parsing, help, man page and completion all read.
package struct CommandSpec: Sendable {
    package var name: String
    /// One line, in lower case, without a full stop: `runs a program over pictures`.
    package var summary: String
    package var examples: [Example]
    package var positionals: [Positional]
    package var options: [Option]
    /// Paragraphs shown under the options.
    package var discussion: [String]
    /// What other programs call its options, in small letters and without hyphens, and what they are called here: not
    /// taken, but answered with.
    package var otherNames: [String: Option]

    package init(
        name: String, summary: String, examples: [Example], positionals: [Positional] = [], options: [Option] = [],
        discussion: [String] = [], otherNames: [String: Option] = [:]
    ) {
        self.name = name
        self.summary = summary
        self.examples = examples
        self.positionals = positionals
        self.options = options
        self.discussion = discussion
        self.otherNames = otherNames
    }

    /// The command's own options and the one that every command has.
    package var allOptions: [Option] { options + [.help] }
}

/// A line that can be pasted into a shell, and what it does.
package struct Example: Sendable {
    package var line: String
    package var says: String

    package init(_ line: String, says: String) {
        self.line = line
        self.says = says
    }
}

/// A word that is known by its place.
package struct Positional: Sendable {
    package enum Arity: Sendable {
        case one
        case optional
        case oneOrMore
        case any
    }

    /// In capitals, as help shows it: `PROGRAM`.
    package var name: String
    package var arity: Arity
    package var help: String
    package var completion: Completion

    package init(_ name: String, arity: Arity = .one, completion: Completion = .nothing, help: String) {
        self.name = name
        self.arity = arity
        self.help = help
        self.completion = completion
    }

    /// `PROGRAM`, `[NAME]`, `INPUT...`, `[INPUT...]`
    package var usage: String {
        switch arity {
        case .one: name
        case .optional: "[\(name)]"
        case .oneOrMore: "\(name)..."
        case .any: "[\(name)...]"
        }
    }
}

/// What a shell may offer for a word.
package enum Completion: Hashable, Sendable {
    case nothing
    case file
    case words([String])
    /// Words that only the tool knows at run time, such as the names of kernels.
    case dynamic(String)
}

/// The tool itself: what stands around its commands.
package struct ToolSpec: Sendable {
    package var name: String
    package var version: String
    package var summary: String
    package var examples: [Example]
    package var commands: [CommandSpec]
    package var discussion: [String]

    package init(
        name: String, version: String, summary: String, examples: [Example], commands: [CommandSpec],
        discussion: [String] = []
    ) {
        self.name = name
        self.version = version
        self.summary = summary
        self.examples = examples
        self.commands = commands
        self.discussion = discussion
    }

    package func command(named name: String) -> CommandSpec? { commands.first { $0.name == name } }

    /// The command meant by `word`, or the fact that there is none.
    package func command(meant word: String) throws(ArgumentError) -> CommandSpec {
        guard let found = command(named: word) else {
            throw .unknownCommand(word, legal: commands.map(\.name))
        }
        return found
    }
}
