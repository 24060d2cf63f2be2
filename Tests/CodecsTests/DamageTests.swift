import Codecs
import Pixels
import Testing

/// Small files of every kind, to be cut and mutated.
struct SmallFile: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let bytes: [UInt8]

    static let all: [SmallFile] = {
        var files: [SmallFile] = []
        for (format, channels, depth) in [
            (PictureFormat.png, Channels.rgba, Depth.uint16), (.png, .gray, .uint8), (.pnm, .rgb, .uint8),
            (.pnm, .grayAlpha, .uint16), (.pfm, .rgb, .float32), (.npy, .planes(2), .float32), (.npy, .gray, .uint16),
        ] {
            let raster = noise(Size(width: 5, height: 4), channels, depth)
            if let bytes = try? raster.encoded(as: format) {
                files.append(SmallFile(testDescription: "\(format) \(channels) \(depth)", bytes: bytes))
            }
        }
        for name in [
            "gray.jpg", "420.jpg", "progressive.jpg", "cmyk.jpg", "restart.jpg", "metadata.jpg", "metadata.png",
        ] {
            if let bytes = try? fixture(name) { files.append(SmallFile(testDescription: name, bytes: bytes)) }
        }
        for (name, text) in [("plain bitmap", "P1\n3 2\n010\n110\n"), ("plain grey", "P2\n2 2\n15\n0 15\n7 8\n")] {
            files.append(SmallFile(testDescription: name, bytes: Array(text.utf8)))
        }
        for name in ["basi3p04", "tbbn3p08", "tm3n3p02", "basi6a16", "ct1n0g04"] {
            if let folder = sharedFolder, let bytes = fileBytes("\(folder)/corpus/pngsuite/\(name).png") {
                files.append(SmallFile(testDescription: name, bytes: bytes))
            }
        }
        return files
    }()
}

@Suite struct DamageTests {
    @Test(arguments: SmallFile.all)
    func `a file cut anywhere is refused`(file: SmallFile) throws {
        _ = try Raster.decode(file.bytes)
        // The last character of a plain PNM is white space nobody needs.
        let needed = file.testDescription.hasPrefix("plain") ? file.bytes.count - 1 : file.bytes.count
        for count in 0..<needed {
            let cut = Array(file.bytes[..<count])
            if file.testDescription.hasPrefix("plain grey"), count == needed - 1, cut.last != 0x20 { continue }
            let error = codecError { _ = try Raster.decode(cut) }
            #expect(error?.fault == .file, "cut to \(count) of \(file.bytes.count): \(String(describing: error))")
        }
    }

    @Test(arguments: SmallFile.all)
    func `a mutated file is decoded or refused but never crashes`(file: SmallFile) {
        var generator = SeededGenerator(state: 7)
        let limits = Limits(maxPixels: 1 << 22, maxMemory: 1 << 24)
        var refused = 0
        for _ in 0..<1500 {
            var bytes = file.bytes
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let at = Int.random(in: bytes.indices, using: &generator)
                switch Int.random(in: 0...3, using: &generator) {
                case 0: bytes[at] ^= 1 << UInt8.random(in: 0...7, using: &generator)
                case 1: bytes[at] = UInt8.random(in: 0...255, using: &generator)
                case 2: bytes.remove(at: at)
                default: bytes.insert([0, 0x7F, 0xFF, 0x39].randomElement(using: &generator) ?? 0, at: at)
                }
                if bytes.isEmpty { bytes = [0] }
            }
            // Else nearly every mutant of a PNG would end at a checksum.
            if PictureFormat(firstBytes: bytes) == .png, Bool.random(using: &generator) { repairChecksums(&bytes) }
            if let error = codecError({ _ = try Raster.decode(bytes, limits: limits) }) {
                refused += 1
                #expect(error.message(for: "a.png").contains("a.png"))
            }
        }
        #expect(refused > 0)
    }

    @Test func `no file of the corpus is shown half when a bit of its pixels flips`() throws {
        // PNG guards every byte with a CRC.
        let bytes = try fixture("metadata.png")
        let original = try Raster.decode(bytes)
        for at in bytes.indices {
            var flipped = bytes
            flipped[at] ^= 0x10
            if let raster = try? Raster.decode(flipped) { #expect(raster.bytes == original.bytes, "byte \(at)") }
        }
    }

    @Test func `an empty file and a foreign one say so`() {
        #expect(codecError { _ = try Raster.decode([]) } == .empty)
        let gif = Array("GIF89a__".utf8)
        #expect(codecError { _ = try Raster.decode(gif) } == .unknownFormat(firstBytes: gif))
    }

    @Test func `a JPEG with bytes missing in the middle is refused`() throws {
        var bytes = try fixture("420.jpg")
        bytes.removeSubrange((bytes.count - 120)..<(bytes.count - 60))
        #expect(codecError { _ = try Raster.decode(bytes) }?.fault == .file)
    }

    /// One row of two pixels, stored: a zlib stream with no compression.
    private func idat(_ row: [UInt8], adler: [UInt8]) -> (String, [UInt8]) {
        ("IDAT", [0x78, 0x01, 1, UInt8(row.count), 0, ~UInt8(row.count), 0xFF] + row + adler)
    }

    @Test func `a PNG that libpng would only warn about is refused where its pixels would be wrong`() throws {
        let palette: (String, [UInt8]) = ("PLTE", [1, 2, 3, 4, 5, 6])
        let inside = idat([0, 0, 1], adler: [0, 5, 0, 2])
        let outside = idat([0, 0, 2], adler: [0, 6, 0, 3])
        let head = ihdr(width: 2, height: 1, bits: 8, type: 3)
        let end: (String, [UInt8]) = ("IEND", [])
        func refusal(_ chunks: [(String, [UInt8])]) -> CodecError? {
            codecError { _ = try Raster.decode(png(chunks.map { (name: $0.0, data: $0.1) })) }
        }
        let inner = try Raster.decode(png([head, palette, idat([0, 0, 1], adler: [0, 4, 0, 2]), end]))
        #expect(inner.bytes == [1, 2, 3, 4, 5, 6])
        #expect(refusal([head, palette, inside, end]) == .damaged(.png, "IDAT: incorrect data check"))
        #expect(refusal([head, palette, idat([0, 0, 2], adler: [0, 6, 0, 4]), end])?.fault == .file)
        #expect(refusal([head, palette, idat([0, 0, 2], adler: [0, 5, 0, 3]), end])?.fault == .file)
        #expect(refusal([head, palette, outside, end])?.fault == .file)
        #expect(refusal([head, idat([0, 0, 1], adler: [0, 4, 0, 2]), end])?.fault == .file)
        let tall = idat([0, 0, 1, 0, 0, 1], adler: [0, 9, 0, 7])
        #expect(refusal([head, palette, tall, end])?.fault == .file)
        let longTransparency: (String, [UInt8]) = ("tRNS", [1, 2, 3])
        let right = idat([0, 0, 1], adler: [0, 4, 0, 2])
        #expect(refusal([head, palette, longTransparency, right, end])?.fault == .file)
    }

    @Test func `a JPEG that names a table it does not have is refused`() throws {
        var bytes = try fixture("420.jpg")
        let frame = try #require(bytes.indices.first { bytes[$0...].starts(with: [0xFF, 0xC0]) })
        bytes[frame + 12] = 200
        #expect(codecError { _ = try Raster.decode(bytes) }?.fault == .file)
    }

    @Test(arguments: [(0xC9, 8, "arithmetic"), (0xC3, 8, "lossless"), (0xC0, 12, "12-bit"), (0xC5, 8, "hierarchical")])
    func `kinds of JPEG kern does not know are refused in a sentence`(marker: Int, bits: Int, name: String) throws {
        var bytes = try fixture("420.jpg")
        let frame = try #require(bytes.indices.first { bytes[$0...].starts(with: [0xFF, 0xC0]) })
        bytes[frame + 1] = UInt8(marker)
        bytes[frame + 4] = UInt8(bits)
        let error = codecError { _ = try Raster.decode(bytes) }
        // Arithmetic coding is decoded where the library can; then this is only a damaged one.
        #expect(
            error?.fault == .unsupported || (name == "arithmetic" && error?.fault == .file),
            "\(String(describing: error))")
    }

    @Test func `bytes after the end of a PNG or JPEG are left alone`() throws {
        for name in ["metadata.png", "420.jpg"] {
            let bytes = try fixture(name)
            #expect(try Raster.decode(bytes + [1, 2, 3]) == Raster.decode(bytes))
        }
    }

    /// Gives every chunk of a PNG the CRC its bytes have.
    private func repairChecksums(_ bytes: inout [UInt8]) {
        var at = 8
        while at + 12 <= bytes.count {
            let length = bytes[at..<(at + 4)].reduce(0) { $0 << 8 | Int($1) }
            guard length <= bytes.count - at - 12 else { return }
            let crc = crc32(Array(bytes[(at + 4)..<(at + 8 + length)]))
            for index in 0..<4 { bytes[at + 8 + length + index] = UInt8(truncatingIfNeeded: crc >> (24 - 8 * index)) }
            at += 12 + length
        }
    }
}
