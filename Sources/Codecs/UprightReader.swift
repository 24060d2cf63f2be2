import Pixels

extension PictureReader {
    /// The picture as it is to be looked at: turned where its EXIF block says so.
    public func upright(limits: Limits) throws(CodecError) -> any RowSource {
        header.metadata.orientation == .upright ? self : try UprightReader(self, limits: limits)
    }
}

/// A picture turned as its EXIF block says, whose tag then says that it is upright. It is held whole: its first row may
/// be the last that is stored.
public final class UprightReader: RowSource {
    public let header: PictureHeader
    private let reader: PictureReader
    private let limits: Limits
    private var stored: Raster?
    private var next = 0

    /// - Throws: a `CodecError` where the picture may not be held whole.
    public init(_ reader: PictureReader, limits: Limits) throws(CodecError) {
        try limits.checkWhole(reader.header)
        var header = reader.header
        header.metadata = header.metadata.turnedUpright
        if reader.header.metadata.orientation.swapsAxes {
            header.size = Size(width: header.size.height, height: header.size.width)
        }
        self.header = header
        self.reader = reader
        self.limits = limits
    }

    public func readRows(_ count: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
        let raster = try stored ?? reader.readAll(limits: limits)
        stored = raster
        raster.bytes.withUnsafeBytes { bytes in
            for row in 0..<count { copy(next + row, from: bytes, into: buffer.row(row, stride: header.bytesPerRow)) }
        }
        next += count
        if next == header.size.height { stored = nil }
    }

    private func copy(_ row: Int, from bytes: UnsafeRawBufferPointer, into out: UnsafeMutableRawBufferPointer) {
        let orientation = reader.header.metadata.orientation
        let (width, height) = (reader.header.size.width, reader.header.size.height)
        let pixel = header.channels.count * header.depth.bytesPerSample
        for column in 0..<header.size.width {
            let (x, y) = orientation.swapsAxes ? (row, column) : (column, row)
            let sourceX = orientation.beginsRight ? width - 1 - x : x
            let sourceY = orientation.beginsBelow ? height - 1 - y : y
            let (from, to) = ((sourceY * width + sourceX) * pixel, column * pixel)
            for byte in 0..<pixel { out[to + byte] = bytes[from + byte] }
        }
    }
}
