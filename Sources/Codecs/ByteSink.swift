#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where encoded bytes go: a file descriptor (a pipe will do) or memory. Nothing is ever sought.
public final class ByteSink {
    private let descriptor: Int32?
    private var pending: [UInt8] = []
    /// Why a write asked for by C failed: C itself can only say that it did.
    var failure: CodecError?

    private static let bufferSize = 256 * 1024

    /// Collects the bytes in `bytes`.
    public init() { descriptor = nil }

    /// Writes to `descriptor`, which stays open. A reader that went away is an error only where SIGPIPE is ignored.
    public init(descriptor: Int32) {
        self.descriptor = descriptor
        pending.reserveCapacity(Self.bufferSize)
    }

    /// What was written so far, if to memory.
    public var bytes: [UInt8] { descriptor == nil ? pending : [] }

    func write(_ bytes: UnsafeRawBufferPointer) throws(CodecError) {
        guard let descriptor else {
            pending.append(contentsOf: bytes)
            return
        }
        if pending.count + bytes.count > Self.bufferSize { try flush() }
        if bytes.count >= Self.bufferSize {
            try Self.writeAll(bytes, to: descriptor)
        } else {
            pending.append(contentsOf: bytes)
        }
    }

    package func write(_ bytes: [UInt8]) throws(CodecError) {
        try bytes.lend { bytes throws(CodecError) in try write(bytes) }
    }

    /// Hands everything held back to the descriptor.
    package func flush() throws(CodecError) {
        guard let descriptor, !pending.isEmpty else { return }
        try pending.lend { bytes throws(CodecError) in try Self.writeAll(bytes, to: descriptor) }
        pending.removeAll(keepingCapacity: true)
    }

    private static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws(CodecError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            let done = systemWrite(descriptor, part)
            if done >= 0 {
                rest = rest.dropFirst(done)
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&waiting, 1, -1)
            default: throw .system(.write, errno: errno)
            }
        }
    }
}

/// The system's write, whose name the methods above hide.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    write(descriptor, bytes.baseAddress, bytes.count)
}
