extension CommandSpec {
    /// `PROGRAM INPUT... -o OUT [options]`
    package var usage: String {
        let required = options.filter(\.isRequired).map(\.shortUsage)
        return (positionals.map(\.usage) + required + ["[options]"]).joined(separator: " ")
    }

    /// The whole help text: examples first, because they are what most readers came for.
    package func help(tool: String, width: Int) -> String {
        var page = HelpPage(width: width)
        page.title("\(tool) \(name) — \(summary)")
        page.examples(examples)
        page.section("USAGE") { $0.line("\(tool) \(name) \(usage)") }
        if !positionals.isEmpty {
            page.section("ARGUMENTS") { $0.table(positionals.map { ($0.name, $0.help) }) }
        }
        page.section("OPTIONS") { $0.table(allOptions.map { ($0.usage, $0.helpWithDefault) }) }
        if !discussion.isEmpty { page.section("MORE") { $0.paragraphs(discussion) } }
        return page.text
    }
}

extension ToolSpec {
    package func help(width: Int) -> String {
        var page = HelpPage(width: width)
        page.title("\(name) — \(summary)")
        page.examples(examples)
        page.section("USAGE") { $0.line("\(name) COMMAND ...") }
        page.section("COMMANDS") { $0.table(commands.map { ($0.name, $0.summary) }) }
        page.section("OPTIONS") { $0.table(ToolSpec.options.map { ($0.usage, $0.help) }) }
        if !discussion.isEmpty { page.section("MORE") { $0.paragraphs(discussion) } }
        page.section("HELP") { $0.line("\(name) help COMMAND") }
        return page.text
    }

    /// What the tool itself understands before a command.
    package static let options = [
        Option.help,
        Option("version", help: "Prints the version."),
        Option(
            "completions", .choice(["bash", "zsh", "fish"]), placeholder: "SHELL",
            help: "Prints the completion script for bash, zsh or fish."),
        Option("man", .text, placeholder: "[COMMAND]", help: "Prints the man page, of the tool or of a command."),
    ]
}

extension Option {
    /// `-o, --output OUT`, with room where the short form would stand.
    var usage: String {
        let names = (short.map { "-\($0), " } ?? "    ") + flag
        return valueUsage.map { "\(names) \($0)" } ?? names
    }

    var helpWithDefault: String {
        var text = help
        if let defaultText { text += " [default: \(defaultText)]" }
        if repeats { text += " May be given several times." }
        return text
    }
}

/// Help text in the making: titles, indented lines, and tables of two columns.
private struct HelpPage {
    /// A left cell wider than this gets a line of its own.
    private let widestCell = 26
    private let width: Int
    private(set) var text = ""

    /// Lines of more than 100 columns are hard to read, and fewer than 60 leave no room beside a table.
    init(width: Int) { self.width = min(max(width, 60), 100) }

    mutating func title(_ title: String) {
        for line in wrapped(title, width: width) { text += "\(line)\n" }
    }

    mutating func section(_ title: String, _ body: (inout HelpPage) -> Void) {
        text += "\n\(title)\n"
        body(&self)
    }

    mutating func line(_ line: String) { text += "  \(line)\n" }

    mutating func paragraphs(_ paragraphs: [String]) {
        for (index, paragraph) in paragraphs.enumerated() {
            if index > 0 { text += "\n" }
            for piece in wrapped(paragraph, width: width - 2) { line(piece) }
        }
    }

    mutating func examples(_ examples: [Example]) {
        section("EXAMPLES") { page in
            for example in examples {
                page.line(example.line)
                for piece in wrapped(example.says, width: page.width - 6) { page.line("    \(piece)") }
            }
        }
    }

    mutating func table(_ rows: [(String, String)]) {
        let left = rows.map(\.0.count).filter { $0 <= widestCell }.max() ?? 0
        for (cell, help) in rows {
            let lines = wrapped(help, width: width - left - 4)
            let fits = cell.count <= left
            let pad = String(repeating: " ", count: left + 2)
            if !fits { line(cell) }
            for (index, piece) in lines.enumerated() {
                let opens = index == 0 && fits
                line((opens ? cell + pad.dropFirst(cell.count) : pad) + piece)
            }
        }
    }
}
