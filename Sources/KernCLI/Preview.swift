import Codecs
import Pixels

/// A picture drawn in the terminal, by the best means that the terminal has.
package struct Preview {
    package enum Means: String, Hashable, Sendable, CaseIterable {
        /// The protocols of kitty and iTerm2 take PNGs.
        case kitty
        case iterm
        /// The oldest: rows of six pixels, colour by colour.
        case sixel
        /// Two pixels a character, in 16 million colours, in 256, or in none.
        case blocks
        case blocks256
        case shades

        /// By what terminals say of themselves. In a multiplexer only characters are sure to arrive.
        package init(hasColor: Bool, variable: (String) -> String?) {
            let term = variable("TERM") ?? ""
            let program = variable("TERM_PROGRAM") ?? ""
            let isWrapped = variable("TMUX") != nil || term.hasPrefix("screen") || term.hasPrefix("tmux")
            if !hasColor {
                self = .shades
            } else if !isWrapped, variable("KITTY_WINDOW_ID") != nil || term == "xterm-kitty" || program == "ghostty" {
                self = .kitty
            } else if !isWrapped, ["iTerm.app", "WezTerm"].contains(program) {
                self = .iterm
            } else if !isWrapped, term.contains("sixel") || ["foot", "mlterm", "yaft"].contains(where: term.hasPrefix) {
                self = .sixel
            } else {
                self = ["truecolor", "24bit"].contains(variable("COLORTERM") ?? "") ? .blocks : .blocks256
            }
        }
    }

    package let means: Means

    package init(_ means: Means) { self.means = means }

    /// The most pixels there is room for in so many columns and lines.
    package func room(columns: Int, lines: Int) -> Size {
        switch means {
        case .kitty, .iterm, .sixel: Size(width: max(8, min(columns * 8, 800)), height: max(8, min(lines * 14, 600)))
        case .blocks, .blocks256, .shades:
            Size(width: max(1, columns), height: 2 * max(1, lines))
        }
    }

    /// What to print: lines that end where the picture does.
    package func text(_ raster: Raster) throws -> String {
        switch means {
        case .kitty: return try kitty(raster)
        case .iterm:
            let png = try Preview.png(raster)
            return "\u{1B}]1337;File=inline=1;size=\(png.count);preserveAspectRatio=1:\(Base64.text(png))\u{07}"
        case .sixel: return Sixel(raster).text
        case .blocks, .blocks256, .shades: return blocks(raster)
        }
    }

    /// In pieces of 4096 characters, all but the last announcing another.
    private func kitty(_ raster: Raster) throws -> String {
        var rest = Base64.text(try Preview.png(raster))[...]
        var text = ""
        var isFirst = true
        repeat {
            let piece = rest.prefix(4096)
            rest = rest.dropFirst(4096)
            text += "\u{1B}_G" + (isFirst ? "a=T,f=100," : "") + "m=\(rest.isEmpty ? 0 : 1);\(piece)\u{1B}\\"
            isFirst = false
        } while !rest.isEmpty
        return text
    }

    private static func png(_ raster: Raster) throws -> [UInt8] {
        let sink = ByteSink()
        let writer = try PictureWriter(.png, raster.header, options: EncodingOptions(threads: 1), to: sink)
        try raster.bytes.withUnsafeBytes { try writer.writeRows(raster.header.size.height, from: $0) }
        try writer.finish()
        return sink.bytes
    }

    /// Which of a terminal's 256 colours comes nearest: of its cube of six unequal steps a channel, or of its 24 greys.
    private static func nearest(_ color: [Int]) -> Int {
        let cube = color.map { $0 < 48 ? 0 : $0 < 115 ? 1 : ($0 - 35) / 40 }
        let grey = min(23, max(0, (color.reduce(0, +) / 3 - 3) / 10))
        func distance(_ other: [Int]) -> Int { zip(color, other).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } }
        let isGrey = distance(color.map { _ in 8 + 10 * grey }) < distance(cube.map { $0 == 0 ? 0 : 55 + 40 * $0 })
        return isGrey ? 232 + grey : 16 + 36 * cube[0] + 6 * cube[1] + cube[2]
    }

    private func blocks(_ raster: Raster) -> String {
        let size = raster.header.size
        func color(_ x: Int, _ y: Int) -> [Int] {
            // Below an odd last row there is nothing: black, as most terminals are.
            guard y < size.height else { return [0, 0, 0] }
            return (0..<3).map { Int(raster.bytes[(y * size.width + x) * 3 + $0]) }
        }
        func code(_ color: [Int]) -> String {
            if means == .blocks { return "2;\(color[0]);\(color[1]);\(color[2])" }
            return "5;\(Preview.nearest(color))"
        }
        let shades = Array(" ░▒▓█")
        var lines: [String] = []
        for y in stride(from: 0, to: size.height, by: 2) {
            var line = ""
            for x in 0..<size.width {
                let (upper, lower) = (color(x, y), color(x, y + 1))
                if means == .shades {
                    let light = (upper + (y + 1 < size.height ? lower : upper)).reduce(0, +)
                    line.append(shades[light * 4 / (6 * 255)])
                } else {
                    line += "\u{1B}[38;\(code(upper));48;\(code(lower))m▀"
                }
            }
            lines.append(means == .shades ? line : line + "\u{1B}[0m")
        }
        return lines.joined(separator: "\n")
    }
}

/// A picture as sixels: 216 colours, dithered, since more are not sure to be there.
private struct Sixel {
    let text: String

    /// Of 16 places each is passed by another threshold.
    private static let bayer = [0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5]

    init(_ raster: Raster) {
        let size = raster.header.size
        let levels = (0..<size.width * size.height).map { index -> Int in
            let threshold = Sixel.bayer[index / size.width % 4 * 4 + index % size.width % 4] * 16 + 8
            func level(_ channel: Int) -> Int { (Int(raster.bytes[index * 3 + channel]) * 5 + threshold) / 256 }
            return level(0) * 36 + level(1) * 6 + level(2)
        }
        var text = "\u{1B}Pq\"1;1;\(size.width);\(size.height)"
        for color in 0..<216 {
            text += "#\(color);2;\(color / 36 * 20);\(color / 6 % 6 * 20);\(color % 6 * 20)"
        }
        for top in stride(from: 0, to: size.height, by: 6) {
            let rows = top..<min(top + 6, size.height)
            let used = Set(rows.flatMap { levels[$0 * size.width..<($0 + 1) * size.width] }).sorted()
            for color in used {
                text += "#\(color)"
                var run = (bits: -1, count: 0)
                for x in 0...size.width {
                    var bits = -1
                    if x < size.width {
                        bits = 0
                        for y in rows where levels[y * size.width + x] == color { bits |= 1 << (y - top) }
                    }
                    if bits == run.bits {
                        run.count += 1
                    } else {
                        if run.count > 0 { text += Sixel.run(run.bits, run.count) }
                        run = (bits, 1)
                    }
                }
                text += "$"
            }
            text += "-"
        }
        self.text = text + "\u{1B}\\"
    }

    private static func run(_ bits: Int, _ count: Int) -> String {
        let character = String(UnicodeScalar(UInt8(63 + bits)))
        return count > 3 ? "!\(count)\(character)" : String(repeating: character, count: count)
    }
}

/// Bytes as text: three become four letters.
package enum Base64 {
    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    package static func text(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count / 3 * 4 + 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for place in 0..<4 {
                text.append(place <= group.count ? letters[bits >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
