import Codecs

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A text as a file that appears whole or not at all.
enum TextFile {
    static func write(_ text: String, to path: String, replacing mayReplace: Bool) throws(CodecError) {
        let file = try AtomicFile(path: path, replacing: mayReplace)
        defer { file.abandon() }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { writeBytes(file.descriptor, $0.baseAddress, $0.count) }
            if written < 0 {
                if errno == EINTR { continue }
                throw .system(.write, errno: errno)
            }
            rest = rest.dropFirst(written)
        }
        try file.commit()
    }
}

/// The system's `write`, by another name than the method's.
private func writeBytes(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
