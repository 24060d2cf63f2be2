extension CommandSpec {
    /// The man page, in roff: `kern-apply.1`.
    package func manPage(of tool: ToolSpec) -> String {
        var page = ManPage(title: "\(tool.name)-\(name)", version: "\(tool.name) \(tool.version)")
        page.name("\(tool.name)-\(name)", summary)
        page.section("SYNOPSIS") { $0.bold("\(tool.name) \(name)", then: usage) }
        page.examples(examples)
        if !positionals.isEmpty {
            page.section("ARGUMENTS") { $0.items(positionals.map { ($0.usage, $0.help) }) }
        }
        page.section("OPTIONS") { $0.items(allOptions.map { ($0.usage.trimmed, $0.helpWithDefault) }) }
        page.section("DISCUSSION") { $0.paragraphs(discussion) }
        page.section("EXIT STATUS") { $0.items(ToolSpec.exitStatus) }
        page.seeAlso([tool.name] + tool.commands.map { "\(tool.name)-\($0.name)" }, except: "\(tool.name)-\(name)")
        return page.text
    }
}

extension ToolSpec {
    package func manPage() -> String {
        var page = ManPage(title: name, version: "\(name) \(version)")
        page.name(name, summary)
        page.section("SYNOPSIS") { $0.bold(name, then: "COMMAND ...") }
        page.examples(examples)
        page.section("COMMANDS") { $0.items(commands.map { ("\(name)-\($0.name)(1)", $0.summary) }) }
        page.section("OPTIONS") { $0.items(ToolSpec.options.map { ($0.usage.trimmed, $0.help) }) }
        page.section("DISCUSSION") { $0.paragraphs(discussion) }
        page.section("EXIT STATUS") { $0.items(ToolSpec.exitStatus) }
        page.seeAlso(commands.map { "\(name)-\($0.name)" }, except: name)
        return page.text
    }

    static let exitStatus = [
        ("0", "All went well."),
        ("1", "Some inputs failed, or a comparison failed."),
        ("2", "The command line or the program is wrong; nothing was written."),
    ]
}

extension String {
    var trimmed: String { String(drop { $0 == " " }) }
}

/// roff in the making. Every text is escaped here and nowhere else.
private struct ManPage {
    private(set) var text: String

    init(title: String, version: String) {
        text = ".TH \"\(ManPage.escaped(title.uppercased()))\" 1 \"\" \"\(ManPage.escaped(version))\"\n.nh\n.ad l\n"
    }

    mutating func name(_ name: String, _ summary: String) {
        text += ".SH NAME\n\(ManPage.escaped(name)) \\- \(ManPage.escaped(summary))\n"
    }

    /// Nothing is written where the body writes nothing.
    mutating func section(_ title: String, _ body: (inout ManPage) -> Void) {
        let before = text
        text += ".SH \(title)\n"
        let opened = text
        body(&self)
        if text == opened { text = before }
    }

    mutating func bold(_ bold: String, then plain: String) {
        text += ".B \(ManPage.escaped(bold))\n\(ManPage.escaped(plain))\n"
    }

    mutating func examples(_ examples: [Example]) {
        section("EXAMPLES") { page in
            for example in examples {
                page.text += ".PP\n\(ManPage.escaped(example.says))\n.PP\n.nf\n.RS 4\n"
                page.text += "\(ManPage.escaped(example.line))\n.RE\n.fi\n"
            }
        }
    }

    mutating func items(_ items: [(String, String)]) {
        for (term, says) in items { text += ".TP\n.B \(ManPage.escaped(term))\n\(ManPage.escaped(says))\n" }
    }

    mutating func paragraphs(_ paragraphs: [String]) {
        for paragraph in paragraphs { text += ".PP\n\(ManPage.escaped(paragraph))\n" }
    }

    mutating func seeAlso(_ pages: [String], except own: String) {
        let others = pages.filter { $0 != own }.map { "\\fB\(ManPage.escaped($0))\\fR(1)" }
        section("SEE ALSO") { $0.text += others.joined(separator: ", ") + "\n" }
    }

    /// Backslashes and dashes are not for roff to interpret, nor is a dot or quote at the start of a line.
    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "\\": escaped += "\\e"
            case "-": escaped += "\\-"
            case "\"": escaped += "\\(dq"
            case "'": escaped += "\\(aq"
            case "—": escaped += "\\(em"
            case "×": escaped += "\\(mu"
            default: escaped.append(character)
            }
        }
        return escaped.first == "." ? "\\&" + escaped : escaped
    }
}
