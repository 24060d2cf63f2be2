import Codecs
import Glibc
import Pixels
import Testing

/// A PNG's pixels are packed in strips; nothing of that may show but in the time it takes.
@Suite struct PNGStripTests {
    static let channels: [Channels] = [.gray, .grayAlpha, .rgb, .rgba]

    /// Smooth, with noise in the lowest bits: what a photograph is like.
    private func photo(_ size: Size, _ channels: Channels, _ depth: Depth) -> Raster {
        var raster = noise(size, channels, depth, seed: 3)
        let stride = raster.header.bytesPerRow
        for index in raster.bytes.indices {
            let level = (index % stride) / 9 + index / stride * 2
            raster.bytes[index] = UInt8(truncatingIfNeeded: level) &+ raster.bytes[index] % 8
        }
        return raster
    }

    /// Flat, with a few marks: what text is like.
    private func drawing(_ size: Size, _ channels: Channels, _ depth: Depth) -> Raster {
        var raster = noise(size, channels, depth, seed: 4)
        for index in raster.bytes.indices where index % 97 > 8 { raster.bytes[index] = 255 }
        return raster
    }

    /// Checks that the bytes are the same for any number of threads and that they give the picture back.
    private func check(_ raster: Raster, effort: Int = 2) throws {
        let header = raster.header
        let label = "\(header.channels) \(header.depth) \(header.size) effort \(effort)"
        let bytes = try raster.encoded(as: .png, options: EncodingOptions(effort: effort, threads: 1))
        for threads in [2, 3, 8] {
            let again = try raster.encoded(as: .png, options: EncodingOptions(effort: effort, threads: threads))
            #expect(again == bytes, "\(threads) threads: \(label)")
        }
        #expect(try Raster.decode(bytes).bytes == raster.bytes, "\(label)")
    }

    @Test(arguments: [Depth.uint8, .uint16])
    func `pictures around the end of a strip come back`(depth: Depth) throws {
        for channels in Self.channels {
            // As many rows as a strip holds, at 256 KiB.
            let width = 3000 / channels.count / depth.bytesPerSample
            let rows = 256 * 1024 / (width * channels.count * depth.bytesPerSample + 1)
            for height in [1, 2, rows - 1, rows, rows + 1, 2 * rows, 2 * rows + 1] {
                try check(photo(Size(width: width, height: height), channels, depth))
            }
        }
    }

    /// ISA-L 2.30 let the address of its state decide about a match (deflater.c). The picture's rows are alike, so that its
    /// first bytes are matched; the address moves on by 64 KiB each time.
    @Test func `the bytes do not depend on where in memory they are packed`() throws {
        var raster = noise(Size(width: 300, height: 3), .gray, .uint8, seed: 9)
        for row in 1..<3 { raster.bytes.replaceSubrange((row * 300)..<(row * 300 + 300), with: raster.bytes[..<300]) }
        let options = EncodingOptions(effort: 1, threads: 1)
        let bytes = try raster.encoded(as: .png, options: options)
        var spacers: [UnsafeMutableRawPointer?] = []
        defer { for spacer in spacers { free(spacer) } }
        for round in 0..<6000 {
            spacers.append(malloc(64 * 1024 - 16))
            guard try raster.encoded(as: .png, options: options) != bytes else { continue }
            Issue.record("other bytes in round \(round)")
            break
        }
    }

    @Test func `narrow and flat pictures come back`() throws {
        for size in [(1, 1), (1, 300_000), (300_000, 1), (2, 131_072), (262_143, 3), (262_144, 3)] {
            try check(photo(Size(width: size.0, height: size.1), .gray, .uint8))
        }
    }

    @Test func `rows too long for a strip come back`() throws {
        try check(photo(Size(width: 1_048_576, height: 2), .gray, .uint8))
        try check(photo(Size(width: 1_048_577, height: 3), .gray, .uint8))
        try check(drawing(Size(width: 400_001, height: 2), .rgb, .uint8))
        try check(photo(Size(width: 140_000, height: 3), .rgba, .uint16))
    }

    @Test(arguments: 0...9)
    func `every effort gives back photographs, drawings, noise and nothing`(effort: Int) throws {
        let size = Size(width: 700, height: 200)
        try check(photo(size, .rgb, .uint8), effort: effort)
        try check(drawing(size, .rgb, .uint8), effort: effort)
        try check(noise(size, .rgb, .uint8), effort: effort)
        try check(
            Raster(
                header: PictureHeader(size: size, channels: .rgb, depth: .uint8),
                bytes: [UInt8](repeating: 9, count: 420_000)),
            effort: effort)
    }

    /// Effort 1 packs the differences of neighbours: the picture with these differences.
    private func picture(ofDifferences differences: [UInt8], width: Int) -> Raster {
        let size = Size(width: width, height: differences.count / width)
        var bytes = Array(differences.prefix(width * size.height))
        for index in bytes.indices where index % width > 0 { bytes[index] &+= bytes[index - 1] }
        return Raster(header: PictureHeader(size: size, channels: .gray, depth: .uint8), bytes: bytes)
    }

    @Test func `bytes of very unlike frequency are packed within the limit on code lengths`() throws {
        // Each value half as often as the one before, or by Fibonacci's ratio: the deepest trees there are.
        for ratio in [1.2, 1.618, 2.0] {
            var differences: [UInt8] = []
            var count = 30000.0
            for value in 0..<40 {
                differences += [UInt8](repeating: UInt8(value), count: max(1, Int(count)))
                count /= ratio
            }
            var generator = SeededGenerator(state: 8)
            differences.shuffle(using: &generator)
            try check(picture(ofDifferences: differences, width: 250), effort: 1)
        }
    }

    @Test func `runs of every length are packed`() throws {
        var differences: [UInt8] = []
        for length in Array(1...40) + Array(250...530) + [1000, 3000] {
            differences += [UInt8](repeating: 0, count: length) + [UInt8(length % 200 + 1)]
        }
        try check(picture(ofDifferences: differences, width: differences.count / 2), effort: 1)
        for length in 255...265 {
            try check(picture(ofDifferences: [UInt8](repeating: 0, count: length), width: length), effort: 1)
        }
    }

    @Test func `a greater effort does not make a photograph or a drawing larger`() throws {
        let size = Size(width: 900, height: 300)
        for raster in [photo(size, .rgb, .uint8), drawing(size, .rgb, .uint8)] {
            let sizes = try (0...9).map { try raster.encoded(as: .png, options: EncodingOptions(effort: $0)).count }
            // zlib's levels are not strictly in order.
            for effort in 1...9 { #expect(sizes[effort] <= sizes[effort - 1] * 101 / 100, "\(sizes)") }
            #expect(sizes[9] <= sizes[2])
        }
    }

    @Test func `noise is stored rather than blown up`() throws {
        let raster = noise(Size(width: 1000, height: 1000), .gray, .uint8)
        for effort in [0, 1, 2, 9] {
            let count = try raster.encoded(as: .png, options: EncodingOptions(effort: effort)).count
            #expect(count < 1_001_000 + 1000, "effort \(effort)")
        }
    }

    @Test func `chunks are whole, in order, and hold one zlib stream`() throws {
        let raster = noise(Size(width: 1200, height: 700), .rgb, .uint8)
        for effort in [0, 2] {
            let chunks = try Chunk.all(of: raster.encoded(as: .png, options: EncodingOptions(effort: effort)))
            #expect(chunks.first?.type == "IHDR" && chunks.last?.type == "IEND")
            let pixels = chunks.filter { $0.type == "IDAT" }
            // 3601 bytes a row, 72 rows a strip.
            #expect(pixels.count == 10)
            #expect(chunks.map(\.type) == ["IHDR"] + pixels.map(\.type) + ["IEND"])
            let stream = pixels.flatMap(\.bytes)
            #expect((Int(stream[0]) * 256 + Int(stream[1])) % 31 == 0 && stream[0] & 15 == 8)
        }
    }

    @Test func `the checksum is that of all strips`() throws {
        let raster = noise(Size(width: 1200, height: 700), .rgb, .uint8)
        let chunks = try Chunk.all(of: raster.encoded(as: .png, options: EncodingOptions(effort: 0)))
        let stream = chunks.filter { $0.type == "IDAT" }.flatMap(\.bytes)
        var inflated: [UInt8] = []
        var at = 2
        var isLast = false
        while !isLast {
            isLast = stream[at] == 1
            let count = Int(stream[at + 1]) + Int(stream[at + 2]) << 8
            #expect(stream[at] <= 1 && stream[at + 3] == ~stream[at + 1] && stream[at + 4] == ~stream[at + 2])
            inflated += stream[(at + 5)..<(at + 5 + count)]
            at += 5 + count
        }
        var (a, b) = (1, 0)
        for byte in inflated {
            a = (a + Int(byte)) % 65521
            b = (b + a) % 65521
        }
        #expect(inflated.count == 700 * 3601)
        let sum = [b >> 8, b & 255, a >> 8, a & 255]
        #expect(stream[at...].map { Int($0) } == sum)
    }
}

/// One chunk of a PNG whose checksum was right.
private struct Chunk {
    let type: String
    let bytes: ArraySlice<UInt8>

    static func all(of file: [UInt8]) throws -> [Chunk] {
        var chunks: [Chunk] = []
        var at = 8
        while at < file.count {
            func word(_ start: Int) -> UInt32 { file[start..<(start + 4)].reduce(0) { $0 << 8 | UInt32($1) } }
            try #require(at + 12 <= file.count)
            let end = at + 8 + Int(word(at))
            try #require(end + 4 <= file.count)
            #expect(word(end) == crc32(Array(file[(at + 4)..<end])))
            chunks.append(
                Chunk(type: String(decoding: file[(at + 4)..<(at + 8)], as: UTF8.self), bytes: file[(at + 8)..<end]))
            at = end + 4
        }
        return chunks
    }
}
