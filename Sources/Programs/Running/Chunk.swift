import Pixels

/// A few raw rows on their way between a codec and the filter. One thread has it at a time; a semaphore hands it over.
final class Chunk {
    let bytes: UnsafeMutableRawBufferPointer
    var rows = 0
    /// What went wrong with these rows.
    var failure: (any Error)?

    init(byteCount: Int) { bytes = .allocate(byteCount: max(byteCount, 1), alignment: 64) }

    deinit { bytes.deallocate() }

    /// Rows of a chunk: about a quarter of a million samples, which stay in the cache between two threads.
    static func height(for header: PictureHeader) -> Int {
        max(1, min(header.size.height, (1 << 18) / max(1, header.size.width * header.channels.count)))
    }

    /// Whether so many rows may be one chunk: more would be too much memory, three times.
    static func holds(_ rows: Int, of header: PictureHeader) -> Bool { rows <= (5 << 18) / max(1, header.bytesPerRow) }

    /// Chunks in flight: one is filled, one is used, and the others even out the difference, as codecs work in bursts; with three
    /// the processors stood idle in between. Not much more than a megabyte of them.
    static func inFlight(_ byteCount: Int) -> Int { max(3, min(5, (5 << 18) / max(1, byteCount))) }
}
