import Codecs

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Files that are read and written whole: models, checkpoints, logs.
enum WholeFile {
    /// Written beside and renamed, so that there is always a whole one under the name.
    static func write(_ bytes: [UInt8], to path: String, replacing: Bool) throws(CodecError) {
        let file = try AtomicFile(path: path, replacing: replacing)
        defer { file.abandon() }
        try write(bytes, to: file.descriptor)
        try file.commit()
    }

    /// The same; what goes wrong is told with the file's name.
    static func save(_ bytes: [UInt8], to path: String, replacing: Bool) throws(Complaint) {
        do {
            try write(bytes, to: path, replacing: replacing)
        } catch {
            throw Complaint(error.message(for: path), status: error.fault == .caller ? .misuse : .failed)
        }
    }

    /// Whether a file can be made under this name, told before there is anything to put into it; nothing is left behind.
    static func check(_ path: String) throws(Complaint) {
        do {
            try AtomicFile(path: path, replacing: true).abandon()
        } catch {
            throw Complaint(error.message(for: path), status: .failed)
        }
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) throws(CodecError) {
        var done = 0
        while done < bytes.count {
            let wrote = bytes.withUnsafeBytes { all in
                writeBytes(descriptor, all.baseAddress.map { $0 + done }, all.count - done)
            }
            if wrote < 0 {
                if errno == EINTR { continue }
                throw .system(.write, errno: errno)
            }
            done += wrote
        }
    }

    /// Takes a file away that is no longer of use; one that is not there is fine.
    static func remove(_ path: String) { unlink(path) }
}

private func writeBytes(_ descriptor: Int32, _ buffer: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, buffer, count)
}
