#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A pattern of file names as shells have it: `*`, `?` and `[a-z]` within a name, and `**` for any folders in between.
///
/// Hidden names are matched only by patterns that begin with a dot themselves.
struct GlobPattern {
    struct Match: Hashable {
        var path: String
        /// What `**` stood for, ending in '/'.
        var subfolder: String
    }

    private let isAbsolute: Bool
    private let parts: [String]

    init(_ pattern: String) {
        isAbsolute = pattern.hasPrefix("/")
        parts = pattern.split(separator: "/").map(String.init)
    }

    static func isPattern(_ word: String) -> Bool { word.contains { "*?[".contains($0) } }

    /// What there is, in the order of a sorted listing.
    func matches() -> [Match] {
        var found = [Match(path: isAbsolute ? "/" : "", subfolder: "")]
        for part in parts {
            if part == "**" {
                found = found.flatMap(GlobPattern.foldersBelow)
            } else if GlobPattern.isPattern(part) {
                found = found.flatMap { GlobPattern.entries(of: $0, matching: part) }
            } else {
                found = found.map { Match(path: FolderListing.join($0.path, part), subfolder: $0.subfolder) }
            }
        }
        return found.filter { FileFacts($0.path) != nil }
    }

    private static func entries(of folder: Match, matching part: String) -> [Match] {
        guard let listing = try? FolderListing(folder.path) else { return [] }
        let names = (listing.files + listing.folders).filter { fnmatch(part, $0, FNM_PERIOD) == 0 }
        return names.sorted(by: FolderListing.isBefore).map {
            Match(path: FolderListing.join(folder.path, $0), subfolder: folder.subfolder)
        }
    }

    private static func foldersBelow(_ folder: Match) -> [Match] {
        var seen: Set<FileFacts.Identity> = []
        var all: [Match] = []
        func visit(_ folder: Match) {
            guard let facts = FileFacts(folder.path.isEmpty ? "." : folder.path), facts.kind == .directory,
                seen.insert(facts.identity).inserted
            else { return }
            all.append(folder)
            guard let listing = try? FolderListing(folder.path) else { return }
            for name in listing.folders {
                visit(
                    Match(path: FolderListing.join(folder.path, name), subfolder: folder.subfolder + name + "/"))
            }
        }
        visit(folder)
        return all
    }
}
