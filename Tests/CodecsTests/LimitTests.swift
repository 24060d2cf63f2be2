import Codecs
import Pixels
import Testing

/// A PNG made of chunks with right lengths and checksums, whatever they say.
func png(_ chunks: [(name: String, data: [UInt8])]) -> [UInt8] {
    func bigEndian(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }
    return chunks.reduce([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { file, chunk in
        let body = Array(chunk.name.utf8) + chunk.data
        return file + bigEndian(UInt32(chunk.data.count)) + body + bigEndian(crc32(body))
    }
}

func ihdr(width: UInt32, height: UInt32, bits: UInt8 = 8, type: UInt8 = 0, interlace: UInt8 = 0) -> (String, [UInt8]) {
    let sides = [width, height].flatMap { side in (0..<4).map { UInt8(truncatingIfNeeded: side >> (24 - 8 * $0)) } }
    return ("IHDR", sides + [bits, type, 0, 0, interlace])
}

@Suite struct LimitTests {
    private func refusal(_ bytes: [UInt8], _ limits: Limits = Limits()) -> CodecError? {
        codecError { _ = try PictureReader(bytes: bytes, limits: limits).readAll(limits: limits) }
    }

    @Test func `a huge PNG header is refused before its pixels are looked for`() {
        let idat: (String, [UInt8]) = ("IDAT", [])
        let side = UInt32(Int32.max)
        #expect(
            refusal(png([ihdr(width: side, height: side), idat]))
                == .overLimit(.pixels, found: Int(side) * Int(side), allowed: 1_000_000_000))
        #expect(
            refusal(png([ihdr(width: 1_000_000_000, height: 1, bits: 16, type: 6), idat]))
                == .overLimit(.memory, found: 8_000_000_000, allowed: 1 << 30))
        #expect(
            refusal(png([ihdr(width: 30000, height: 30000, bits: 8, type: 2, interlace: 1), idat]))
                == .overLimit(.memory, found: 2_700_000_000, allowed: 1 << 30))
    }

    @Test func `a PNG side of zero is damage`() {
        #expect(refusal(png([ihdr(width: 0, height: 5), ("IDAT", [])]))?.fault == .file)
    }

    @Test func `the size of a JPEG is checked in its header`() throws {
        func resized(_ name: String, _ side: Int) throws -> [UInt8] {
            var bytes = try fixture(name)
            let frames: [[UInt8]] = [[0xFF, 0xC0, 0, 17, 8], [0xFF, 0xC2, 0, 17, 8]]
            let start = try #require(bytes.indices.first { at in frames.contains { bytes[at...].starts(with: $0) } })
            bytes.replaceSubrange(
                (start + 5)..<(start + 9), with: [side, side].flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] })
            return bytes
        }
        #expect(
            refusal(try resized("420.jpg", 65500))
                == .overLimit(.pixels, found: 65500 * 65500, allowed: 1_000_000_000))
        // Two bytes a coefficient, one and a half coefficients a pixel: more than 1 GiB.
        let error = refusal(try resized("progressive.jpg", 20000))
        guard case .overLimit(.memory, let found?, 1_073_741_824) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect((1_200_000_000...1_210_000_000).contains(found))
        #expect(refusal(try resized("420.jpg", 30000))?.fault == .limit)
        var limits = Limits()
        limits.maxMemory = 4 << 30
        let reader = try PictureReader(bytes: try resized("420.jpg", 30000), limits: limits)
        #expect(codecError { _ = try reader.rows(1000) }?.fault == .file)
    }

    @Test func `scans of a progressive JPEG are counted`() throws {
        let bytes = try fixture("progressive.jpg")
        #expect(refusal(bytes, Limits(maxScans: 10)) == nil)
        #expect(refusal(bytes, Limits(maxScans: 3)) == .overLimit(.scans, found: nil, allowed: 3))
    }

    @Test func `a text that unpacks to more than a block may hold is refused`() throws {
        let bytes = try fixture("metadata.png")
        #expect(refusal(bytes, Limits(maxChunkBytes: 2100)) == nil)
        #expect(refusal(bytes, Limits(maxChunkBytes: 1900)) == .overLimit(.chunkBytes, found: nil, allowed: 1900))
        #expect(refusal(bytes, Limits(maxChunkBytes: 400)) == .overLimit(.chunkBytes, found: nil, allowed: 400))
        let jpeg = try fixture("metadata.jpg")
        #expect(refusal(jpeg, Limits(maxChunkBytes: 500))?.fault == .limit)
    }

    @Test func `as many texts as allowed are read and one more is refused`() throws {
        let idat: [UInt8] = [0x78, 0x01, 0x01, 2, 0, 0xFD, 0xFF, 0, 7, 0, 9, 0, 8]
        func texts(_ count: Int) -> [UInt8] {
            let text: (String, [UInt8]) = ("tEXt", Array("Title\0x".utf8))
            return png(
                [ihdr(width: 1, height: 1)] + Array(repeating: text, count: count) + [("IDAT", idat), ("IEND", [])])
        }
        for limit in [0, 1, 2, 5, 1000] {
            let limits = Limits(maxChunks: limit)
            #expect(try Raster.decode(texts(limit), limits: limits).header.metadata.texts.count == limit)
            #expect(refusal(texts(limit + 1), limits) == .overLimit(.chunks, found: nil, allowed: limit))
        }
        let jpeg = try fixture("metadata.jpg")
        #expect(refusal(jpeg, Limits(maxChunks: 3)) == nil)
        #expect(refusal(jpeg, Limits(maxChunks: 2)) == .overLimit(.chunks, found: nil, allowed: 2))
    }

    @Test func `many texts together stay within the memory limit`() throws {
        let text: (String, [UInt8]) = ("tEXt", Array("Title\0".utf8) + [UInt8](repeating: 0x78, count: 100_000))
        let bytes = png([ihdr(width: 1, height: 1)] + Array(repeating: text, count: 50))
        #expect(refusal(bytes, Limits(maxMemory: 1 << 20)) == .overLimit(.memory, found: nil, allowed: 1 << 20))
    }

    @Test(arguments: [
        "P6 2147483647 2147483647 255 ", "P5\n99999999999999999999999 1\n255\n", "P4 2000000000 2000000000\n",
        "P7\nWIDTH 2000000\nHEIGHT 1\nDEPTH 2000000000\nMAXVAL 255\nENDHDR\n", "PF\n40000 30000\n-1\n",
        "Pf\n9223372036854775807 9223372036854775807\n1\n",
    ])
    func `a text header that promises too much is refused`(header: String) {
        #expect(refusal(Array(header.utf8)) != nil)
    }

    @Test func `an NPY header that promises too much is refused`() {
        for shape in [
            "(4000000000, 4000000000)", "(9223372036854775807, 2, 3)", "(1, 1, 9000000000000000000)",
            "(99999999999999999999, 1)",
        ] {
            let dict = "{'descr': '<f8', 'fortran_order': False, 'shape': \(shape), }\n"
            let error = refusal([0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(dict.utf8.count), 0] + Array(dict.utf8))
            #expect(error != nil, "\(shape)")
        }
    }

    @Test func `the message of a limit names the flag that raises it`() {
        for limit in Limit.allCases {
            let error = CodecError.overLimit(limit, found: 12, allowed: 10)
            #expect(error.message(for: "a.png").contains("\(limit.flag) 12"))
        }
    }
}
