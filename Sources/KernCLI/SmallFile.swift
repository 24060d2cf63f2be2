import Codecs

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Files that are read whole because they are small: kernels as others write them.
enum SmallFile {
    /// A 4000x4000 kernel written out.
    private static let largest = 1 << 28

    /// `-` is stdin.
    static func bytes(of path: String) throws -> [UInt8] {
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        func complain() -> Complaint {
            Complaint(about: CodecError.system(.read, errno: errno), input: path, output: nil)
        }
        guard descriptor >= 0 else { throw complain() }
        defer { if path != "-" { close(descriptor) } }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor, &piece, piece.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw complain()
            }
            if count == 0 { return bytes }
            guard bytes.count + count <= largest else {
                throw Complaint("\(path) is larger than \(largest >> 20) MiB, which no kernel is", status: .failed)
            }
            bytes += piece[..<count]
        }
    }
}
