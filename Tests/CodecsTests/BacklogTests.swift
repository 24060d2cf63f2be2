import Codecs
import Dispatch
import Pixels
import Testing

/// What a writer leaves to be packed, for threads that come by.
@Suite struct BacklogTests {
    private func encoded(
        _ raster: Raster, as format: PictureFormat, comingBy visit: (any Backlog) -> Void
    ) throws -> [UInt8] {
        let sink = ByteSink()
        let writer = try PictureWriter(format, raster.header, options: EncodingOptions(threads: 3), to: sink)
        let backlog = try #require(writer.backlog)
        backlog.attend()
        let (height, bytesPerRow) = (raster.header.size.height, raster.header.bytesPerRow)
        for first in stride(from: 0, to: height, by: 37) {
            let count = min(37, height - first)
            try raster.bytes.withUnsafeBytes { bytes in
                let rows = bytes[first * bytesPerRow..<(first + count) * bytesPerRow]
                try writer.writeRows(count, from: UnsafeRawBufferPointer(rebasing: rows))
            }
            visit(backlog)
        }
        backlog.leave()
        try writer.finish()
        return sink.bytes
    }

    @Test(arguments: [PictureFormat.png, .jpeg])
    func `whoever packs, the bytes are the same`(format: PictureFormat) throws {
        let raster = noise(Size(width: 1021, height: 1100), .rgb, .uint8, seed: 11)
        let alone = try raster.encoded(as: format, options: EncodingOptions(threads: 1))
        let byNobody = try encoded(raster, as: format) { _ in }
        #expect(byNobody == alone, "nobody came by")
        let byMany = try encoded(raster, as: format) { backlog in
            DispatchQueue.concurrentPerform(iterations: 3) { _ in backlog.work() }
        }
        #expect(byMany == alone, "three came by after each piece")
        let beside = DispatchGroup()
        let meanwhile = try encoded(raster, as: format) { backlog in
            DispatchQueue.global().async(group: beside) { backlog.work() }
        }
        beside.wait()
        #expect(meanwhile == alone, "others were still at it when the next rows came")
    }

    @Test func `what is written as it comes leaves nothing`() throws {
        let header = PictureHeader(size: Size(width: 2, height: 2), channels: .gray, depth: .uint8)
        #expect(try PictureWriter(.pnm, header, to: ByteSink()).backlog == nil)
    }
}
