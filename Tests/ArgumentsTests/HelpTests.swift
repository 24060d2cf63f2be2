import Arguments
import Testing

@Suite struct HelpTests {
    @Test func `help begins with examples and wraps at the width`() {
        let expected = """
            tool print — prints a name

            EXAMPLES
              tool print x
                  prints x

            USAGE
              tool print [NAME] [options]

            ARGUMENTS
              NAME  What to print.

            OPTIONS
              -q, --quiet  Says nothing.
              -h, --help   Shows this help.

            MORE
              Names are printed as they are, without any change at all
              to any of them.

            """
        #expect(printCommand.help(tool: "tool", width: 60) == expected)
    }

    @Test func `a required option stands in the usage and defaults stand in the help`() {
        let help = filterCommand.help(tool: "tool", width: 80)
        #expect(help.contains("tool filter PROGRAM INPUT... -o OUT [options]\n"))
        #expect(help.contains("      --size WxH             How large. [default: 1]\n"))
        #expect(help.contains("      --bound E              Largest error. May be given several times.\n"))
    }

    @Test(arguments: [60, 80, 100])
    func `no line is wider than asked`(width: Int) {
        let lines = filterCommand.help(tool: "tool", width: width).split(separator: "\n")
        #expect(lines.allSatisfy { $0.count <= width })
    }

    @Test func `the man page escapes what roff would read`() {
        let page = CommandSpec(
            name: "odd", summary: "a 'b' \\ c-d",
            examples: [Example("tool odd 'x'", says: ".dots and \"quotes\"")]
        ).manPage(of: sampleTool)
        #expect(page.contains("\ntool\\-odd \\- a \\(aqb\\(aq \\e c\\-d\n"))
        #expect(page.contains("\n\\&.dots and \\(dqquotes\\(dq\n"))
        #expect(page.contains("\\fBtool\\-print\\fR(1)"))
    }
}
