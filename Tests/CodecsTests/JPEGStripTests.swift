import Codecs
import Pixels
import Testing

/// A JPEG of a million pixels or more is packed in strips with restart markers between them.
@Suite struct JPEGStripTests {
    private func picture(_ size: Size, _ channels: Channels) -> Raster {
        var raster = noise(size, channels, .uint8, seed: 6)
        let stride = raster.header.bytesPerRow
        for index in raster.bytes.indices {
            raster.bytes[index] =
                UInt8(truncatingIfNeeded: (index % stride) / 7 + index / stride) / 2 &+ raster.bytes[index] % 32
        }
        return raster
    }

    /// The restart interval, and the numbers of the restart markers.
    private func restarts(_ file: [UInt8]) throws -> (interval: Int?, markers: [UInt8]) {
        var interval: Int?
        var at = 2
        while true {
            try #require(at + 4 <= file.count && file[at] == 0xFF)
            let length = Int(file[at + 2]) << 8 | Int(file[at + 3])
            if file[at + 1] == 0xDD { interval = Int(file[at + 4]) << 8 | Int(file[at + 5]) }
            let isScan = file[at + 1] == 0xDA
            at += 2 + length
            if isScan { break }
        }
        #expect(file.suffix(2) == [0xFF, 0xD9])
        var markers: [UInt8] = []
        for index in at..<(file.count - 2) where file[index] == 0xFF && file[index + 1] != 0 {
            markers.append(file[index + 1])
        }
        return (interval, markers)
    }

    @Test(arguments: Metadata.JPEGSampling.allCases)
    func `restart markers stand where the header says`(sampling: Metadata.JPEGSampling) throws {
        let units: (h: Int, v: Int) =
            switch sampling {
            case .s444: (8, 8)
            case .s440: (8, 16)
            case .s422: (16, 8)
            case .s420: (16, 16)
            case .s411: (32, 8)
            case .s410: (32, 16)
            }
        // One row of pixels less than a million, then widths and heights that end within a unit.
        for (size, isCut) in [(Size(width: 1023, height: 1024), false), (Size(width: 1311, height: 1003), true)] {
            let options = EncodingOptions(jpegSampling: sampling, threads: 3)
            let file = try picture(size, .rgb).encoded(as: .jpeg, options: options)
            let (interval, markers) = try restarts(file)
            #expect((interval != nil) == isCut)
            guard let interval else {
                #expect(markers.isEmpty)
                continue
            }
            let perRow = (size.width + units.h - 1) / units.h
            let all = perRow * ((size.height + units.v - 1) / units.v)
            #expect(interval % perRow == 0)
            #expect(markers.count == (all - 1) / interval && markers.count > 1)
            #expect(markers == markers.indices.map { 0xD0 + UInt8($0 % 8) })
        }
    }

    @Test func `more than eight restarts are counted round`() throws {
        let file = try picture(Size(width: 4000, height: 1200), .rgb).encoded(as: .jpeg)
        let (_, markers) = try restarts(file)
        #expect(markers.count > 9)
        #expect(markers == markers.indices.map { 0xD0 + UInt8($0 % 8) })
    }

    @Test(arguments: [Channels.gray, .rgb])
    func `pixels are those of pieces packed by themselves`(channels: Channels) throws {
        let raster = picture(Size(width: 1400, height: 1000), channels)
        let options = EncodingOptions(jpegSampling: .s444)
        let whole = try Raster.decode(raster.encoded(as: .jpeg, options: options))
        let stride = raster.header.bytesPerRow
        for first in Swift.stride(from: 0, to: 1000, by: 40) {
            var header = raster.header
            header.size = Size(width: 1400, height: 40)
            let rows = (first * stride)..<((first + 40) * stride)
            let piece = try Raster.decode(
                Raster(header: header, bytes: Array(raster.bytes[rows])).encoded(as: .jpeg, options: options))
            #expect(piece.bytes[...] == whole.bytes[rows], "rows from \(first)")
        }
    }

    @Test func `the bytes do not depend on threads or on the rows given at once`() throws {
        for channels in [Channels.gray, .rgb] {
            let raster = picture(Size(width: 1500, height: 1100), channels)
            let expected = try raster.encoded(as: .jpeg, options: EncodingOptions(threads: 1))
            let stride = raster.header.bytesPerRow
            for threads in [1, 2, 3, 8] {
                for rowsAtOnce in [1, 7, 16, 333, 1100] {
                    let sink = ByteSink()
                    let writer = try PictureWriter(
                        .jpeg, raster.header, options: EncodingOptions(threads: threads), to: sink)
                    var first = 0
                    while first < 1100 {
                        let count = min(rowsAtOnce, 1100 - first)
                        try raster.bytes.withUnsafeBytes {
                            try writer.writeRows(
                                count,
                                from: UnsafeRawBufferPointer(
                                    rebasing: $0[(first * stride)..<((first + count) * stride)]))
                        }
                        first += count
                    }
                    try writer.finish()
                    #expect(sink.bytes == expected, "\(channels), \(threads) threads, \(rowsAtOnce) rows")
                }
            }
        }
    }

    @Test func `the widest picture has an interval that fits`() throws {
        for channels in [Channels.gray, .rgb] {
            let raster = picture(Size(width: 65500, height: 33), channels)
            let file = try raster.encoded(as: .jpeg, options: EncodingOptions(jpegSampling: .s444))
            let (interval, markers) = try restarts(file)
            #expect(interval.map { (1...65535).contains($0) && $0 % 8188 == 0 } == true)
            #expect(!markers.isEmpty)
            #expect(try Raster.decode(file).header.size == raster.header.size)
        }
    }
}
