import CImageCodecs
import Pixels

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A PNG's pixels: rows in, IDAT chunks out, one for every strip; their contents are one zlib stream.
final class PNGPixelWriter {
    private let layout: PNGStripLayout
    private let filters: PNGFilters
    private let order: UpperByteFirst
    private let line: StripLine<PNGStrip>
    /// The row above the next strip.
    private let above: UnsafeMutablePointer<UInt8>
    private var strip: PNGStrip?
    private var rowsLeft: Int

    init(_ header: PictureHeader, options: EncodingOptions, sink: ByteSink) throws(CodecError) {
        rowsLeft = header.size.height
        let layout = PNGStripLayout(header)
        let filters = PNGFilters(effort: options.effort)
        self.layout = layout
        self.filters = filters
        order = UpperByteFirst(header.depth)
        let chunks = PNGPixelChunks(sink)
        line = StripLine(threads: options.threads) { () throws(CodecError) in
            try PNGStrip(layout, filters: filters, effort: options.effort)
        } deliver: { strip throws(CodecError) in
            try chunks.write(strip)
        }
        guard let above = calloc(layout.rowBytes, 1) else { throw .outOfMemory }
        self.above = above.assumingMemoryBound(to: UInt8.self)
    }

    deinit { free(above) }

    func add(_ count: Int, from rows: UnsafeRawBufferPointer) throws(CodecError) {
        guard var row = rows.baseAddress else { return }
        for _ in 0..<count {
            rowsLeft -= 1
            if layout.cutsRows { try addPieces(of: row) } else { try add(row) }
            row += layout.rowBytes
        }
    }

    func finish() throws(CodecError) { try line.drain() }

    var backlog: any Backlog { line.backlog }

    private func add(_ row: UnsafeRawPointer) throws(CodecError) {
        let strip = try open()
        let stored = strip.line(strip.rows + 1)
        order.store(row, layout.rowBytes, into: stored)
        if strip.addRow(), rowsLeft > 0 { return }
        above.update(from: stored, count: layout.rowBytes)
        strip.isLast = rowsLeft == 0
        self.strip = nil
        try line.submit()
    }

    /// The strip that takes the next row.
    private func open() throws(CodecError) -> PNGStrip {
        if let strip { return strip }
        let strip = try line.vacant()
        strip.begin(bytes: layout.rowBytes)
        strip.line(0).update(from: above, count: layout.rowBytes)
        self.strip = strip
        return strip
    }

    /// A row too long for a strip: the filter that suits its first piece is taken for all.
    private func addPieces(of row: UnsafeRawPointer) throws(CodecError) {
        var filter: UInt32?
        for start in stride(from: 0, to: layout.rowBytes, by: layout.lineBytes) {
            let count = min(layout.lineBytes, layout.rowBytes - start)
            let strip = try line.vacant()
            // What lies left of the picture is 0.
            let left = start == 0 ? 0 : layout.step
            if left == 0 {
                for index in 0...1 { (strip.line(index) - layout.step).update(repeating: 0, count: layout.step) }
            }
            strip.line(0).advanced(by: -left).update(from: above + start - left, count: count + left)
            order.store(row + start - left, count + left, into: strip.line(1) - left)
            let chosen =
                filter ?? filters.choice(strip.line(1), above: strip.line(0), step: layout.step, count)
            strip.begin(bytes: count, piece: (chosen, isFirst: filter == nil))
            _ = strip.addRow()
            filter = chosen
            strip.isLast = rowsLeft == 0 && start + count == layout.rowBytes
            try line.submit()
        }
        if rowsLeft > 0 { order.store(row, layout.rowBytes, into: above) }
    }
}

/// Puts the stretches of the deflate stream into chunks, and zlib's head and checksum around them.
private final class PNGPixelChunks {
    private let sink: ByteSink
    private var checksum: UInt32?

    init(_ sink: ByteSink) { self.sink = sink }

    func write(_ strip: PNGStrip) throws(CodecError) {
        guard var start = strip.packed.baseAddress else { return }
        var count = strip.packed.count
        func prepend(_ bytes: [UInt8]) {
            start -= bytes.count
            count += bytes.count
            start.copyMemory(from: bytes, byteCount: bytes.count)
        }
        func append(_ value: UInt32) {
            (start + count).storeBytes(of: value.bigEndian, as: UInt32.self)
            count += 4
        }
        if checksum == nil { prepend([0x78, 0x01]) }
        let joined = checksum.map { kc_adler_joined($0, strip.checksum, strip.filteredCount) } ?? strip.checksum
        checksum = joined
        if strip.isLast { append(joined) }
        let length = UInt32(count)
        prepend(Array("IDAT".utf8))
        append(kc_crc(start, count))
        prepend((0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) })
        try sink.write(UnsafeRawBufferPointer(start: start, count: count))
    }
}
