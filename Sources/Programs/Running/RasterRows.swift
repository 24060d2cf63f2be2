import Pixels

/// A picture in memory as a source of rows.
final class RasterSource: RowSource {
    let raster: Raster
    private var next = 0

    init(_ raster: Raster) { self.raster = raster }

    var header: PictureHeader { raster.header }

    func readRows(_ count: Int, into buffer: UnsafeMutableRawBufferPointer) {
        let size = count * header.bytesPerRow
        raster.bytes.withUnsafeBytes { bytes in
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[next..<next + size]))
        }
        next += size
    }
}

/// Collects rows into a picture.
final class RasterSink: RowSink {
    private let header: PictureHeader
    private var bytes: [UInt8]

    init(_ header: PictureHeader) {
        self.header = header
        bytes = [UInt8](unsafeUninitializedCapacity: header.bytesPerRow * header.size.height) { room, _ in
            UnsafeMutableRawBufferPointer(room).preferLargePages()
        }
    }

    func writeRows(_ count: Int, from buffer: UnsafeRawBufferPointer) {
        bytes.append(contentsOf: buffer[..<(count * header.bytesPerRow)])
    }

    func finish() {}

    var raster: Raster { Raster(header: header, bytes: bytes) }
}
