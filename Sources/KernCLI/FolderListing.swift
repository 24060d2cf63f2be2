#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What lies in a folder, hidden entries left out: folders and everything else, each sorted by its bytes.
struct FolderListing {
    struct Unreadable: Error {
        var errno: Int32
    }

    private(set) var folders: [String] = []
    private(set) var files: [String] = []

    init(_ path: String) throws(Unreadable) {
        guard let directory = opendir(path.isEmpty ? "." : path) else { throw Unreadable(errno: errno) }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasPrefix(".") { continue }
            if FileFacts(FolderListing.join(path, name))?.kind == .directory {
                folders.append(name)
            } else {
                files.append(name)
            }
        }
        folders.sort(by: FolderListing.isBefore)
        files.sort(by: FolderListing.isBefore)
    }

    /// The same order on every machine, whatever its language.
    static func isBefore(_ first: String, _ second: String) -> Bool {
        first.utf8.lexicographicallyPrecedes(second.utf8)
    }

    /// `in` and `a.png` are `in/a.png`; the empty path is the current folder.
    static func join(_ folder: String, _ name: String) -> String {
        folder.isEmpty || folder.hasSuffix("/") ? folder + name : folder + "/" + name
    }
}
