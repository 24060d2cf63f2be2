import CImageCodecs
import CLanes
import Codecs
import Pixels
import Testing

/// Strips are written by loops of our own, and hold what libjpeg would have written.
@Suite struct JPEGBlockTests {
    /// What lies between the scan's header and the end, cut at restart markers.
    private func strips(_ file: [UInt8]) throws -> [[UInt8]] {
        var at = 2
        while file[at + 1] != 0xDA {
            try #require(at + 4 < file.count && file[at] == 0xFF)
            at += 2 + Int(file[at + 2]) << 8 + Int(file[at + 3])
        }
        at += 2 + Int(file[at + 2]) << 8 + Int(file[at + 3])
        var strips: [[UInt8]] = [[]]
        while at < file.count - 2 {
            if file[at] == 0xFF, file[at + 1] != 0 {
                strips.append([])
                at += 2
            } else {
                strips[strips.count - 1].append(file[at])
                at += 1
            }
        }
        return strips
    }

    private func library(_ rows: ArraySlice<UInt8>, _ header: PictureHeader, height: Int, _ options: EncodingOptions)
        throws
        -> [UInt8]
    {
        let writer = try #require(kc_jpeg_writer_create())
        defer { kc_jpeg_writer_destroy(writer) }
        var fields = kc_jpeg_header()
        fields.width = UInt32(header.size.width)
        fields.height = UInt32(height)
        fields.channels = UInt32(header.channels.count)
        fields.density_unit = -1
        fields.quality = Int32(options.jpegQuality ?? 90)
        let factors: (h: Int32, v: Int32) =
            switch options.jpegSampling ?? .s420 {
            case .s444: (1, 1)
            case .s440: (1, 2)
            case .s422: (2, 1)
            case .s420: (2, 2)
            case .s411: (4, 1)
            case .s410: (4, 2)
            }
        (fields.luma_h, fields.luma_v) = factors
        var bytes: UnsafePointer<UInt8>?
        var count = 0
        let status = rows.withUnsafeBufferPointer {
            kc_jpeg_writer_strip(writer, &fields, $0.baseAddress, &bytes, &count)
        }
        try #require(status == KC_OK)
        return Array(UnsafeBufferPointer(start: bytes, count: count))
    }

    private func picture(_ size: Size, _ channels: Channels, kind: Int) -> Raster {
        var raster = noise(size, channels, .uint8, seed: UInt64(size.width * 64 + size.height))
        for index in raster.bytes.indices {
            let (y, x) = index.quotientAndRemainder(dividingBy: raster.header.bytesPerRow)
            switch kind {
            case 0: break
            case 1: raster.bytes[index] = UInt8(truncatingIfNeeded: x * 3 + y * 5 + Int(raster.bytes[index]) / 64)
            case 2: raster.bytes[index] = (x / channels.count + y) % 2 == 0 ? 0 : 255
            default: raster.bytes[index] = raster.bytes[index] > 127 ? 255 : 0
            }
        }
        return raster
    }

    @Test(arguments: Metadata.JPEGSampling.allCases + [nil])
    func `pictures of every size are what libjpeg writes`(sampling: Metadata.JPEGSampling?) throws {
        for height in 1...35 {
            for width in 1...35 {
                let size = Size(width: width, height: height)
                let options = EncodingOptions(
                    jpegQuality: [1, 25, 75, 90, 100][(width + 2 * height) % 5], jpegSampling: sampling ?? .s420)
                let raster = picture(size, sampling == nil ? .gray : .rgb, kind: (width / 3 + height) % 4)
                let own = try strips(raster.encoded(as: .jpeg, options: options))
                let theirs = try library(raster.bytes[...], raster.header, height: height, options)
                if own != [theirs] { Issue.record("\(size) \(options)") }
            }
        }
    }

    @Test(arguments: Metadata.JPEGSampling.allCases)
    func `strips are what libjpeg writes`(sampling: Metadata.JPEGSampling) throws {
        for quality in [30, 100] {
            let raster = picture(Size(width: 1311, height: 1003), .rgb, kind: quality == 30 ? 1 : 0)
            let options = EncodingOptions(jpegQuality: quality, jpegSampling: sampling, threads: 2)
            let file = try raster.encoded(as: .jpeg, options: options)
            let own = try strips(file)
            let mark = try #require(file.indices.first { file[$0...].starts(with: [0xFF, 0xDD, 0, 4]) })
            let interval = Int(file[mark + 4]) << 8 | Int(file[mark + 5])
            let unit: (width: Int, height: Int) =
                switch sampling {
                case .s444: (8, 8)
                case .s440: (8, 16)
                case .s422: (16, 8)
                case .s420: (16, 16)
                case .s411: (32, 8)
                case .s410: (32, 16)
                }
            let rows = interval / ((1311 + unit.width - 1) / unit.width) * unit.height
            #expect(own.count > 2 && own.count == (1003 + rows - 1) / rows)
            for (index, strip) in own.enumerated() {
                let height = min(rows, 1003 - index * rows)
                let part = raster.bytes[(index * rows * 1311 * 3)...].prefix(height * 1311 * 3)
                let isSame = try strip == library(part, raster.header, height: height, options)
                #expect(isSame, "strip \(index)")
            }
        }
    }

    @Test func `every coefficient is divided as it should be`() {
        for factor in UInt16(1)...255 {
            let divisors = kern_block_divisors(Array(repeating: factor, count: 64))
            let (half, reciprocal, scale) = (
                UInt32(divisors.halves.0), UInt32(divisors.reciprocals.0), UInt32(divisors.scales.0)
            )
            let divisor = 8 * UInt32(factor)
            var wrong = 0
            for size in UInt32(0)...(1 << 14) {
                let quotient = (((size + half) * reciprocal) >> 16 * scale) >> 16
                if quotient != (size + divisor / 2) / divisor { wrong += 1 }
            }
            #expect(wrong == 0, "\(wrong) of the multiples of \(divisor)")
        }
    }

    @Test(arguments: Level.all)
    func `every level makes the same blocks and bits`(level: Level) throws {
        let best = try #require(Level.all.last).loops.pointee
        let loops = level.loops.pointee
        var generator = SeededGenerator(state: 21)
        let slack = Int(KERN_BLOCK_SLACK)
        for count in [1, 2, 3, 4, 5, 9, 31] {
            let pitch = 8 * count + slack
            let samples = (0..<(8 * pitch)).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
            var divisors = kern_block_divisors((0..<64).map { UInt16($0 / 3 + 1) })
            func blocks(_ loops: kern_lanes) -> ([Int16], [UInt64]) {
                var blocks = [Int16](repeating: 0, count: 64 * (count + 8))
                var masks = [UInt64](repeating: 0, count: count + 8)
                loops.block(&blocks, &masks, samples, pitch, count, &divisors)
                return (Array(blocks[..<(64 * count)]), Array(masks[..<count]))
            }
            let (made, masks) = blocks(loops)
            #expect(made == blocks(best).0 && masks == blocks(best).1)
            for (index, mask) in masks.enumerated() {
                for place in 0..<64 { #expect((mask >> UInt64(place) & 1 == 1) == (made[64 * index + place] != 0)) }
            }
        }
        for count in 1...70 {
            let pixels = (0..<(3 * count)).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
            func colours(_ loops: kern_lanes) -> [ArraySlice<UInt8>] {
                var rows = [[UInt8]](repeating: [UInt8](repeating: 0, count: count + slack), count: 3)
                var (luma, blue, red) = (rows[0], rows[1], rows[2])
                loops.ycc_of_rgb(&luma, &blue, &red, pixels, count)
                rows = [luma, blue, red]
                return rows.map { $0[..<count] }
            }
            #expect(colours(loops) == colours(best))
        }
    }

    @Test func `black, white and grey are what they are`() throws {
        for level: UInt8 in [0, 128, 255] {
            var raster = noise(Size(width: 19, height: 11), .rgb, .uint8)
            raster.bytes = raster.bytes.map { _ in level }
            let options = EncodingOptions(jpegQuality: 100)
            #expect(try Raster.decode(raster.encoded(as: .jpeg, options: options)).bytes == raster.bytes)
        }
    }
}
