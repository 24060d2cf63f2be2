import CLanes
import Pixels

/// PNM rows. Samples are scaled to the full 8 or 16 bits, rounded to nearest; bits become 0 and 255.
///
/// The first picture of a file is read; what follows it, which may be further pictures, is left alone with a warning.
final class PNMDecoder: RowDecoder {
    private let source: ByteSource
    private let layout: PNMHeader
    let header: PictureHeader
    private(set) var warnings: [String] = []
    private var packedRow: [UInt8] = []
    private let lanes = highestLanes()

    init(_ source: ByteSource, limits: Limits) throws(CodecError) {
        self.source = source
        layout = try PNMHeader(from: source)
        header = PictureHeader(size: layout.size, channels: layout.channels, depth: layout.depth)
        try limits.check(header)
        // The shortest such a file can be.
        let rowBytes =
            switch layout.encoding {
            case .packedBits: (layout.size.width + 7) / 8
            case .bitsInDecimal: layout.size.width
            case .decimal: layout.size.width * layout.channels.count
            case .raw: header.bytesPerRow
            }
        let (total, overflow) = rowBytes.multipliedReportingOverflow(by: layout.size.height)
        if let remaining = source.remaining, overflow || remaining < total { throw .truncated(.pnm) }
    }

    func decodeRows(_ count: Int, into out: UnsafeMutableRawBufferPointer) throws(CodecError) {
        switch layout.encoding {
        case .raw: try readRaw(out)
        case .packedBits: try eachRow(of: out, readPackedBits)
        case .bitsInDecimal: try eachRow(of: out, readBits)
        case .decimal: try eachRow(of: out, readNumbers)
        }
    }

    private func eachRow(
        of out: UnsafeMutableRawBufferPointer, _ read: (UnsafeMutableRawBufferPointer) throws(CodecError) -> Void
    ) throws(CodecError) {
        let stride = header.bytesPerRow
        for index in 0..<(out.count / stride) { try read(out.row(index, stride: stride)) }
    }

    func finish() throws(CodecError) {
        let isText = layout.encoding == .decimal || layout.encoding == .bitsInDecimal
        if let remaining = source.remaining, remaining > (isText ? 2 : 0) {
            warnings.append("\(remaining) bytes follow the picture and were not read")
        }
    }

    /// Any number of rows: in one piece, so that the source need not copy them.
    private func readRaw(_ rows: UnsafeMutableRawBufferPointer) throws(CodecError) {
        guard try source.read(into: rows) == rows.count else { throw .truncated(.pnm) }
        let samples = rows.bindMemory(to: UInt16.self)
        if layout.depth == .uint16, let first = samples.baseAddress {
            lanes.pointee.swap_samples(first, first, samples.count)
        }
        try scale(rows)
    }

    private func readNumbers(_ row: UnsafeMutableRawBufferPointer) throws(CodecError) {
        for index in 0..<(layout.size.width * layout.channels.count) {
            let value = try PNMHeader.number(from: source, "sample")
            guard value <= layout.maxValue else { throw tooLarge(value) }
            if layout.depth == .uint16 {
                row.storeBytes(of: UInt16(value), toByteOffset: index * 2, as: UInt16.self)
            } else {
                row[index] = UInt8(value)
            }
        }
        try scale(row)
    }

    private func scale(_ row: UnsafeMutableRawBufferPointer) throws(CodecError) {
        let largest = layout.maxValue
        if layout.depth == .uint8 {
            if largest == 255 { return }
            for index in row.indices {
                let value = Int(row[index])
                guard value <= largest else { throw tooLarge(value) }
                row[index] = UInt8((value * 255 + largest / 2) / largest)
            }
        } else {
            if largest == 65535 { return }
            let samples = row.bindMemory(to: UInt16.self)
            for index in samples.indices {
                let value = Int(samples[index])
                guard value <= largest else { throw tooLarge(value) }
                samples[index] = UInt16((value * 65535 + largest / 2) / largest)
            }
        }
    }

    private func tooLarge(_ value: Int) -> CodecError {
        .damaged(.pnm, "a sample is \(value), above the largest value of \(layout.maxValue)")
    }

    private func readPackedBits(_ row: UnsafeMutableRawBufferPointer) throws(CodecError) {
        if packedRow.isEmpty { packedRow = [UInt8](repeating: 0, count: (layout.size.width + 7) / 8) }
        let got = try packedRow.lendMutable { bytes throws(CodecError) in try source.read(into: bytes) }
        guard got == packedRow.count else { throw .truncated(.pnm) }
        for x in row.indices {
            let isBlack = packedRow[x / 8] >> (7 - x % 8) & 1 == 1
            row[x] = isBlack ? 0 : 255
        }
    }

    /// Digits of a plain bitmap need no space between them.
    private func readBits(_ row: UnsafeMutableRawBufferPointer) throws(CodecError) {
        for x in row.indices {
            var byte = try source.readByte()
            while let current = byte, current.isSpace || current == UInt8(ascii: "#") {
                if current == UInt8(ascii: "#") {
                    while let skipped = try source.readByte(), skipped != UInt8(ascii: "\n") {}
                }
                byte = try source.readByte()
            }
            switch byte {
            case UInt8(ascii: "0"): row[x] = 255
            case UInt8(ascii: "1"): row[x] = 0
            case nil: throw .truncated(.pnm)
            default: throw .damaged(.pnm, "a bit is neither 0 nor 1")
            }
        }
    }
}
