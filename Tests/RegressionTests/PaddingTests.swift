import Codecs
import Foundation
import Pixels
import Testing

/// Cameras fill a JPEG up to a whole block in front of its end, and djpeg reads such a file: kern once called it damaged.
@Suite struct PaddingTests {
    private func jpeg() throws -> [UInt8] {
        let size = Size(width: 20, height: 20)
        let header = PictureHeader(size: size, channels: .gray, depth: .uint8)
        let sink = ByteSink()
        let writer = try PictureWriter(.jpeg, header, to: sink)
        let bytes = (0..<400).map { UInt8(truncatingIfNeeded: $0 * 3) }
        try bytes.withUnsafeBytes { try writer.writeRows(20, from: $0) }
        try writer.finish()
        return sink.bytes
    }

    @Test(arguments: [1, 9, 100, 5000]) func `a JPEG padded in front of its end is read, and said to be`(
        count: Int
    ) throws {
        let bytes = try jpeg()
        let whole = try Raster.decode(bytes)
        let padded = Array(bytes.dropLast(2)) + [UInt8](repeating: 0, count: count) + bytes.suffix(2)
        let reader = try PictureReader(bytes: padded)
        #expect(try reader.readAll().bytes == whole.bytes)
        if count > 8 { #expect(reader.warnings.contains { $0.contains("extraneous") }) }
    }

    @Test func `rows that stand where padding would are damage`() throws {
        let bytes = try jpeg()
        let more = (0..<100).map { UInt8($0 * 2 + 1) }
        #expect(throws: CodecError.self) {
            _ = try Raster.decode(Array(bytes.dropLast(2)) + more + bytes.suffix(2))
        }
    }
}
