import Codecs
import Glibc
import Pixels
import Testing

@Suite struct MetadataTests {
    static let size = Size(width: 6, height: 5)

    static func profile(_ space: String) throws -> [UInt8] {
        var profile = try #require(try Raster.decode(fixture("metadata.jpg")).header.metadata.iccProfile)
        profile.replaceSubrange(16..<20, with: Array(space.utf8))
        return profile
    }

    @Test func `what Pillow wrote into a PNG is read`() throws {
        let metadata = try Raster.decode(fixture("metadata.png")).header.metadata
        #expect(metadata.iccProfile?.count == 588)
        #expect(
            metadata.exif?.starts(with: Array("MM".utf8)) == true
                || metadata.exif?.starts(with: Array("II".utf8)) == true)
        #expect(metadata.density == Metadata.Density(x: 2835, y: 2835, unit: .metre))
        #expect(
            metadata.texts == [
                Metadata.Text(keyword: "Title", text: "caf\u{E9}"),
                Metadata.Text(keyword: "Description", text: String(repeating: "long ", count: 400)),
                Metadata.Text(keyword: "Comment", text: "\u{4F60}\u{597D}", language: "zh"),
            ])
    }

    @Test func `what Pillow wrote into a JPEG is read`() throws {
        let metadata = try Raster.decode(fixture("metadata.jpg")).header.metadata
        #expect(metadata.iccProfile?.count == 588)
        #expect(metadata.exif != nil)
        #expect(metadata.density == Metadata.Density(x: 300, y: 150, unit: .inch))
        #expect(metadata.texts == [Metadata.Text(keyword: "Comment", text: "a comment")])
        #expect(metadata.jpeg == Metadata.JPEGSettings(quality: 82, sampling: .s420))
    }

    @Test(arguments: ["metadata.png", "metadata.jpg"])
    func `metadata survives being written again in its own format`(name: String) throws {
        let raster = try Raster.decode(fixture(name))
        let format: PictureFormat = name.hasSuffix("png") ? .png : .jpeg
        #expect(try Raster.decode(raster.encoded(as: format)).header.metadata == raster.header.metadata)
    }

    @Test func `metadata survives the way from JPEG to PNG and back`() throws {
        let jpeg = try Raster.decode(fixture("metadata.jpg"))
        let png = try Raster.decode(jpeg.encoded(as: .png))
        #expect(png.bytes == jpeg.bytes)
        #expect(png.header.metadata.density == Metadata.Density(x: 11811, y: 5906, unit: .metre))
        var back = try Raster.decode(png.encoded(as: .jpeg)).header.metadata
        back.jpeg = jpeg.header.metadata.jpeg
        #expect(back == jpeg.header.metadata)
    }

    @Test(arguments: [
        Metadata.Colorimetry.sRGB(intent: 0), .sRGB(intent: 3), .measured(gamma: 45455, chromaticities: nil),
        .measured(gamma: 100_000, chromaticities: [31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000]),
    ])
    func `what a PNG says about its colours is kept`(colorimetry: Metadata.Colorimetry) throws {
        let raster = noise(Self.size, .rgb, .uint8, metadata: Metadata(colorimetry: colorimetry))
        #expect(try Raster.decode(raster.encoded(as: .png)) == raster)
    }

    @Test func `texts of every script survive in a PNG`() throws {
        let texts = [
            Metadata.Text(keyword: "Author", text: "plain"), Metadata.Text(keyword: "Title", text: "caf\u{E9}"),
            Metadata.Text(keyword: "Comment", text: "\u{1F300} \u{4F60}"), Metadata.Text(keyword: "Empty", text: ""),
            Metadata.Text(keyword: "Long", text: String(repeating: "abc \u{E9}", count: 2000)),
            Metadata.Text(keyword: "Source", text: "hallo", language: "nl"),
            Metadata.Text(keyword: "XML:com.adobe.xmp", text: "<x:xmpmeta/>" + String(repeating: " ", count: 3000)),
        ]
        let raster = noise(Self.size, .gray, .uint8, metadata: Metadata(texts: texts))
        #expect(try Raster.decode(raster.encoded(as: .png)).header.metadata.texts == texts)
    }

    @Test func `XMP survives in a JPEG and other texts become comments`() throws {
        let xmp = Metadata.Text(keyword: "XML:com.adobe.xmp", text: "<x:xmpmeta/>")
        let title = Metadata.Text(keyword: "Title", text: "a")
        let raster = noise(Self.size, .gray, .uint8, metadata: Metadata(texts: [xmp, title]))
        let back = try Raster.decode(raster.encoded(as: .jpeg)).header.metadata.texts
        #expect(back == [xmp, Metadata.Text(keyword: "Comment", text: "Title: a")])
    }

    @Test func `a profile of several JPEG segments comes back whole`() throws {
        let long = try Self.profile("RGB ") + (0..<200_000).map { UInt8($0 % 251) }
        let raster = noise(Self.size, .rgb, .uint8, metadata: Metadata(iccProfile: long))
        #expect(try Raster.decode(raster.encoded(as: .jpeg)).header.metadata.iccProfile == long)
    }

    @Test(arguments: [PictureFormat.png, .jpeg])
    func `a profile for other channels is left out with a warning`(format: PictureFormat) throws {
        let metadata = Metadata(iccProfile: try Self.profile("RGB "))
        let raster = noise(Self.size, .gray, .uint8, metadata: metadata)
        let sink = ByteSink()
        let writer = try PictureWriter(format, raster.header, to: sink)
        #expect(writer.warnings == ["the ICC profile describes other channels and was left out"])
        #expect(try Raster.decode(raster.encoded(as: format)).header.metadata.iccProfile == nil)
    }

    @Test func `a keyword PNG does not allow costs the text but not the picture`() throws {
        let metadata = Metadata(texts: [
            Metadata.Text(keyword: "", text: "a"), Metadata.Text(keyword: String(repeating: "k", count: 80), text: "b"),
            Metadata.Text(keyword: "\u{4F60}", text: "c"), Metadata.Text(keyword: "nul", text: "a\0b"),
        ])
        let raster = noise(Self.size, .gray, .uint8, metadata: metadata)
        let back = try Raster.decode(raster.encoded(as: .png))
        #expect(back.header.metadata.texts == [Metadata.Text(keyword: "nul", text: "ab")])
    }

    /// A PNG of one pixel with a text behind it, grey or of a palette.
    private func withLateText(isPalette: Bool) -> [UInt8] {
        let idat: [UInt8] = [0x78, 0x01, 0x01, 2, 0, 0xFD, 0xFF, 0, 0, 0, 2, 0, 1]
        let palette: [(String, [UInt8])] = isPalette ? [("PLTE", [7, 8, 9])] : []
        let front = [ihdr(width: 1, height: 1, type: isPalette ? 3 : 0), ("tEXt", Array("Early\0a".utf8))]
        let back: [(String, [UInt8])] = [
            ("IDAT", idat), ("tEXt", Array("Late\0x".utf8)), ("eXIf", Array("MM\0*1234".utf8)), ("IEND", []),
        ]
        return png((front + palette + back).map { (name: $0.0, data: $0.1) })
    }

    @Test(arguments: [false, true])
    func `what stands behind the pixels of a PNG is known at once, or after the last row of a pipe`(
        isPalette: Bool
    ) throws {
        let bytes = withLateText(isPalette: isPalette)
        let texts = [Metadata.Text(keyword: "Early", text: "a"), Metadata.Text(keyword: "Late", text: "x")]
        let exif = Array("MM\0*1234".utf8)

        let memory = try PictureReader(bytes: bytes)
        #expect(memory.header.metadata.texts == texts && memory.header.metadata.exif == exif)
        let whole = try memory.readAll()
        #expect(whole.bytes == (isPalette ? [7, 8, 9] : [0]))
        #expect(whole.header.metadata.texts == texts && whole.header.metadata.exif == exif)

        let folder = TemporaryFolder()
        let file = try AtomicFile(path: "\(folder.path)/a.png", replacing: false)
        #expect(bytes.withUnsafeBytes { write(file.descriptor, $0.baseAddress, $0.count) } == bytes.count)
        try file.commit()
        let opened = try PictureReader(path: "\(folder.path)/a.png")
        #expect(opened.header.metadata.texts == texts && opened.header.metadata.exif == exif)
        #expect(try opened.readAll() == whole)

        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        defer { close(ends[0]) }
        #expect(bytes.withUnsafeBytes { write(ends[1], $0.baseAddress, $0.count) } == bytes.count)
        close(ends[1])
        let piped = try PictureReader(descriptor: ends[0])
        #expect(piped.header.metadata.texts == Array(texts[..<1]))
        #expect(try piped.readAll() == whole)
    }

    @Test func `texts behind the pixels are limited like those in front`() {
        let bytes = withLateText(isPalette: false)
        #expect(
            codecError { _ = try PictureReader(bytes: bytes, limits: Limits(maxChunkBytes: 7)) }
                == .overLimit(.chunkBytes, found: 8, allowed: 7))
        #expect(
            codecError { _ = try PictureReader(bytes: bytes, limits: Limits(maxChunks: 0)) }
                == .overLimit(.chunks, found: nil, allowed: 0))
    }
}
