import CLanes

/// The rows of a PNG that is not interlaced, as they are stored: chunks, inflate, filters.
///
/// Holds a window of unpacked rows, and two finished ones.
final class PNGPixels {
    private static let windowSize = 192 * 1024
    private static let gatherSize = 64 * 1024

    private var chunks: PNGChunks
    private let inflater = Inflater()
    private let lanes: UnsafePointer<kern_lanes>
    private let rowBytes: Int
    private let step: Int

    // Unpacked and not yet read: window[start..<end], a filter byte and a filtered row in turn.
    private let window: UnsafeMutableRawBufferPointer
    private var start = 0
    private var end = 0
    /// What inflate has not taken yet, in the source's buffer or in `gathered`.
    private var input = UnsafeRawBufferPointer(start: nil, count: 0)
    private let gathered: UnsafeMutableRawBufferPointer
    private var isBehindPixels = false

    /// The row read last, and room for the next.
    private var previous: UnsafeMutableRawBufferPointer
    private var current: UnsafeMutableRawBufferPointer
    private(set) var warnings: [String] = []

    /// `chunks` is at the first chunk of pixels; `step` is the bytes from a sample to the next pixel's, at least 1.
    init(
        _ chunks: PNGChunks, rowBytes: Int, rows: Int, step: Int, lanes: UnsafePointer<kern_lanes>, limits: Limits
    ) throws(CodecError) {
        self.chunks = chunks
        self.lanes = lanes
        self.rowBytes = rowBytes
        self.step = step
        let (total, overflow) = (rowBytes + 1).multipliedReportingOverflow(by: rows)
        let size = max(rowBytes + 1, overflow ? Self.windowSize : min(total, Self.windowSize))
        try limits.checkMemory([size + 2 * rowBytes])
        window = .allocate(byteCount: size, alignment: 64)
        gathered = .allocate(byteCount: Self.gatherSize, alignment: 64)
        previous = .allocate(byteCount: rowBytes, alignment: 64)
        current = .allocate(byteCount: rowBytes, alignment: 64)
        previous.initializeMemory(as: UInt8.self, repeating: 0)
    }

    deinit {
        for buffer in [window, gathered, previous, current] { buffer.deallocate() }
    }

    /// Lends the next row until the one after it is read.
    func readRow() throws(CodecError) -> UnsafeRawBufferPointer {
        try unfilterRow(above: UnsafeRawBufferPointer(previous), into: current)
        swap(&previous, &current)
        return UnsafeRawBufferPointer(previous)
    }

    /// Puts the next rows into `out`.
    func readRows(_ count: Int, into out: UnsafeMutableRawBufferPointer) throws(CodecError) {
        var above = UnsafeRawBufferPointer(previous)
        for index in 0..<count {
            let row = out.row(index, stride: rowBytes)
            try unfilterRow(above: above, into: row)
            above = UnsafeRawBufferPointer(row)
        }
        if count > 0 { previous.copyMemory(from: above) }
    }

    /// After the last row: checks that the stream ends there, and tells where among the chunks that was.
    func finish() throws(CodecError) -> PNGChunks {
        (start, end) = (0, 0)
        while !inflater.isDone {
            if try unpack() > 0 { throw .damaged(.png, "IDAT: there is more data than the picture has pixels") }
        }
        if !input.isEmpty || (!isBehindPixels && chunks.left > 0) { warnings.append("IDAT: Extra compressed data") }
        return chunks
    }

    private func unfilterRow(above: UnsafeRawBufferPointer, into out: UnsafeMutableRawBufferPointer) throws(CodecError)
    {
        if end - start <= rowBytes { try fill() }
        let filter = window[start]
        guard filter <= 4 else { throw .damaged(.png, "a row has filter \(filter), and PNG has 0 to 4") }
        let filtered = UnsafeRawBufferPointer(window).bindMemory(to: UInt8.self)
        if let out = out.bindMemory(to: UInt8.self).baseAddress, let filtered = filtered.baseAddress,
            let above = above.bindMemory(to: UInt8.self).baseAddress
        {
            lanes.pointee.unfilter(out, UInt32(filter), filtered + (start + 1), above, step, rowBytes)
        }
        start += 1 + rowBytes
    }

    /// Unpacks until there is a row.
    private func fill() throws(CodecError) {
        window.copyMemory(from: UnsafeRawBufferPointer(rebasing: window[start..<end]))
        (start, end) = (0, end - start)
        while end <= rowBytes {
            if inflater.isDone { throw Self.tooShort }
            end += try unpack()
        }
    }

    /// Unpacks something behind `end`, which may be nothing; returns how much.
    private func unpack() throws(CodecError) -> Int {
        if input.isEmpty, inflater.needsInput { try gather() }
        do throws(Inflater.Damage) {
            return try inflater.inflate(&input, into: UnsafeMutableRawBufferPointer(rebasing: window[end...]))
        } catch {
            throw .damaged(.png, "IDAT: \(error.reason)")
        }
    }

    /// Makes the next data of the pixels `input`: lent where there is much, else put together, because inflate saves and
    /// restores 32 KiB with every call.
    private func gather() throws(CodecError) {
        var count = 0
        while count < gathered.count, try hasData() {
            let part = try chunks.next(atMost: count == 0 ? ByteSource.bufferSize : gathered.count - count)
            if part.count >= gathered.count / 2 && count == 0 {
                input = part
                return
            }
            UnsafeMutableRawBufferPointer(rebasing: gathered[count...]).copyMemory(from: part)
            count += part.count
        }
        if count == 0 { throw Self.tooShort }
        input = UnsafeRawBufferPointer(rebasing: gathered[..<count])
    }

    /// Goes on to the next chunk where this one is read; whether there is more of the pixels.
    private func hasData() throws(CodecError) -> Bool {
        while chunks.left == 0, !isBehindPixels {
            guard try chunks.finish() else { throw .damaged(.png, "IDAT: CRC error") }
            try chunks.advance()
            isBehindPixels = !chunks.head.holdsPixels
        }
        return !isBehindPixels
    }

    private static var tooShort: CodecError { .damaged(.png, "IDAT: the data ends before the picture does") }
}
