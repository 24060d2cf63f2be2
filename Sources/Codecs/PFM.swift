import Pixels

// PFM: `PF` (RGB) or `Pf` (grey), width, height and a scale whose sign is the byte order (negative is little-endian),
// each ending in one white-space character; then 32-bit floats, the bottom row first. The scale's size is ignored, as
// it is by most readers. What follows the last sample is refused: the header would be lying about the size.

/// PFM rows; held whole, because the top row is stored last.
final class PFMDecoder: RowDecoder {
    let header: PictureHeader
    let warnings: [String] = []
    private let source: ByteSource
    private let isBigEndian: Bool
    private var samples: [UInt8] = []
    private var rowsDone = 0

    init(_ source: ByteSource, limits: Limits) throws(CodecError) {
        self.source = source
        let kind = try Self.word(source)
        guard kind == "PF" || kind == "Pf" else { throw .damaged(.pfm, "it begins with neither PF nor Pf") }
        let width = try Self.side(source, "width")
        let height = try Self.side(source, "height")
        guard let scale = Double(try Self.word(source)), scale.isFinite, scale != 0 else {
            throw .damaged(.pfm, "the scale is not a number other than 0")
        }
        isBigEndian = scale > 0
        header = PictureHeader(
            size: Size(width: width, height: height), channels: kind == "PF" ? .rgb : .gray, depth: .float32)
        try limits.check(header)
        try limits.checkWhole(header)
        if let remaining = source.remaining {
            let expected = header.bytesPerRow * height
            if remaining < expected { throw .truncated(.pfm) }
            if remaining > expected { throw .damaged(.pfm, "\(remaining - expected) bytes follow the last sample") }
        }
    }

    private static func word(_ source: ByteSource) throws(CodecError) -> String {
        var bytes: [UInt8] = []
        while let byte = try source.readByte() {
            if byte.isSpace {
                if bytes.isEmpty { continue }
                return String(decoding: bytes, as: UTF8.self)
            }
            bytes.append(byte)
            if bytes.count > 64 { throw .damaged(.pfm, "the header is not made of numbers") }
        }
        throw .truncated(.pfm)
    }

    private static func side(_ source: ByteSource, _ what: String) throws(CodecError) -> Int {
        guard let value = Int(try word(source)), (1...Int(Int32.max)).contains(value) else {
            throw .damaged(.pfm, "the \(what) is not a number above 0")
        }
        return value
    }

    func decodeRows(_ count: Int, into out: UnsafeMutableRawBufferPointer) throws(CodecError) {
        let stride = header.bytesPerRow
        if samples.isEmpty {
            guard let bytes = try source.readBytes(stride * header.size.height) else { throw .truncated(.pfm) }
            samples = bytes
        }
        for index in 0..<count {
            let fromBottom = header.size.height - 1 - rowsDone
            let row = out.row(index, stride: stride)
            row.copyBytes(from: samples[(fromBottom * stride)..<((fromBottom + 1) * stride)])
            let words = row.bindMemory(to: UInt32.self)
            if isBigEndian != (UInt32(bigEndian: 1) == 1) {
                for word in words.indices { words[word] = words[word].byteSwapped }
            }
            try row.checkFinite(.pfm, row: rowsDone, channels: header.channels.count)
            rowsDone += 1
        }
    }

    func finish() throws(CodecError) {
        if try source.readByte() != nil { throw .damaged(.pfm, "bytes follow the last sample") }
    }
}

extension UnsafeMutableRawBufferPointer {
    /// Throws at the first float of the row that is infinite or not a number.
    func checkFinite(_ format: PictureFormat, row: Int, channels: Int) throws(CodecError) {
        let values = bindMemory(to: Float.self)
        // 0 · x is NaN exactly where x is not finite: one sum tells whether the slow search is needed.
        var sum: Float = 0
        for value in values { sum += value * 0 }
        if sum == 0 { return }
        if let index = values.firstIndex(where: { !$0.isFinite }) {
            throw .nonFinite(format, column: index / channels, row: row, channel: index % channels)
        }
    }
}

/// Writes little-endian PFM; held whole, because the bottom row goes first.
final class PFMEncoder: RowEncoder {
    private let sink: ByteSink
    private let header: PictureHeader
    private var rows: [UInt8] = []
    let warnings: [String]

    init(_ header: PictureHeader, options: EncodingOptions, sink: ByteSink) throws(CodecError) {
        self.sink = sink
        self.header = header
        try Limits(maxMemory: options.maxMemory).checkWhole(header)
        warnings = header.metadata.lossWarnings(.pfm)
        let kind = header.channels.count == 3 ? "PF" : "Pf"
        try sink.write(Array("\(kind)\n\(header.size.width) \(header.size.height)\n-1.0\n".utf8))
    }

    func encodeRows(_ count: Int, from rows: UnsafeRawBufferPointer) throws(CodecError) {
        for offset in stride(from: 0, to: rows.count, by: 4) {
            let bits = rows.loadUnaligned(fromByteOffset: offset, as: UInt32.self).littleEndian
            withUnsafeBytes(of: bits) { self.rows.append(contentsOf: $0) }
        }
    }

    func finish() throws(CodecError) {
        let stride = header.bytesPerRow
        for y in (0..<header.size.height).reversed() {
            try sink.write(Array(rows[(y * stride)..<((y + 1) * stride)]))
        }
    }
}
