import Arguments
import KernCLI
import Testing

@Suite struct ToolTests {
    func run(_ words: String...) -> (status: KernCLI.ExitStatus, printed: String, said: String) {
        let terminal = Terminal(keepingColumns: 80)
        let status = Tool.run(words, on: terminal)
        return (status, terminal.printed, terminal.said)
    }

    @Test func `without a word the help goes to stderr and the status is misuse`() {
        let (status, printed, said) = run()
        #expect(status == .misuse)
        #expect(printed.isEmpty)
        #expect(said.hasPrefix("kern — "))
    }

    @Test(arguments: ["--help", "-h", "help"])
    func `help that was asked for is a result`(word: String) {
        let (status, printed, said) = run(word)
        #expect(status == .ok)
        #expect(printed.contains("\nEXAMPLES\n") && said.isEmpty)
        for command in Tool.spec.commands { #expect(printed.contains("\n  \(command.name) ")) }
    }

    @Test(arguments: Tool.spec.commands.map(\.name))
    func `a command's help is the same from either side`(name: String) {
        let help = run("help", name)
        #expect(help.status == .ok)
        #expect(help.printed.hasPrefix("kern \(name) — "))
        #expect(run(name, "--help") == help)
    }

    @Test(arguments: Tool.spec.commands.map(\.name))
    func `a man page and completions exist for every command`(name: String) {
        #expect(run("--man", name).printed.hasPrefix(".TH \"KERN\\-\(name.uppercased())\" 1"))
        #expect(run("--complete", "1", "kern", "").printed.contains("\(name)\t"))
        let offered = run("--complete", "2", "kern", name, "--").printed
        for option in Tool.spec.command(named: name)?.allOptions ?? [] { #expect(offered.contains("\(option.flag)\t")) }
    }

    @Test func `the version is a line`() {
        #expect(run("--version") == (.ok, "kern \(Tool.version)\n", ""))
    }

    @Test(arguments: [
        (["aply"], "kern: unknown command 'aply'; did you mean 'apply'?\n"),
        (["--hlp"], "kern: unknown option '--hlp'; did you mean '--help'?\n"),
        (["help", "shwo"], "kern: unknown command 'shwo'; did you mean 'show'?\n"),
        (
            ["help", "median"],
            "kern: 'median' is a program, not a command; 'kern apply \"median\" PICTURE -o OUT' runs it, and 'kern show "
                + "median' tells about it\n"
        ),
        (
            ["help", "rank"],
            "kern: 'rank' is a program, not a command; 'kern apply \"rank 0.9 5\" PICTURE -o OUT' runs it, and 'kern show "
                + "rank' tells about it\n"
        ),
        (
            ["gaussian 2 | sobel", "a.png"],
            "kern: 'gaussian 2 | sobel' is a program, not a command; 'kern apply \"gaussian 2 | sobel\" PICTURE -o OUT' runs "
                + "it, and 'kern show gaussian' tells about it\n"
        ),
        (["--completions", "csh"], "kern: '--completions' does not know 'csh'; did you mean 'zsh'?\n"),
        (["apply", "sobel"], "kern apply: INPUT is missing: pictures to read; '-' is stdin\n"),
        (["apply", "--bordr"], "kern apply: unknown option '--bordr'; did you mean '--border'?\n"),
        (["list", "kernls"], "kern list: 'KIND' does not know 'kernls'; did you mean 'kernels'?\n"),
    ])
    func `a mistake is one line on stderr and the status is misuse`(words: [String], line: String) {
        let terminal = Terminal(keepingColumns: 80)
        #expect(Tool.run(words, on: terminal) == .misuse)
        #expect(terminal.printed.isEmpty)
        #expect(terminal.said == line)
    }

    @Test func `a control character in a name does not reach the terminal`() {
        #expect(run("a\u{1b}[31mb").said.hasPrefix("kern: unknown command 'a?[31mb'"))
    }

    @Test(arguments: [
        ("so", ["sobel", "sobel-x"]),
        ("gaussian 2 | so", ["gaussian 2 | sobel", "gaussian 2 | sobel-x"]),
        ("hypot { sobel-", ["hypot { sobel-x"]),
        ("gaussian 2", []),
    ])
    func `the name at the end of a program is completed`(typed: String, words: [String]) {
        let names = ["gaussian", "sobel", "sobel-x"].map { Candidates.Candidate($0) }
        #expect(Tool.stepCandidates(for: typed, among: names).map(\.word) == words)
    }
}
