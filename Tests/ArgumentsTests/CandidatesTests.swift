import Arguments
import Testing

@Suite struct CandidatesTests {
    func words(_ typed: String...) -> [String] {
        sampleTool.candidates(at: typed.count, of: ["tool"] + typed) { list, typed in
            ["\(list):blur", "\(list):box"].filter { $0.hasPrefix(typed) }.map { Candidates.Candidate($0) }
        }.words.map(\.word)
    }

    @Test func `the first word is a command or an option of the tool`() {
        #expect(words("") == ["filter", "print", "--help", "--version", "--completions", "--man"])
        #expect(words("fi") == ["filter"])
        #expect(words("help", "p") == ["print"])
        #expect(words("--completions", "") == ["bash", "zsh", "fish"])
    }

    @Test func `every option of a command is offered`() {
        #expect(words("filter", "--") == filterCommand.allOptions.map(\.flag))
        #expect(words("filter", "blur", "a", "--fo") == ["--force"])
    }

    @Test func `the value of an option is offered in both spellings`() {
        #expect(words("filter", "--range", "c") == ["clip"])
        #expect(words("filter", "--range=") == ["--range=auto", "--range=clip", "--range=abs"])
        #expect(words("filter", "-f", "--border", "") == ["edge", "zero"])
    }

    @Test func `the place of a word says what it may be`() {
        #expect(words("filter", "") == ["program:blur", "program:box"])
        #expect(words("filter", "--force", "--range", "abs", "") == ["program:blur", "program:box"])
        let inputs = sampleTool.candidates(at: 3, of: ["tool", "filter", "blur", ""]) { _, _ in [] }
        #expect(inputs.files)
        #expect(words("print", "x", "").isEmpty)
    }

    @Test func `nonsense gets nothing and does no harm`() {
        #expect(words("bogus", "x").isEmpty)
        #expect(sampleTool.candidates(at: 9, of: ["tool"]) { _, _ in [] }.words.map(\.word).first == "filter")
    }

    @Test(arguments: Shell.allCases)
    func `a script asks the tool and names it`(shell: Shell) {
        let script = shell.completionScript(for: "tool")
        #expect(script.contains("tool --complete"))
        #expect(script.contains("tool --completions \(shell.rawValue)"))
    }
}
