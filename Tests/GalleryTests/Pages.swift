import Foundation

/// The checkout this test was compiled in, and the pages in it.
enum Checkout {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func path(_ name: String) -> String { root.appendingPathComponent(name).path }

    static func files(in folder: String, ending: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: path(folder))
            .filter { $0.hasSuffix(ending) }.map { folder + "/" + $0 }.sorted()
    }

    static func pages() throws -> [Page] {
        try (["README.md"] + files(in: "docs", ending: ".md")).map(Page.init)
    }
}

/// A page of Markdown, as far as its recorded parts are concerned.
struct Page {
    let name: String
    let lines: [String]

    init(_ name: String) throws {
        self.name = name
        lines = try String(contentsOfFile: Checkout.path(name), encoding: .utf8).components(separatedBy: "\n")
    }

    /// The lines of fenced blocks of one kind, block after block.
    func blocks(_ kind: String) -> [[String]] {
        var found: [[String]] = []
        var open: String?
        for line in lines {
            if line.hasPrefix("```") {
                if open == nil {
                    open = String(line.dropFirst(3))
                    if open == kind { found.append([]) }
                } else {
                    open = nil
                }
            } else if open == kind {
                found[found.count - 1].append(line)
            }
        }
        return found
    }

    /// The commands that make pictures of the docs.
    var recipes: [Recipe] {
        blocks("sh").joined().compactMap { Recipe(command: $0) }
    }

    /// The pictures it shows, as paths from the root.
    var shownPictures: [String] {
        let folder = (name as NSString).deletingLastPathComponent
        return lines.flatMap { line in
            line.components(separatedBy: "](").dropFirst().compactMap { part in
                guard let end = part.firstIndex(of: ")"), part[..<end].hasSuffix(".png") else { return nil }
                return (folder as NSString).appendingPathComponent(String(part[..<end]))
            }
        }
    }

    /// What stands between `<!-- kernel: KEY -->` and `<!-- end -->`, by key.
    var kernelSections: [String: [String]] {
        var found: [String: [String]] = [:]
        var key: String?
        for line in lines {
            if line.hasPrefix("<!-- kernel: ") {
                let name = String(line.dropFirst(13).dropLast(4))
                found[name] = []
                key = name
            } else if line == "<!-- end -->" {
                key = nil
            } else if let key {
                found[key]?.append(line)
            }
        }
        return found
    }
}
