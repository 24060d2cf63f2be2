import Codecs
import KernCLI
import Pixels
import Testing

@Suite struct PreviewTests {
    private func means(_ variables: [String: String], hasColor: Bool = true) -> Preview.Means {
        Preview.Means(hasColor: hasColor) { variables[$0] }
    }

    @Test func `the means are what the terminal says it has`() {
        #expect(means(["TERM": "xterm-kitty"]) == .kitty)
        #expect(means(["TERM": "xterm-256color", "KITTY_WINDOW_ID": "1"]) == .kitty)
        #expect(means(["TERM_PROGRAM": "iTerm.app"]) == .iterm)
        #expect(means(["TERM": "foot"]) == .sixel)
        #expect(means(["TERM": "xterm-kitty", "TMUX": "/tmp/x"]) == .blocks256)
        #expect(means(["TERM": "xterm", "COLORTERM": "truecolor"]) == .blocks)
        #expect(means(["TERM": "xterm-kitty"], hasColor: false) == .shades)
        #expect(means([:]) == .blocks256)
    }

    private let picture = Raster(
        header: PictureHeader(size: Size(width: 2, height: 3), channels: .rgb, depth: .uint8),
        bytes: [255, 0, 0, 0, 0, 0, 0, 255, 0, 255, 255, 255, 0, 0, 255, 255, 255, 255])

    @Test func `characters show two pixels each`() throws {
        #expect(
            try Preview(.blocks).text(picture)
                == "\u{1B}[38;2;255;0;0;48;2;0;255;0m▀\u{1B}[38;2;0;0;0;48;2;255;255;255m▀\u{1B}[0m\n"
                + "\u{1B}[38;2;0;0;255;48;2;0;0;0m▀\u{1B}[38;2;255;255;255;48;2;0;0;0m▀\u{1B}[0m")
        #expect(try Preview(.blocks256).text(picture).hasPrefix("\u{1B}[38;5;196;48;5;46m▀\u{1B}[38;5;16;48;5;231m▀"))
        #expect(try Preview(.shades).text(picture) == "░▒\n░█")
    }

    /// xterm's palette: six steps of 0, 95, 135, 175, 215 and 255 a channel, and greys of 8, 18 … 238.
    @Test func `of 256 colours the nearest is taken`() throws {
        let colors: [(rgb: [UInt8], code: Int)] = [
            ([95, 135, 175], 67), ([128, 128, 128], 244), ([0, 0, 0], 16), ([255, 255, 255], 231), ([90, 100, 98], 59),
            ([40, 0, 0], 233), ([60, 0, 0], 52), ([120, 160, 200], 110),
        ]
        for (rgb, code) in colors {
            let one = Raster(header: PictureHeader(size: Size(1), channels: .rgb, depth: .uint8), bytes: rgb)
            let text = try Preview(.blocks256).text(one)
            #expect(text.hasPrefix("\u{1B}[38;5;\(code);"), "\(rgb): \(text.dropFirst())")
        }
    }

    @Test func `sixels paint every pixel once`() throws {
        let text = try Preview(.sixel).text(picture)
        #expect(text.hasPrefix("\u{1B}Pq\"1;1;2;3#0;2;0;0;0#") && text.hasSuffix("-\u{1B}\\"))
        // Of the band each colour has a bit in each column where it is.
        let band = text.drop { $0 != "\u{1B}" }.split(separator: "$").map { String($0) }
        var columns = [0, 0]
        for part in band {
            let bits = part.unicodeScalars.suffix(2).map { Int($0.value) - 63 }
            guard bits.count == 2, bits.allSatisfy({ (0..<64).contains($0) }), !part.contains("\\") else { continue }
            for x in 0..<2 {
                #expect(columns[x] & bits[x] == 0)
                columns[x] |= bits[x]
            }
        }
        #expect(columns == [7, 7])
    }

    @Test func `kitty and iTerm2 get a PNG in pieces they take`() throws {
        let large = Raster(
            header: PictureHeader(size: Size(width: 100, height: 100), channels: .rgb, depth: .uint8),
            bytes: (0..<30_000).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 13 ^ $0 &* $0 &* 40_503 >> 7) }
        )
        let pieces = try Preview(.kitty).text(large).split(separator: "\u{1B}\\")
        #expect(pieces.count > 1 && pieces[0].hasPrefix("\u{1B}_Ga=T,f=100,m=1;iVBORw0KGgo"))
        #expect(pieces.dropFirst().dropLast().allSatisfy { $0.hasPrefix("\u{1B}_Gm=1;") })
        #expect(pieces.last?.hasPrefix("\u{1B}_Gm=0;") == true)
        #expect(pieces.allSatisfy { $0.split(separator: ";").last.map { $0.count <= 4096 } ?? false })
        let inline = try Preview(.iterm).text(large)
        #expect(inline.hasPrefix("\u{1B}]1337;File=inline=1;size=") && inline.hasSuffix("\u{07}"))
    }

    @Test(arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")])
    func `base64 is that of RFC 4648`(plain: String, coded: String) {
        #expect(Base64.text(Array(plain.utf8)) == coded)
    }
}
