import Codecs
import Foundation
import Pixels
import Testing

/// What `--upright` and `--strip` do with what travels beside the pixels.
@Suite struct MetadataOptionTests {
    /// 3x2 with the samples 0…5, lying as `orientation` says, with a text, a profile-free density and an EXIF block
    /// that also has a tag of its own (0x10F) in front.
    private func picture(_ orientation: UInt8, little: Bool) throws -> Data {
        let entries: [[UInt8]] = [
            [0x01, 0x0F, 0, 2, 0, 0, 0, 1, 0x41, 0, 0, 0], [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0],
        ]
        var exif: [UInt8] = [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 2] + entries.flatMap { $0 } + [0, 0, 0, 0]
        if little {
            exif = [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0]
        }
        let metadata = Metadata(
            exif: exif, density: .init(x: 100, y: 200, unit: .metre),
            texts: [.init(keyword: "Author", text: "someone")])
        let raster = Raster(
            header: PictureHeader(
                size: Size(width: 3, height: 2), channels: .gray, depth: .uint8, metadata: metadata),
            bytes: [0, 1, 2, 3, 4, 5])
        let sink = ByteSink()
        let writer = try PictureWriter(.png, raster.header, to: sink)
        try raster.bytes.withUnsafeBytes { try writer.writeRows(2, from: $0) }
        try writer.finish()
        return Data(sink.bytes)
    }

    /// The first directory tells the orientation, the second where a small JPEG stands.
    @Test(arguments: [false, true])
    func `the small picture of what was before does not travel along`(isLast: Bool) throws {
        let small = [UInt8]((0..<50).map { 0x80 &+ $0 })
        let first: [UInt8] = [0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 26]
        let second: [UInt8] =
            [0, 2, 2, 1, 0, 4, 0, 0, 0, 1, 0, 0, 0, 56] + [2, 2, 0, 4, 0, 0, 0, 1, 0, 0, 0, 50] + [0, 0, 0, 0]
        let exif = [0x4D, 0x4D, 0, 42, 0, 0, 0, 8] + first + second + small + (isLast ? [] : [7, 7])
        let metadata = Metadata(exif: exif)
        #expect(metadata.orientation.rawValue == 6)
        let bare = try #require(metadata.describing(Size(2)).exif)
        #expect(metadata.describing(Size(2)).orientation.rawValue == 6)
        #expect(bare.count == (isLast ? 56 : exif.count))
        #expect(!bare.contains { $0 >= 0x80 })
        #expect(bare[22..<26].allSatisfy { $0 == 0 }, "no second directory")
        // Lengths that lie, and blocks that are cut anywhere, change nothing but what is there.
        for end in 0..<exif.count { _ = Metadata(exif: Array(exif[..<end])).describing(Size(2)) }
        var lying = exif
        lying[49] = 0xFF
        #expect(Metadata(exif: lying).describing(Size(2)).exif?.count == exif.count)
    }

    /// A short width and a long height in the photograph's directory, which the first one points to.
    @Test(arguments: [false, true])
    func `the size that EXIF tells is that of the result`(little: Bool) throws {
        func number(_ value: Int, _ count: Int) -> [UInt8] {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
            return little ? bytes : bytes.reversed()
        }
        func entry(_ tag: Int, _ type: Int, _ value: Int) -> [UInt8] {
            number(tag, 2) + number(type, 2) + number(1, 4)
                + (type == 3 ? number(value, 2) + [0, 0] : number(value, 4))
        }
        func exif(_ width: Int, _ height: Int) -> [UInt8] {
            let order = [UInt8](repeating: little ? 0x49 : 0x4D, count: 2)
            let parts = [
                order, number(42, 2), number(8, 4), number(1, 2), entry(0x8769, 4, 26), number(0, 4),
                number(2, 2), entry(0xA002, 3, width), entry(0xA003, 4, height), number(0, 4),
            ]
            return parts.flatMap(\.self)
        }
        let metadata = Metadata(exif: exif(4000, 3000))
        #expect(metadata.describing(Size(width: 400, height: 300)).exif == exif(400, 300))
        // A size that a short number cannot hold is not told by half.
        #expect(metadata.describing(Size(width: 70_000, height: 300)).exif == exif(4000, 300))
        for end in 0..<exif(1, 1).count { _ = Metadata(exif: Array(exif(1, 1)[..<end])).describing(Size(2)) }
    }

    private func made(_ options: String, _ orientation: UInt8, little: Bool = false) throws -> Raster {
        let kern = try Kern()
        try picture(orientation, little: little).write(to: kern.folder.appendingPathComponent("a.png"))
        let outcome = try kern.shell("kern apply identity a.png -o b.png \(options)")
        #expect(outcome.status == 0, "\(outcome.said)")
        return try Raster.decode([UInt8](Data(contentsOf: kern.folder.appendingPathComponent("b.png"))))
    }

    @Test(
        arguments: [
            (1, [0, 1, 2, 3, 4, 5], 3), (2, [2, 1, 0, 5, 4, 3], 3), (3, [5, 4, 3, 2, 1, 0], 3),
            (4, [3, 4, 5, 0, 1, 2], 3),
            (5, [0, 3, 1, 4, 2, 5], 2), (6, [3, 0, 4, 1, 5, 2], 2), (7, [5, 2, 4, 1, 3, 0], 2),
            (8, [2, 5, 1, 4, 0, 3], 2),
        ] as [(UInt8, [UInt8], Int)])
    func `a picture is turned as its tag says, and the tag is reset`(tag: UInt8, expected: [UInt8], width: Int) throws {
        for little in [false, true] {
            let upright = try made("--upright", tag, little: little)
            #expect(upright.bytes == expected && upright.header.size.width == width)
            #expect(upright.header.metadata.orientation == .upright)
            #expect(upright.header.metadata.density?.x == (width == 2 ? 200 : 100))
            #expect(upright.header.metadata.texts.count == 1)
            let stored = try made("", tag, little: little)
            #expect(stored.bytes == [0, 1, 2, 3, 4, 5] && stored.header.metadata.orientation.rawValue == tag)
        }
    }

    @Test func `what is stripped is gone, but the picture looks the same`() throws {
        let turned = try made("--strip", 6)
        #expect(turned.header.metadata.texts.isEmpty && turned.header.metadata.exif?.count == 26)
        #expect(turned.header.metadata.orientation == .turnedLeft && turned.header.metadata.density?.y == 200)
        let upright = try made("--strip --upright", 6)
        #expect(upright.header.metadata.exif == nil && upright.bytes == [3, 0, 4, 1, 5, 2])
        #expect(try made("--strip", 1).header.metadata.exif == nil)
    }

    @Test func `a pipe that brings texts too late is told of`() throws {
        let kern = try Kern()
        // A text is moved behind the pixels, where ImageMagick puts it.
        let bytes = [UInt8](try picture(1, little: false))
        let start = try #require(bytes.indices.first { Array(bytes[$0...].prefix(4)) == Array("tEXt".utf8) }) - 4
        let size = 12 + Int(bytes[start + 3])
        let text = bytes[start..<start + size]
        var late = bytes
        late.removeSubrange(start..<start + size)
        late.insert(contentsOf: text, at: late.count - 12)
        try Data(late).write(to: kern.folder.appendingPathComponent("a.png"))
        #expect(try kern.shell("cat a.png | kern apply identity - -o b.png").said.contains("came too late for b.png"))
        #expect(try kern.shell("cat a.png | kern apply identity - -o c.png --strip").said.isEmpty)
        #expect(try kern.shell("kern apply identity a.png -o d.png").said.isEmpty)
    }
}
