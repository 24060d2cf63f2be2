import Arguments
import Testing

@Suite struct ParserTests {
    @Test(arguments: [
        ["blur", "a", "b", "-o", "out"],
        ["blur", "a", "b", "-oout"],
        ["blur", "a", "b", "-o=out"],
        ["blur", "a", "b", "--output", "out"],
        ["blur", "a", "b", "--output=out"],
        ["--output", "out", "blur", "a", "b"],
        ["blur", "--output", "out", "a", "b"],
        ["-o", "out", "--", "blur", "a", "b"],
    ])
    func `an option may stand anywhere and be written in every usual way`(words: [String]) throws {
        guard case .arguments(let parsed) = try filterCommand.parse(words) else {
            Issue.record("help was not asked for")
            return
        }
        #expect(parsed.positionals == ["blur", "a", "b"])
        #expect(parsed.text(outputOption) == "out")
    }

    @Test func `flags may be said again, and options that repeat add up`() throws {
        let parsed = try parse("blur", "a", "-o", "b", "-q", "--quiet", "--bound", "0.5", "--bound=1/4")
        #expect(parsed.has(quietOption) && parsed.number(boundOption) == 0.25)
    }

    @Test func `letters may be bundled and the last may take the value`() throws {
        let parsed = try parse("blur", "a", "-fqo", "out")
        #expect(parsed.has(forceOption))
        #expect(parsed.has(quietOption))
        #expect(parsed.text(outputOption) == "out")
        #expect(try parse("blur", "a", "-fqoout").text(outputOption) == "out")
    }

    @Test func `a lone dash is a value and a positional`() throws {
        let parsed = try parse("blur", "-", "-o", "-")
        #expect(parsed.positionals == ["blur", "-"])
        #expect(parsed.text(outputOption) == "-")
    }

    @Test(arguments: ["-1", "-.5", "-1e-3", "-0", "-1,0,1"])
    func `a negative number is a positional`(number: String) throws {
        #expect(try parse(number, "a", "-o", "b").positionals == [number, "a"])
    }

    @Test func `after two dashes every word is a positional`() throws {
        #expect(
            try parse("-o", "x", "blur", "--", "--force", "--", "-q").positionals == ["blur", "--force", "--", "-q"])
    }

    @Test func `what is not given is nil`() throws {
        let parsed = try parse("blur", "a", "-o", "b")
        #expect(!parsed.has(forceOption))
        #expect(parsed.text(borderOption) == nil)
        #expect(parsed.integer(threadsOption) == nil)
        #expect(parsed.number(boundOption) == nil)
        #expect(parsed.size(sizeOption) == nil)
    }

    @Test func `values arrive as what they are`() throws {
        enum Range: String { case auto, clip, abs }
        let parsed = try parse(
            "blur", "a", "-o", "b", "--range", "abs", "-t4", "--size", "640x480", "--at", "12,0", "--border=constant:-1"
        )
        #expect(parsed.choice(rangeOption, as: Range.self) == .abs)
        #expect(parsed.integer(threadsOption) == 4)
        #expect(parsed.size(sizeOption).map { [$0.width, $0.height] } == [640, 480])
        #expect(parsed.point(atOption).map { [$0.x, $0.y] } == [12, 0])
        #expect(parsed.text(borderOption) == "constant:-1")
    }

    @Test(arguments: [
        ("7", 7), ("500K", 512_000), ("64M", 67_108_864), ("2g", 2_147_483_648), ("1T", 1_099_511_627_776),
    ])
    func `a quantity may end in a letter`(text: String, bytes: Int) throws {
        #expect(try parse("blur", "a", "-o", "b", "--memory", text).integer(memoryOption) == bytes)
    }

    @Test(arguments: [("0.5", 0.5), ("1/4", 0.25), ("1", 1), ("1e-3", 0.001)])
    func `a number may be a fraction`(text: String, number: Double) throws {
        #expect(try parse("blur", "a", "-o", "b", "--bound", text).number(boundOption) == number)
    }

    @Test func `one number is a size of two`() throws {
        #expect(
            try parse("b", "a", "-o", "b", "--size", "9").size(sizeOption).map { [$0.width, $0.height] } == [9, 9])
    }

    @Test(arguments: [["--help"], ["-h"], ["blur", "--bogus", "--help"], ["--output", "-h"]])
    func `help is given whatever else is on the line`(words: [String]) throws {
        guard case .help = try filterCommand.parse(words) else {
            Issue.record("no help")
            return
        }
    }

    @Test func `help after two dashes is a word like others`() throws {
        #expect(try parse("-o", "x", "blur", "--", "--help").positionals == ["blur", "--help"])
    }
}
