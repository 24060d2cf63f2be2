import Convolution
import Pixels

/// The same rows of two pictures at a time, as floats.
struct PairOfRows {
    private let sources: [any RowSource]
    private let converter: SampleConverter
    private let band: Int
    private(set) var first: Planes
    private(set) var second: Planes

    init(_ first: any RowSource, _ second: any RowSource, lanes: Lanes) {
        sources = [first, second]
        converter = SampleConverter(Machine(lanes: lanes, threads: 1))
        let shape = Shape(channels: first.header.channels.count, size: first.header.size)
        band = max(1, min(512, (1 << 18) / max(1, shape.width * shape.channels)))
        self.first = Planes(shape: shape, emptyWithRoomFor: band)
        self.second = self.first
    }

    /// The rows that are there now, or nil behind the last.
    mutating func next() throws -> Range<Int>? {
        let start = first.rows.upperBound
        let end = min(first.shape.height, start + band)
        guard start < end else { return nil }
        try load(sources[0], end - start, into: &first)
        try load(sources[1], end - start, into: &second)
        return start..<end
    }

    private func load(_ source: any RowSource, _ count: Int, into planes: inout Planes) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(1, count * source.header.bytesPerRow), alignment: 64)
        defer { buffer.deallocate() }
        try source.readRows(count, into: buffer)
        planes.dropRows(before: planes.rows.upperBound)
        converter.load(count, from: UnsafeRawBufferPointer(buffer), header: source.header, into: &planes)
    }
}
