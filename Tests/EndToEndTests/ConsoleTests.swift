import Foundation
import Testing

/// What the README and the pages show of a console is what the commands print today, in a folder that has the samples.
@Suite struct ConsoleTests {
    /// Builds, learns, or needs what was learned or fetched: times and figures differ from machine to machine.
    private static let leftOut = ["scripts/", ".build/", "swift ", "train", ".safetensors", "finder", "curl"]
    /// Learned in seconds, and to the same weights wherever there are fused multiply-adds.
    private static let learned = ["kern train samples/nets/shapes.kern", "kern predict shapes.safetensors"]

    private struct Command {
        var text: String
        var printed: [String] = []
    }

    @Test func `every command of the docs prints what stands below it`() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let kern = try Kern()
        for name in ["samples", "docs", "kernels"] {
            try FileManager.default.copyItem(
                at: root.appendingPathComponent(name), to: kern.folder.appendingPathComponent(name))
        }
        let pages = try FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent("docs").path)
            .filter { $0.hasSuffix(".md") }.sorted().map { "docs/" + $0 }
        var tried = 0
        for page in ["README.md"] + pages {
            let text = try String(contentsOf: root.appendingPathComponent(page), encoding: .utf8)
            for command in commands(of: text) {
                let expected = command.printed.joined(separator: "\n").trimmingCharacters(in: .newlines)
                let isLearned = ConsoleTests.learned.contains(where: command.text.contains)
                if !isLearned, ConsoleTests.leftOut.contains(where: command.text.contains) || expected.contains("…") {
                    continue
                }
                let again = command.text.contains("kern train") ? " --force" : ""
                let outcome = try kern.shell("{ \(command.text)\(again)\n} 2>&1")
                // 'file' is not everywhere.
                if outcome.printed.contains("command not found") { continue }
                tried += 1
                let printed = outcome.printed.trimmingCharacters(in: .newlines)
                // Where nothing stands below a command, what it printed was left out; of a training most lines are, and times differ.
                let isRight =
                    if isLearned {
                        command.printed.allSatisfy {
                            $0 == "…" || $0.isEmpty || $0.contains("images/s") || printed.contains($0)
                        }
                    } else {
                        expected.isEmpty ? outcome.status == 0 : printed == expected
                    }
                #expect(isRight, "\(page): \(command.text)\nprints\n\(printed)\nand not\n\(expected)")
            }
        }
        #expect(tried > 40)
    }

    /// The commands of ```console blocks; a command goes on behind a backslash.
    private func commands(of page: String) -> [Command] {
        var found: [Command] = []
        var isConsole = false
        for line in page.components(separatedBy: "\n") {
            if line.hasPrefix("```") {
                isConsole = line == "```console"
            } else if !isConsole {
                continue
            } else if line.hasPrefix("$ ") {
                found.append(Command(text: String(line.dropFirst(2))))
            } else if let last = found.indices.last {
                if found[last].text.hasSuffix("\\"), found[last].printed.isEmpty {
                    found[last].text += "\n" + line
                } else {
                    found[last].printed.append(line)
                }
            }
        }
        return found
    }
}
