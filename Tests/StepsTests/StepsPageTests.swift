import Pixels
import Steps
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// docs/steps.md is written from the vocabulary, and this test keeps it so: KERN_RECORD=1 writes it anew.
struct StepsPageTests {
    private static let path = #filePath.dropLast("Tests/StepsTests/StepsPageTests.swift".count) + "docs/steps.md"

    @Test func `the page of steps says what the vocabulary says`() {
        let page = page
        if getenv("KERN_RECORD") != nil { write(page) }
        #expect(
            read() == page, "docs/steps.md has drifted; KERN_RECORD=1 scripts/test --filter StepsPage writes it anew")
    }

    @Test func `every word has an example that begins with it, and no setting twice`() {
        #expect(Set(Vocabulary.words.map(\.name)).count == Vocabulary.words.count)
        for word in Vocabulary.words {
            #expect(word.example.hasPrefix(word.name), "\(word.name)")
            #expect(Set(word.settings.map(\.name)).count == word.settings.count, "\(word.name)")
            #expect(word.summary.last != ".", "\(word.name): a summary is no sentence")
        }
    }

    private var page: String {
        var lines = [
            "# Steps", "",
            "The words of the language that are not kernels, written from `Sources/Steps/Vocabulary.swift`. A setting in capitals",
            "is written in its turn or as key=value; the others as key=value, flags alone. Kernels are in [kernels.md](kernels.md).",
            "",
        ]
        for category in StepWord.Category.allCases {
            let words = Vocabulary.words.filter { $0.category == category }
            if words.isEmpty { continue }
            let heading = category.rawValue.prefix(1).uppercased() + category.rawValue.dropFirst()
            lines += ["## \(heading)", "", "| word | gives | example | settings |", "|---|---|---|---|"]
            for word in words {
                lines.append(
                    "| `\(word.name)` | \(cell(word.summary)) | `\(cell(word.example))` | \(cell(settings(of: word))) |"
                )
            }
            lines.append("")
        }
        lines += [
            "## Geometry words", "",
            "Every window takes them: kernels, matrices, `conv` and pooling. `flip`, `sum` and `abs` are for known kernels.",
            "",
        ]
        lines += ["| word | means |", "|---|---|"]
        for setting in Vocabulary.kernelSettings { lines.append("| `\(setting.name)` | \(cell(setting.help)) |") }
        return lines.joined(separator: "\n") + "\n"
    }

    private func settings(of word: StepWord) -> String {
        // A word that takes some of the geometry words names them itself.
        let takesAll = word.settings.contains(where: { $0.name == "border" })
        let geometry = takesAll ? Set(Vocabulary.kernelSettings.map(\.name)) : []
        var parts = word.settings.filter { !geometry.contains($0.name) }.map { setting in
            "`\(setting.isPositional ? setting.name.uppercased() : setting.name)` \(setting.wholeHelp)"
        }
        if takesAll { parts.append("geometry words") }
        if word.blocks.upperBound > 0 {
            let (low, high) = (word.blocks.lowerBound, word.blocks.upperBound)
            parts.append(low == high ? "\(low) blocks" : "\(low) to \(high) blocks")
        }
        return parts.joined(separator: "; ")
    }

    private func cell(_ text: String) -> String {
        text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
    }

    private func read() -> String {
        guard let file = fopen(String(Self.path), "rb") else { return "" }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }

    private func write(_ text: String) {
        guard let file = fopen(String(Self.path), "wb") else { return }
        defer { fclose(file) }
        let bytes = Array(text.utf8)
        fwrite(bytes, 1, bytes.count, file)
    }
}
