import Codecs

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Pictures before and after, in pairs: files in the order they were given, folders by the names in them.
struct PicturePairs: Hashable, Sendable {
    struct Pair: Hashable, Sendable {
        var before: String
        var after: String
    }

    let pairs: [Pair]

    init(before: [String], after: [String]) throws(Complaint) {
        guard !before.isEmpty, !after.isEmpty else {
            let missing = before.isEmpty ? "--before" : "--after"
            throw Complaint("a kernel is learned from pictures before and after it; \(missing) is missing")
        }
        guard before.count == after.count else {
            throw Complaint(
                "--before is given \(PicturePairs.times(before.count)) and --after \(PicturePairs.times(after.count)); "
                    + "each picture before belongs to one after")
        }
        var pairs: [Pair] = []
        for (first, second) in zip(before, after) {
            switch (PicturePairs.isFolder(first), PicturePairs.isFolder(second)) {
            case (true, true): pairs += try PicturePairs.matched(first, second)
            case (false, false): pairs.append(Pair(before: first, after: second))
            case (let isFirst, _):
                let (folder, file) = isFirst ? (first, second) : (second, first)
                throw Complaint("'\(folder)' is a folder, '\(file)' is not; give two pictures, or two folders")
            }
        }
        self.pairs = pairs
    }

    private static func times(_ count: Int) -> String { count == 1 ? "once" : "\(count) times" }

    private static func isFolder(_ path: String) -> Bool { FileFacts(path)?.kind == .directory }

    /// `a/1.png` with `b/1.png`; where only the extensions differ, `a/1.png` with `b/1.jpg`.
    private static func matched(_ before: String, _ after: String) throws(Complaint) -> [Pair] {
        let (first, second) = (try pictures(in: before), try pictures(in: after))
        let names = Set(second)
        var byStem: [String: [String]] = [:]
        for name in second { byStem[stem(name), default: []].append(name) }
        var pairs: [Pair] = []
        for name in first {
            let alike = byStem[stem(name)] ?? []
            guard let partner = names.contains(name) ? name : alike.count == 1 ? alike[0] : nil else {
                throw Complaint(
                    "'\(join(before, name))' has no partner in '\(after)'; pictures in folders belong together by their "
                        + "names", status: .failed)
            }
            pairs.append(Pair(before: join(before, name), after: join(after, partner)))
        }
        let used = Set(pairs.map(\.after))
        if let lonely = second.first(where: { !used.contains(join(after, $0)) }) {
            throw Complaint(
                "'\(join(after, lonely))' has no partner in '\(before)'; pictures in folders belong together by their "
                    + "names", status: .failed)
        }
        return pairs
    }

    private static func join(_ folder: String, _ name: String) -> String {
        folder.hasSuffix("/") ? folder + name : folder + "/" + name
    }

    private static func stem(_ name: String) -> String {
        name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
    }

    /// Names of the files that are called as pictures are, sorted.
    private static func pictures(in folder: String) throws(Complaint) -> [String] {
        guard let directory = opendir(folder) else {
            throw Complaint("'\(folder)' cannot be read: \(String(cString: strerror(errno)))", status: .failed)
        }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix("."), PictureFormat(pathExtensionOf: name) != nil { names.append(name) }
        }
        guard !names.isEmpty else { throw Complaint("'\(folder)' holds no pictures", status: .failed) }
        return names.sorted()
    }
}
