import Pixels
import Programs

/// A picture row by row.
final class PictureRows: RowSource {
    let header: PictureHeader
    private var rest: ArraySlice<UInt8>

    init(_ picture: Raster) { (header, rest) = (picture.header, picture.bytes[...]) }

    func readRows(_ count: Int, into buffer: UnsafeMutableRawBufferPointer) {
        buffer.copyBytes(from: rest.prefix(count * header.bytesPerRow))
        rest = rest.dropFirst(count * header.bytesPerRow)
    }
}
