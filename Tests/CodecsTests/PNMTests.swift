import Codecs
import Pixels
import Testing

@Suite struct PNMTests {
    /// What the text decodes to: channels, and samples as numbers.
    private func decoded(_ text: String, _ raw: [UInt8] = []) throws -> (Channels, [Int]) {
        let raster = try Raster.decode(Array(text.utf8) + raw)
        let samples =
            raster.header.depth == .uint16
            ? raster.bytes.withUnsafeBytes { $0.bindMemory(to: UInt16.self).map(Int.init) } : raster.bytes.map(Int.init)
        return (raster.header.channels, samples)
    }

    private func refusal(_ text: String, _ raw: [UInt8] = []) -> CodecError? {
        codecError { _ = try Raster.decode(Array(text.utf8) + raw) }
    }

    @Test(
        arguments: [
            // In a bitmap 1 is black.
            ("P1\n3 2\n010\n1 1 0\n", [], Channels.gray, [255, 0, 255, 0, 0, 255]),
            ("P1 # name\n2 1\n#x\n0#y\n1\n", [], .gray, [255, 0]),
            (
                "P4\n10 2\n", [0b1010_1010, 0b0100_0000, 0, 0xFF], .gray,
                [0, 255, 0, 255, 0, 255, 0, 255, 255, 0]
                    + [255, 255, 255, 255, 255, 255, 255, 255, 0, 0]
            ),
            ("P2\n2 2\n15\n0 15\n7 8\n", [], .gray, [0, 255, 119, 136]),
            ("P2 1 1 1000 500", [], .gray, [32768]),
            ("P3\n1 1\n255\n1\t2\r\n3", [], .rgb, [1, 2, 3]),
            ("P5\n# a comment\n2 1\n255\n", [7, 200], .gray, [7, 200]),
            ("P5 2 1 3\n", [1, 3], .gray, [85, 255]),
            ("P5 2 1 65535\n", [1, 2, 0xFF, 0xFE], .gray, [258, 65534]),
            ("P5 1 1 256\n", [1, 0], .gray, [65535]),
            ("P6 1 1 255\n", [1, 2, 3], .rgb, [1, 2, 3]),
            (
                "P7\nWIDTH 1\nHEIGHT 2\nDEPTH 2\nMAXVAL 255\nTUPLTYPE GRAYSCALE_ALPHA\nENDHDR\n", [1, 2, 3, 4],
                .grayAlpha, [1, 2, 3, 4]
            ),
            (
                "P7\n# c\nWIDTH 2\nHEIGHT 1\nDEPTH 1\nMAXVAL 1\nTUPLTYPE BLACKANDWHITE\nENDHDR\n", [0, 1], .gray,
                [0, 255]
            ),
            ("P7\nWIDTH 1\nHEIGHT 1\nDEPTH 4\nMAXVAL 255\nENDHDR\n", [1, 2, 3, 4], .planes(4), [1, 2, 3, 4]),
        ] as [(String, [UInt8], Channels, [Int])])
    func `a PNM means what Netpbm says`(text: String, raw: [UInt8], channels: Channels, samples: [Int]) throws {
        let found = try decoded(text, raw)
        #expect(found.0 == channels)
        #expect(found.1 == samples)
    }

    @Test(arguments: [
        ("P5 0 1 255\n", "the width is 0"), ("P5 1 0 255\n", "the height is 0"),
        ("P5 1 1 0\n", "the largest sample value is 0, not 1 to 65535"),
        ("P5 1 1 65536\n", "the largest sample value is 65536, not 1 to 65535"),
        ("P5 x 1 255\n", "the width is not a number"),
        ("P5 1x 1 255\n", "the width is not a number"), ("P5 -1 1 255\n", "the width is not a number"),
        ("P2 1 1 15 16", "a sample is 16, above the largest value of 15"), ("P1 1 1 2", "a bit is neither 0 nor 1"),
        ("P7\nWIDTH 1\nENDHDR\n", "the header does not give DEPTH"),
        ("P7\nWIDTH x\n", "WIDTH is not a number in range"),
        (
            "P7\nWIDTH 1\nHEIGHT 1\nDEPTH 2\nMAXVAL 255\nTUPLTYPE RGB\nENDHDR\n\0\0",
            "RGB with a DEPTH of 2"
        ),
    ])
    func `a PNM that is wrong is refused with the reason`(text: String, reason: String) {
        #expect(refusal(text) == .damaged(.pnm, reason))
    }

    @Test func `the first of several pictures is read and the rest mentioned`() throws {
        let one = Array("P5 1 1 255\n".utf8) + [7]
        let reader = try PictureReader(bytes: one + one)
        #expect(try reader.readAll().bytes == [7])
        #expect(reader.warnings == ["12 bytes follow the picture and were not read"])
    }
}
