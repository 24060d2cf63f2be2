import CImageCodecs
import Pixels

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How a picture's rows are cut into strips. Depends on the picture alone, so the bytes do not depend on the threads.
struct PNGStripLayout {
    let rowBytes: Int
    /// From a byte to the one of the same channel in the pixel on its left.
    let step: Int
    /// Bytes of a row that a strip holds: all of them, unless the row is very long.
    let lineBytes: Int
    let rowsPerStrip: Int

    /// Strips of this size lose nothing measurable against one stream; the deflater's window is an eighth of it.
    private static let stripBytes = 256 * 1024
    /// A row up to this length is not cut.
    private static let longestLine = 1024 * 1024

    init(_ header: PictureHeader) {
        rowBytes = header.bytesPerRow
        step = header.channels.count * header.depth.bytesPerSample
        lineBytes = rowBytes <= Self.longestLine ? rowBytes : Self.stripBytes / step * step
        rowsPerStrip = min(max(1, Self.stripBytes / (lineBytes + 1)), header.size.height)
    }

    var cutsRows: Bool { lineBytes < rowBytes }
}

/// Some rows on their way into a PNG, or a piece of a very long one: filtered, deflated, summed.
final class PNGStrip: StripPacker {
    // lines (1 + rows, step + lineBytes): what is above, then the rows, each with its left neighbours in front
    // filtered (rows, 1 + lineBytes)
    private let layout: PNGStripLayout
    private let filters: PNGFilters
    private let lines: UnsafeMutablePointer<UInt8>
    private let filtered: UnsafeMutablePointer<UInt8>
    private let packer: PNGPacker
    private(set) var rows = 0
    private var bytes = 0
    /// A piece of a row takes the filter that was chosen for the row, and only the first piece names it.
    private var piece: (filter: UInt32, isFirst: Bool)?
    var isLast = false

    /// What `pack` made: a stretch of a deflate stream, in a buffer with room in front and behind.
    private(set) var packed = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    private(set) var filteredCount = 0
    private(set) var checksum: UInt32 = 0

    init(_ layout: PNGStripLayout, filters: PNGFilters, effort: Int) throws(CodecError) {
        self.layout = layout
        self.filters = filters
        let filteredBytes = layout.rowsPerStrip * (1 + layout.lineBytes)
        let lines = calloc(1 + layout.rowsPerStrip, layout.step + layout.lineBytes)
        let filtered = malloc(filteredBytes)
        guard let lines, let filtered, let packer = PNGPacker(effort: effort, most: filteredBytes) else {
            free(lines)
            free(filtered)
            throw .outOfMemory
        }
        self.lines = lines.assumingMemoryBound(to: UInt8.self)
        self.filtered = filtered.assumingMemoryBound(to: UInt8.self)
        self.packer = packer
    }

    deinit {
        free(lines)
        free(filtered)
    }

    /// Empties the strip. Line 0 and rows of `bytes` bytes are to follow, no more of them than the layout's.
    func begin(bytes: Int, piece: (filter: UInt32, isFirst: Bool)? = nil) {
        rows = 0
        self.bytes = bytes
        self.piece = piece
        isLast = false
    }

    /// Line `rows` + 1 is one more row; returns whether there is room for another.
    func addRow() -> Bool {
        rows += 1
        return rows < layout.rowsPerStrip
    }

    /// The start of line `index`, 0 being the one above the rows. The `step` bytes in front are 0 until written.
    func line(_ index: Int) -> UnsafeMutablePointer<UInt8> {
        lines + index * (layout.step + layout.lineBytes) + layout.step
    }

    func pack() throws(CodecError) {
        var out = filtered
        for row in 1...rows {
            let filter = piece?.filter ?? filters.choice(line(row), above: line(row - 1), step: layout.step, bytes)
            if piece?.isFirst ?? true {
                out.pointee = UInt8(filter)
                out += 1
            }
            filters.apply(filter, to: line(row), above: line(row - 1), step: layout.step, bytes, into: out)
            out += bytes
        }
        filteredCount = out - filtered
        checksum = kc_adler(filtered, filteredCount)
        packed = packer.pack(UnsafeBufferPointer(start: filtered, count: filteredCount), isLast: isLast)
    }
}
