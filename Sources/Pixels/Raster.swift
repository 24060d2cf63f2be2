/// A whole picture in memory, as decoded: interleaved rows of 8-bit, 16-bit or float samples, and its metadata.
public struct Raster: Hashable, Sendable {
    public var header: PictureHeader
    /// `header.size.height` rows of `header.bytesPerRow` bytes.
    public var bytes: [UInt8]

    public init(header: PictureHeader, bytes: [UInt8]) {
        precondition(
            bytes.count == header.size.height * header.bytesPerRow,
            "a \(header.size) raster holds \(header.size.height * header.bytesPerRow) bytes, not \(bytes.count)")
        self.header = header
        self.bytes = bytes
    }
}
