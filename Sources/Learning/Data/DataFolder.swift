import Codecs

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What a folder holds, by name and in their order: hidden files do not count.
struct DataFolder {
    let path: String
    private(set) var folders: [String] = []
    private(set) var files: [String] = []

    /// Folders within one another; more is a link that leads in a circle.
    private static let maxDepth = 32

    init(_ path: String) throws(DataError) {
        self.path = path
        guard let stream = opendir(path) else { throw .file(path, .system(.open, errno: errno)) }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasPrefix(".") { continue }
            switch Self.kind(of: "\(path)/\(name)") {
            case S_IFDIR: folders.append(name)
            case S_IFREG: files.append(name)
            default: break
            }
        }
        folders.sort()
        files.sort()
    }

    static func isFolder(_ path: String) -> Bool { kind(of: path) == S_IFDIR }

    static func isFile(_ path: String) -> Bool { kind(of: path) == S_IFREG }

    private static func kind(of path: String) -> mode_t {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & S_IFMT : 0
    }

    func path(of name: String) -> String { "\(path)/\(name)" }

    /// The first of `names` that is a folder in here.
    func folder(_ names: String...) -> String? { names.first { folders.contains($0) } }

    /// The pictures in here and in all folders in here, as paths below this one, in order. `others` collects the files
    /// that are no pictures by their names.
    func pictures(others: inout [String]) throws(DataError) -> [String] {
        var found: [String] = []
        try collect("", depth: 0, into: &found, others: &others)
        return found
    }

    private func collect(
        _ prefix: String, depth: Int, into found: inout [String], others: inout [String]
    ) throws(DataError) {
        guard depth < Self.maxDepth else { throw .file(path, .system(.open, errno: ELOOP)) }
        for name in files {
            if PictureFormat.isPicture(named: name) {
                found.append(prefix + name)
            } else {
                others.append(path(of: name))
            }
        }
        for name in folders {
            try DataFolder(path(of: name)).collect("\(prefix)\(name)/", depth: depth + 1, into: &found, others: &others)
        }
    }
}

extension String {
    /// Without its extension: `a/b.tar.gz` is `a/b.tar`.
    var stem: String {
        let name = lastIndex(of: "/").map { index(after: $0) } ?? startIndex
        guard let dot = self[name...].lastIndex(of: "."), dot > name else { return self }
        return String(self[..<dot])
    }

    /// The folder it names a file in; `.` where it names none.
    var folder: String { lastIndex(of: "/").map { $0 == startIndex ? "/" : String(self[..<$0]) } ?? "." }
}
