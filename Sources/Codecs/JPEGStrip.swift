import CImageCodecs
import Pixels

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How a picture's rows are cut into strips, between which stand restart markers. Depends on the picture alone, so the
/// bytes do not depend on the threads.
struct JPEGStripLayout {
    let rowsPerStrip: Int
    /// In MCUs, the blocks of samples that are coded together; 0 where the picture is one strip.
    let restartInterval: Int

    /// So much that starting a compressor is nothing beside using it.
    private static let stripBytes = 1 << 20
    /// A smaller picture is packed sooner than a second thread is there.
    private static let smallestCut = 1 << 20
    /// What the marker that announces restarts can hold.
    private static let longestInterval = 65535

    init(_ header: PictureHeader, sampling: (h: Int, v: Int)) {
        let size = header.size
        guard let area = size.area, area >= Self.smallestCut else {
            rowsPerStrip = size.height
            restartInterval = 0
            return
        }
        // The blocks of a single channel are coded one by one, whatever its sampling.
        let unit = header.channels.count == 1 ? (h: 8, v: 8) : (h: 8 * sampling.h, v: 8 * sampling.v)
        let unitsPerRow = (size.width + unit.h - 1) / unit.h
        let wanted = Self.stripBytes / (header.bytesPerRow * unit.v)
        let unitRows = min(max(1, wanted), Self.longestInterval / unitsPerRow)
        rowsPerStrip = min(unitRows * unit.v, size.height)
        restartInterval = rowsPerStrip == size.height ? 0 : unitRows * unitsPerRow
    }
}

/// Some rows on their way into a JPEG.
final class JPEGStrip: StripPacker {
    private let bytes: UnsafeMutableRawPointer
    private let rowBytes: Int
    private let writer: JPEGBlockWriter
    private(set) var rows = 0
    /// What `pack` made: entropy-coded bytes.
    private(set) var packed = UnsafeRawBufferPointer(start: nil, count: 0)

    init(_ layout: JPEGStripLayout, _ header: PictureHeader, components: [kc_jpeg_component]) throws(CodecError) {
        rowBytes = header.bytesPerRow
        guard let bytes = malloc(layout.rowsPerStrip * rowBytes) else { throw .outOfMemory }
        self.bytes = bytes
        writer = JPEGBlockWriter(components, width: header.size.width, lanes: highestLanes())
    }

    deinit { free(bytes) }

    func clear() { rows = 0 }

    /// Takes `count` rows, for which there must be room.
    func add(_ count: Int, from rows: UnsafeRawBufferPointer) {
        guard let start = rows.baseAddress else { return }
        (bytes + self.rows * rowBytes).copyMemory(from: start, byteCount: count * rowBytes)
        self.rows += count
    }

    func pack() throws(CodecError) {
        packed = writer.write(UnsafePointer(bytes.assumingMemoryBound(to: UInt8.self)), count: rows)
    }
}
