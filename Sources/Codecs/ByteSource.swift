#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where encoded bytes come from: a file descriptor (a pipe will do) or memory. The file's position is never moved
/// but by reading in order.
final class ByteSource {
    private enum Origin {
        case descriptor(Int32, isOwned: Bool)
        case memory([UInt8])
    }

    static let bufferSize = 256 * 1024

    private let origin: Origin
    private let chunkSize: Int
    private let buffer: UnsafeMutableRawBufferPointer
    /// Where in a regular file the first byte was; nil where bytes can only be read in order.
    private let firstByte: Int?
    // Unread bytes are buffer[start..<end].
    private var start = 0
    private var end = 0
    private var taken = 0
    /// Why a refill asked for by C failed: C itself can only say that it did.
    var failure: CodecError?

    /// Reads from `descriptor` and closes it at the end of its own life if it `isOwned`.
    init(descriptor: Int32, isOwned: Bool) {
        origin = .descriptor(descriptor, isOwned: isOwned)
        let position = lseek(descriptor, 0, SEEK_CUR)
        firstByte = position >= 0 ? Int(position) : nil
        chunkSize = Self.bufferSize
        buffer = .allocate(byteCount: Self.bufferSize, alignment: 64)
    }

    /// Reads from memory, lending at most `chunkSize` bytes at a time.
    init(bytes: [UInt8], chunkSize: Int = ByteSource.bufferSize) {
        precondition(chunkSize > 0, "a chunk holds at least one byte, not \(chunkSize)")
        origin = .memory(bytes)
        firstByte = 0
        self.chunkSize = min(chunkSize, Self.bufferSize)
        buffer = .allocate(byteCount: Self.bufferSize, alignment: 64)
    }

    deinit {
        buffer.deallocate()
        if case .descriptor(let descriptor, isOwned: true) = origin { close(descriptor) }
    }

    /// Bytes still to come, where that can be known without reading: in memory and in regular files.
    var remaining: Int? {
        switch origin {
        case .memory(let bytes): return bytes.count - taken + (end - start)
        case .descriptor(let descriptor, _):
            var status = stat()
            guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
            let position = lseek(descriptor, 0, SEEK_CUR)
            guard position >= 0 else { return nil }
            return max(0, Int(status.st_size) - Int(position)) + (end - start)
        }
    }

    /// Whether `readAhead` works: in memory and in regular files.
    var canReadAhead: Bool { firstByte != nil && remaining != nil }

    /// `count` bytes from the start of the file plus `position`, or nil where there are fewer; reading in order goes on
    /// as if nothing had happened.
    func readAhead(at position: Int, count: Int) -> [UInt8]? {
        guard let firstByte else { return nil }
        switch origin {
        case .memory(let bytes):
            guard count <= bytes.count - position else { return nil }
            return Array(bytes[position..<(position + count)])
        case .descriptor(let descriptor, _):
            var bytes = [UInt8](repeating: 0, count: count)
            let got = bytes.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress, count, off_t(firstByte + position))
            }
            return got == count ? bytes : nil
        }
    }

    /// Fills `out` with what lies at `position` in the file, as far as it reaches; for files that are read in any order.
    func read(at position: Int, into out: UnsafeMutableRawBufferPointer) throws(CodecError) -> Int {
        guard let firstByte else { return 0 }
        switch origin {
        case .memory(let bytes):
            guard position < bytes.count else { return 0 }
            let count = min(out.count, bytes.count - position)
            out.copyBytes(from: bytes[position..<(position + count)])
            return count
        case .descriptor(let descriptor, _):
            var done = 0
            while done < out.count {
                let (place, overflow) = position.addingReportingOverflow(firstByte + done)
                guard !overflow, let base = out.baseAddress else { break }
                let got = pread(descriptor, base + done, out.count - done, off_t(place))
                if got < 0, errno == EINTR { continue }
                if got < 0 { throw .system(.read, errno: errno) }
                if got == 0 { break }
                done += got
            }
            return done
        }
    }

    /// All bytes from here on, of which there may be `most`.
    func readAll(most: Int) throws(CodecError) -> [UInt8] {
        var bytes: [UInt8] = []
        if let remaining {
            guard remaining <= most else { throw .overLimit(.memory, found: remaining, allowed: most) }
            bytes.reserveCapacity(remaining)
        }
        while true {
            let lent = try next()
            if lent.isEmpty { return bytes }
            guard lent.count <= most - bytes.count else { throw .overLimit(.memory, found: nil, allowed: most) }
            bytes.append(contentsOf: lent)
        }
    }

    /// Lends the bytes that come next, as many as are at hand, and counts them as read; empty at the end. Valid until the
    /// next call.
    func next(atMost most: Int = bufferSize) throws(CodecError) -> UnsafeRawBufferPointer {
        if start == end { try fill() }
        let lent = buffer[start..<min(end, start + most)]
        start = lent.endIndex
        return UnsafeRawBufferPointer(rebasing: lent)
    }

    /// Makes the last `count` bytes that were lent unread again.
    func putBack(_ count: Int) {
        precondition(count <= start, "\(count) bytes cannot be put back, at most \(start) were lent")
        start -= count
    }

    /// The first bytes, still unread: fewer than `count` only where the whole file is shorter.
    func peek(_ count: Int) throws(CodecError) -> [UInt8] {
        precondition(count <= Self.bufferSize, "at most \(Self.bufferSize) bytes can be peeked at, not \(count)")
        while end - start < count {
            let before = end
            try fill()
            if end == before { break }
        }
        return Array(buffer[start..<min(end, start + count)])
    }

    func readByte() throws(CodecError) -> UInt8? {
        if start == end {
            try fill()
            if start == end { return nil }
        }
        defer { start += 1 }
        return buffer[start]
    }

    /// Fills `out` as far as the bytes reach; returns how many there were.
    func read(into out: UnsafeMutableRawBufferPointer) throws(CodecError) -> Int {
        var done = 0
        while done < out.count {
            if start == end, out.count - done >= chunkSize, case .descriptor(let descriptor, _) = origin {
                // More than the buffer holds goes past it.
                let got = try Self.readSome(descriptor, into: UnsafeMutableRawBufferPointer(rebasing: out[done...]))
                if got == 0 { break }
                done += got
                continue
            }
            if start == end {
                try fill()
                if start == end { break }
            }
            let part = min(out.count - done, end - start)
            UnsafeMutableRawBufferPointer(rebasing: out[done..<(done + part)])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[start..<(start + part)]))
            start += part
            done += part
        }
        return done
    }

    /// The next `count` bytes, or nil if there are fewer; memory grows with what arrives, not with what was promised.
    func readBytes(_ count: Int) throws(CodecError) -> [UInt8]? {
        if let remaining, remaining < count { return nil }
        var bytes: [UInt8] = []
        while bytes.count < count {
            let lent = try next()
            if lent.isEmpty { return nil }
            let part = min(lent.count, count - bytes.count)
            bytes.append(contentsOf: lent[..<part])
            putBack(lent.count - part)
        }
        return bytes
    }

    /// Puts more bytes behind the unread ones; leaves `end` alone at the end of the file.
    private func fill() throws(CodecError) {
        if start == end {
            start = 0
            end = 0
        }
        let room = min(chunkSize, buffer.count - end)
        switch origin {
        case .memory(let bytes):
            let part = min(room, bytes.count - taken)
            bytes.withUnsafeBytes { all in
                buffer[end..<(end + part)].copyBytes(from: all[taken..<(taken + part)])
            }
            taken += part
            end += part
        case .descriptor(let descriptor, _):
            let space = UnsafeMutableRawBufferPointer(rebasing: buffer[end..<(end + room)])
            end += try Self.readSome(descriptor, into: space)
        }
    }

    private static func readSome(_ descriptor: Int32, into space: UnsafeMutableRawBufferPointer) throws(CodecError)
        -> Int
    {
        while true {
            let got = systemRead(descriptor, space)
            if got >= 0 { return got }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                _ = poll(&waiting, 1, -1)
            default: throw .system(.read, errno: errno)
            }
        }
    }
}

/// The system's read, whose name the methods above hide.
private func systemRead(_ descriptor: Int32, _ space: UnsafeMutableRawBufferPointer) -> Int {
    read(descriptor, space.baseAddress, space.count)
}
