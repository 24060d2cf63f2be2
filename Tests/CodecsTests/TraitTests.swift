import Codecs
import Testing

/// Formats that a build may lack.
@Suite struct TraitTests {
    static let files: [(format: PictureFormat, bytes: [UInt8])] = [
        (.tiff, [0x49, 0x49, 42, 0, 8, 0, 0, 0, 0, 0, 0, 0]), (.tiff, [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 0, 0, 0]),
        (.webp, Array("RIFF\u{1}\u{2}\u{3}\u{4}WEBPVP8 ".utf8)),
    ]

    @Test(arguments: files) func `a format this build lacks is named, with the way to get it`(
        format: PictureFormat, bytes: [UInt8]
    ) throws {
        #expect(PictureFormat(firstBytes: bytes) == format)
        let error = try #require(codecError { _ = try PictureReader(bytes: bytes) })
        if format.isBuiltIn {
            #expect(error.fault == .file)
        } else {
            #expect(error == .notBuiltIn(format))
            #expect(error.message(for: "a").contains("--traits \(format.name)"))
            #expect(!PictureFormat.allCases.contains(format))
        }
    }

    @Test func `RIFF alone is no WebP`() {
        #expect(PictureFormat(firstBytes: Array("RIFF1234WAVEfmt ".utf8)) == nil)
        #expect(PictureFormat(firstBytes: Array("RIFF".utf8)) == nil)
    }
}
