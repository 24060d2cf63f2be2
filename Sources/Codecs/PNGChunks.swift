import CLibISAL

// A PNG is a signature and chunks. A chunk is the length of its data, four letters, the data, and the CRC-32 of letters
// and data; numbers are big-endian. The case of the first letter says whether a decoder must understand it.

/// What stands in front of a chunk's data.
struct PNGChunkHead: Hashable {
    static let size = 8
    static let crcSize = 4
    private static let longest = Int(Int32.max)

    let length: Int
    let letters: [UInt8]

    init(_ bytes: [UInt8]) throws(CodecError) {
        length = bytes[..<4].reduce(0) { $0 << 8 | Int($1) }
        letters = Array(bytes[4...])
        guard length <= Self.longest else {
            throw .damaged(.png, "a chunk claims \(length) bytes, more than PNG allows")
        }
        guard letters.allSatisfy({ (0x41...0x5A).contains($0 & 0xDF) }) else {
            throw .damaged(.png, "a chunk's name is not made of letters")
        }
    }

    var name: String { String(decoding: letters, as: UTF8.self) }
    var isCritical: Bool { letters[0] & 0x20 == 0 }
    var holdsPixels: Bool { name == "IDAT" }
    var bytes: [UInt8] { UInt32(truncatingIfNeeded: length).bigEndianBytes + letters }
}

extension UInt32 {
    var bigEndianBytes: [UInt8] { Swift.withUnsafeBytes(of: bigEndian) { Array($0) } }
}

/// Goes from chunk to chunk of a source, checking every checksum.
struct PNGChunks {
    private let source: ByteSource
    private(set) var head: PNGChunkHead
    /// Bytes of the data not read yet.
    private(set) var left: Int
    /// The checksum of what was read of this chunk so far.
    private(set) var crc: UInt32

    /// `head` is that of a chunk whose data comes next.
    init(_ source: ByteSource, inside head: PNGChunkHead) {
        self.source = source
        self.head = head
        left = head.length
        crc = head.letters.withUnsafeBytes { Self.crc(0, $0) }
    }

    /// Lends what comes next of this chunk's data; empty only where none is left. Valid until the next call.
    mutating func next(atMost most: Int = ByteSource.bufferSize) throws(CodecError) -> UnsafeRawBufferPointer {
        if left == 0 { return UnsafeRawBufferPointer(start: nil, count: 0) }
        let part = try source.next(atMost: min(left, most))
        if part.isEmpty { throw .truncated(.png) }
        left -= part.count
        crc = Self.crc(crc, part)
        return part
    }

    /// Reads over the rest of the data; whether its checksum is right.
    mutating func finish() throws(CodecError) -> Bool {
        while left > 0 { _ = try next() }
        return try read(PNGChunkHead.crcSize).reduce(0) { $0 << 8 | UInt32($1) } == crc
    }

    /// Goes to the next chunk's data. The one before it is finished.
    mutating func advance() throws(CodecError) {
        self = PNGChunks(source, inside: try PNGChunkHead(read(PNGChunkHead.size)))
    }

    private func read(_ count: Int) throws(CodecError) -> [UInt8] {
        guard let bytes = try source.readBytes(count) else { throw .truncated(.png) }
        return bytes
    }

    private static func crc(_ crc: UInt32, _ bytes: UnsafeRawBufferPointer) -> UInt32 {
        crc32_gzip_refl(crc, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(bytes.count))
    }
}
