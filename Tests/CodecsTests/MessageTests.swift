import Codecs
import Glibc
import Pixels
import Testing

@Suite struct MessageTests {
    @Test(arguments: [
        (CodecError.empty, "a.png is empty; a picture was expected"),
        (
            .unknownFormat(firstBytes: [0x47, 0x49, 0x0A]),
            "a.png is none of \(PictureFormat.allCases.map(\.name).joined(separator: ", ")) (it begins with 47 49 0a); convert it to PNG"
        ),
        (.truncated(.jpeg), "a.png is cut short: the JPEG ends before its picture does; get a complete copy"),
        (
            .overLimit(.pixels, found: 2_000_000_000, allowed: 1_073_741_824),
            "a.png needs 2000000000 pixels and the limit is 1073741824; if you trust it, raise it with --max-pixels 2000000000"
        ),
        (
            .cannotStoreChannels(.jpeg, .rgba),
            "a.png cannot be written: JPEG has no transparency; write a PNG, or remove alpha first"
        ),
        (.exists, "a.png exists; use --force to replace it"),
        (.system(.open, errno: ENOENT), "cannot open a.png: no such file or directory; check the name"),
        (
            .system(.write, errno: ENOSPC),
            "cannot write a.png: no space left on device; free some space, or choose another place"
        ),
    ])
    func `an error is one sentence with a way out`(error: CodecError, expected: String) {
        #expect(error.message(for: "a.png") == expected)
    }

    @Test(arguments: [
        ("a.png", PictureFormat.png), ("out/b.JPG", .jpeg), ("x.y.ppm", .pnm), ("c.pam", .pnm), ("d.pfm", .pfm),
        ("e.npy", .npy), ("png", nil), ("a.gif", nil), ("a.png/b", nil), ("", nil), (".", nil), ("a.", nil),
    ])
    func `the extension chooses an output's format`(path: String, format: PictureFormat?) {
        #expect(PictureFormat(pathExtensionOf: path) == format)
    }

    @Test func `the first bytes choose an input's format`() {
        for format in PictureFormat.allCases {
            for magic in format.magics { #expect(PictureFormat(firstBytes: magic.map { $0 ?? 7 } + [0, 0]) == format) }
        }
        #expect(PictureFormat(firstBytes: Array("P8".utf8)) == nil)
    }
}
