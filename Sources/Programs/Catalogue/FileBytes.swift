#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The only files that programs read: kernel files and models.
package enum FileBytes {
    package struct Failure: Error {
        package let reason: String
    }

    static func isThere(_ path: String) -> Bool { access(path, R_OK) == 0 }

    /// What is in the file at `path`, but no more than `limit` of it.
    package static func read(_ path: String, atMost limit: Int) throws(Failure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Failure(reason: String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var facts = stat()
        guard fstat(descriptor, &facts) == 0 else { throw Failure(reason: String(cString: strerror(errno))) }
        guard facts.st_mode & S_IFMT == S_IFREG else { throw Failure(reason: "it is not a file") }
        // A file may grow while it is read: one byte of room more tells.
        var bytes = [UInt8](repeating: 0, count: min(limit, max(0, Int(facts.st_size)) + 1))
        var count = 0
        while count < bytes.count {
            let room = bytes.count - count
            let got = bytes.withUnsafeMutableBytes { readBytes(descriptor, $0.baseAddress.map { $0 + count }, room) }
            if got < 0 {
                if errno == EINTR { continue }
                throw Failure(reason: String(cString: strerror(errno)))
            }
            if got == 0 { break }
            count += got
            if count == bytes.count, count < limit {
                bytes.append(contentsOf: repeatElement(0, count: min(limit - count, 65_536)))
            }
        }
        bytes.removeLast(bytes.count - count)
        return bytes
    }
}

/// The system's `read`, by another name than the function's.
private func readBytes(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(descriptor, buffer, count)
}
