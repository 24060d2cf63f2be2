import KernBench
import KernCLI
import Testing

struct BenchToolTests {
    @Test func `a tiny picture is measured in every row`() {
        let terminal = Terminal(keepingColumns: 120)
        let status = BenchTool.run(["--size", "48x33", "--runs", "1", "--threads", "2"], on: terminal)
        #expect(status == .ok, "\(terminal.said)")
        let lines = terminal.printed.split(separator: "\n").map(String.init)
        for name in BenchTool.names {
            #expect(lines.contains { $0.dropFirst(9).hasPrefix(name + " ") }, "\(name) in\n\(terminal.printed)")
        }
        #expect(lines.count > BenchTool.names.count)
    }

    @Test func `what was not asked for is not measured, and JSON has one object a line`() {
        let terminal = Terminal(keepingColumns: 120)
        #expect(BenchTool.run(["--json", "--size", "16", "--runs", "1", "--only", "median 3"], on: terminal) == .ok)
        let lines = terminal.printed.split(separator: "\n")
        #expect(lines.count >= 2)
        for line in lines { #expect(line.hasPrefix("{\"part\":") && line.contains("median 3") && line.hasSuffix("}")) }
    }

    @Test func `a wrong word is answered, and nothing is measured`() {
        let terminal = Terminal(keepingColumns: 120)
        #expect(BenchTool.run(["--sise", "16"], on: terminal) == .misuse)
        #expect(terminal.said.contains("--size"))
        #expect(terminal.printed.isEmpty)
    }
}
