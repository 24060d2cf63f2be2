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
}
