import Codecs
import Pixels

/// Reads a picture; one that can be read is written in every format that takes it, and reads back as it was.
enum PictureTarget: Target {
    /// Small enough that a bomb is quickly known for one.
    static let limits = Limits(
        maxPixels: 1 << 18, maxMemory: 16 << 20, maxChunkBytes: 1 << 16, maxChunks: 100, maxScans: 20)

    static func attempt(_ bytes: [UInt8]) throws {
        let raster = try Raster.decode(bytes, limits: limits)
        for format in PictureFormat.allCases
        where format.stores(raster.header.channels) && format.stores(raster.header.depth) {
            let sink = ByteSink()
            let writer = try PictureWriter(format, raster.header, to: sink)
            try raster.bytes.withUnsafeBytes { try writer.writeRows(raster.header.size.height, from: $0) }
            try writer.finish()
            // What was written is within any limit but these: they are for strangers.
            let again = try Result { try Raster.decode(sink.bytes) }.mapError { UnreadableResult(format, $0) }.get()
            precondition(again.header.size == raster.header.size, "\(format) has another size when read back")
            // A CSV has no depth, and one zero.
            let isSame = [.jpeg, .csv].contains(format) || again.bytes == raster.bytes
            precondition(isSame, "\(format) reads back otherwise")
        }
    }
}

/// kern's own file was refused: that is no answer but a find.
private struct UnreadableResult: Error {
    init(_ format: PictureFormat, _ error: any Error) {
        preconditionFailure("\(format) was written but cannot be read back: \(error)")
    }
}
