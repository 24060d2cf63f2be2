#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The only files that programs read: kernel files, by folder or by path.
enum KernelFolder {
    /// Folders within folders that are looked into.
    private static let deepest = 4
    /// Entries that are looked at: a folder of kernels has hundreds, a whole disk is a mistake.
    private static let mostEntries = 10_000

    /// Paths of all `.kern` files below `folder`, sorted; none where there is no such folder.
    static func kernelFiles(below folder: String) -> [String] {
        var entriesLeft = mostEntries
        return kernelFiles(below: folder, depth: 0, &entriesLeft)
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
        func unreadable(_ reason: String) -> ProgramError {
            ProgramError(.unreadable(path: path, reason: reason), at: .nowhere, in: SourceText(name: path, text: ""))
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw unreadable(String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var facts = stat()
        guard fstat(descriptor, &facts) == 0 else { throw unreadable(String(cString: strerror(errno))) }
        guard facts.st_mode & S_IFMT == S_IFREG else { throw unreadable("it is not a file") }
        var bytes = [UInt8](repeating: 0, count: SourceText.defaultLimit + 1)
        var count = 0
        while count < bytes.count {
            let room = bytes.count - count
            let got = bytes.withUnsafeMutableBytes { readBytes(descriptor, $0.baseAddress.map { $0 + count }, room) }
            if got < 0 {
                if errno == EINTR { continue }
                throw unreadable(String(cString: strerror(errno)))
            }
            if got == 0 { break }
            count += got
        }
        return try SourceText(name: path, bytes: Array(bytes[..<count]))
    }

    private static func isFolder(_ path: String) -> Bool {
        var facts = stat()
        return stat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
    }
}

/// The system's `read`, by another name than the method's.
private func readBytes(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(descriptor, buffer, count)
}
