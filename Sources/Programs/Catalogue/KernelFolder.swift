#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Kernel files, by folder or by path.
enum KernelFolder {
    /// Folders within folders that are looked into.
    private static let deepest = 4
    /// Entries that are looked at: a folder of kernels has hundreds, a whole disk is a mistake.
    static let mostEntries = 10_000

    /// Paths of all `.kern` files below `folder`, sorted; none where there is no such folder. Those behind the
    /// first `mostEntries` entries are missing where it is not `whole`.
    static func kernelFiles(below folder: String) -> (paths: [String], isWhole: Bool) {
        var entriesLeft = mostEntries + 1
        let paths = kernelFiles(below: folder, depth: 0, &entriesLeft)
        return (paths, entriesLeft > 0)
    }

    private static func kernelFiles(below folder: String, depth: Int, _ entriesLeft: inout Int) -> [String] {
        guard depth <= deepest, let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var found: [String] = []
        while entriesLeft > 0, let entry = readdir(directory) {
            entriesLeft -= 1
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasPrefix(".") { continue }
            let path = folder + "/" + name
            if name.hasSuffix(".kern") {
                found.append(path)
            } else if isFolder(path) {
                found += kernelFiles(below: path, depth: depth + 1, &entriesLeft)
            }
        }
        return found.sorted()
    }

    /// The text of the kernel file at `path`, at most 1 MiB of it.
    static func read(_ path: String) throws(ProgramError) -> SourceText {
        do {
            return try SourceText(name: path, bytes: try FileBytes.read(path, atMost: SourceText.defaultLimit + 1))
        } catch let error as FileBytes.Failure {
            throw ProgramError(
                .unreadable(path: path, reason: error.reason), at: .nowhere, in: SourceText(name: path, text: ""))
        } catch let error as ProgramError {
            throw error
        } catch {
            throw ProgramError(
                .unreadable(path: path, reason: "\(error)"), at: .nowhere, in: SourceText(name: path, text: ""))
        }
    }

    private static func isFolder(_ path: String) -> Bool {
        var facts = stat()
        return stat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
    }
}
