import Foundation
import Testing

@Suite struct CompletionTests {
    /// What bash would offer for the last of `words`.
    func offers(_ words: String...) throws -> [String] {
        let quoted = words.map {
            "'\($0.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''"))'"
        }
        let outcome = try Kern().shell(
            """
            source <(kern --completions bash)
            COMP_WORDS=(kern \(quoted.joined(separator: " "))); COMP_CWORD=\(words.count); _kern
            ((${#COMPREPLY[@]})) && printf '%s\\n' "${COMPREPLY[@]}" || true
            """)
        #expect(outcome.said == "")
        return outcome.printed.split(separator: "\n").map(String.init)
    }

    @Test func `bash offers commands, options and values`() throws {
        #expect(try offers("ap") == ["apply"])
        #expect(try offers("apply", "x", "--eng") == ["--engine"])
        #expect(try offers("apply", "x", "--range", "a") == ["auto", "abs"])
    }

    @Test func `bash offers the value alone where it cuts words at the equals sign`() throws {
        #expect(try offers("apply", "x", "--range", "=", "a") == ["auto", "abs"])
        #expect(try offers("apply", "x", "--border", "=", "constant", ":") == [])
    }

    @Test func `bash offers the names of steps and kernels inside a program`() throws {
        #expect(
            try offers("apply", "'gaussian 2 | sobel-") == ["x", "y", "angle"].map { "gaussian 2 | sobel-\($0)" })
        #expect(try offers("convert", "x", "--to", "im") == ["imagemagick"])
    }

    private static func has(_ shell: String) -> Bool {
        FileManager.default.isExecutableFile(atPath: "/usr/bin/\(shell)")
    }

    /// The script in a real shell, in which `kern` is the binary.
    private func ask(_ shell: String, _ script: String) throws -> [String] {
        let kern = try Kern()
        try FileManager.default.createSymbolicLink(
            atPath: kern.folder.path + "/kern", withDestinationPath: Kern.binary)
        try kern.write(Data(script.utf8), "script")
        let outcome = try kern.shell("PATH=$PWD:$PATH HOME=$PWD \(shell) script")
        #expect(outcome.status == 0 && outcome.said == "", "\(outcome.said)")
        return outcome.printed.split(separator: "\n").map(String.init)
    }

    @Test(.enabled(if: has("zsh"))) func `zsh offers the names of steps and kernels inside a program`() throws {
        let offered = try ask(
            "zsh",
            """
            compdef() { }
            _describe() { print -rl -- ${(P)2} }
            _files() { print files }
            kern --completions zsh > c; source ./c
            words=(kern apply "'gaussian 2 | sobel-"); CURRENT=3; _kern
            words=(kern apply x --range a); CURRENT=5; _kern
            """)
        #expect(offered.count == 5, "\(offered)")
        #expect(offered.first?.hasPrefix("gaussian 2 | sobel-x") == true, "\(offered)")
        #expect(offered.suffix(2) == ["auto:", "abs:"])
    }

    @Test(.enabled(if: has("fish"))) func `fish offers the names of steps and kernels inside a program`() throws {
        let offered = try ask(
            "fish",
            """
            kern --completions fish | source
            complete -C "kern apply 'gaussian 2 | sobel-"
            complete -C "kern apply x --range a"
            """)
        #expect(offered.count == 5, "\(offered)")
        #expect(offered.contains { $0.contains("gaussian 2 | sobel-x") }, "\(offered)")
    }
}
