import Testing

@Suite struct StreamsTests {
    @Test func `help goes to stdout and mistakes to stderr`() throws {
        let kern = try Kern()
        let help = try kern.run("apply", "--help")
        #expect(help.status == 0 && help.said.isEmpty)
        #expect(help.printed.hasPrefix("kern apply — "))
        let mistake = try kern.run("aply")
        #expect(mistake.status == 2 && mistake.output.isEmpty)
        #expect(mistake.said == "kern: unknown command 'aply'; did you mean 'apply'?\n")
    }

    @Test func `a reader that goes away is not an error`() throws {
        let outcome = try Kern().shell("(kern help apply; echo \"status $?\" >&2) | true")
        #expect(outcome.said == "status 0\n")
    }

    @Test func `a full disk under stdout is`() throws {
        let outcome = try Kern().shell("kern help apply > /dev/full")
        #expect(outcome.status == 1)
        #expect(outcome.said == "kern: the results could not be written to stdout: No space left on device\n")
    }

    @Test(arguments: ["1", "0"])
    func `closed streams do no harm`(descriptor: String) throws {
        #expect(try Kern().shell("kern --version \(descriptor)>&-").status <= 1)
    }
}
