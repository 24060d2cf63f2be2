import Codecs
import Convolution
import Foundation
import Pixels
import Programs
import Testing

/// The docs say what kern does; `scripts/make-gallery` records them anew.
@Suite struct GalleryTests {
    @Test func `every picture of the docs is what its command makes today`() throws {
        let recipes = try Checkout.pages().flatMap(\.recipes)
        #expect(recipes.count > Catalogue.builtIn.count)
        for recipe in recipes {
            let shown = try Raster.read(path: Checkout.path(recipe.output))
            let cooked = try recipe.cooked()
            #expect(shown.header.size == cooked.header.size, "\(recipe)")
            #expect(shown.header.channels == cooked.header.channels, "\(recipe)")
            #expect(shown.header.depth == cooked.header.depth, "\(recipe)")
            // Not a comparison in the macro: it would describe how the arrays differ, byte by byte.
            let isSame = differ(shown.bytes, cooked.bytes) <= roundings
            #expect(isSame, "\(recipe)")
        }
    }

    @Test func `every picture has one command, and is shown`() throws {
        let pages = try Checkout.pages()
        let made = pages.flatMap(\.recipes).map(\.output).sorted()
        let onDisk = try Checkout.files(in: "docs", ending: ".png")
        // What a net made that had to be trained first has no command of a second or two.
        #expect(made == onDisk.filter { !$0.hasPrefix("docs/training/") })
        let shown = Set(pages.flatMap(\.shownPictures))
        #expect(Set(onDisk).subtracting(shown).isEmpty)
        for picture in shown {
            #expect(FileManager.default.fileExists(atPath: Checkout.path(picture)), "\(picture)")
        }
    }

    @Test func `no command of an sh block that makes a picture goes unchecked`() throws {
        for page in try Checkout.pages() {
            let commands = page.blocks("sh").joined().filter { $0.contains("-o docs/") }
            #expect(commands == page.recipes.map(\.description), "\(page.name)")
        }
    }

    @Test func `the gallery says what the kernel files say`() throws {
        let page = try Page("docs/kernels.md")
        let sections = page.kernelSections
        #expect(Set(sections.keys) == Set(Catalogue.builtIn.map(\.key)))
        for entry in Catalogue.builtIn {
            let section = sections[entry.key] ?? []
            let file = try entry.file()
            let text = section.prefix { $0 != "```" }
            #expect(Array(text) == expectedText(of: file), "\(entry.key)")
            let program = section.drop { $0 != "```" }.dropFirst().dropLast().joined(separator: "\n")
            #expect(try KernelFile(parsing: SourceText(text: program)).program == file.program, "\(entry.key)")
            #expect(page.lines.contains("### \(entry.name)"), "\(entry.key)")
            #expect(page.lines.contains { $0.hasPrefix("![\(entry.name)](") }, "\(entry.key)")
        }
    }

    @Test func `the picture of a kernel is made by that kernel`() throws {
        let page = try Page("docs/kernels.md")
        for entry in Catalogue.builtIn {
            let recipe = page.recipes.first { $0.output == "docs/gallery/\(entry.name).png" }
            let words = recipe?.program.split { " {}|".contains($0) } ?? []
            #expect(words.contains { $0 == entry.name }, "\(entry.key)")
        }
    }

    /// Every level with fused multiply-add gives the same bytes; the x86 baseline may round a sample the other way.
    private var roundings: Int {
        #if arch(x86_64)
            Machine().lanes.name == "baseline" ? 1 : 0
        #else
            0
        #endif
    }

    private func differ(_ left: [UInt8], _ right: [UInt8]) -> Int {
        guard left.count == right.count else { return .max }
        return zip(left, right).reduce(0) { max($0, abs(Int($1.0) - Int($1.1))) }
    }

    /// Summary, help and parameters as Markdown.
    private func expectedText(of file: KernelFile) -> [String] {
        let summary = (file.help.first ?? "").components(separatedBy: " — ").dropFirst().joined(separator: " — ")
        var lines = [escaped(summary), ""] + file.help.dropFirst().map(escaped)
        if !file.parameters.isEmpty { lines += ["", "| parameter | default | |", "|---|---|---|"] }
        for parameter in file.parameters {
            let name = parameter.name.text
            lines.append("| `\(name)` | `\(parameter.defaultValue.text)` | \(escaped(parameter.summary ?? "")) |")
        }
        return lines + [""]
    }

    private func escaped(_ text: String) -> String {
        String(text.flatMap { "[]\\*_<|".contains($0) ? ["\\", $0] : [$0] })
    }
}

extension Catalogue.Entry {
    fileprivate var key: String { group + "/" + name }
}
