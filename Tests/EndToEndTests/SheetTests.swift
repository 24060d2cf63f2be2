import Codecs
import Foundation
import Pixels
import Testing

/// `kern show MODEL --layer N -o FILE`: sheets of kernels, and of the maps that a layer makes of a picture.
struct SheetTests {
    private let shapes = "\(Pictures.samples)/shapes"

    private func trained(_ program: String) throws -> Kern {
        let kern = try Kern()
        let ran = try kern.shell("kern train '\(program)' --data \(shapes) -o m.safetensors --epochs 1 --quiet")
        #expect(ran.status == 0, "\(ran.said)")
        return kern
    }

    private func decoded(_ kern: Kern, _ name: String) throws -> Raster {
        try Raster.decode([UInt8](kern.read(name)))
    }

    /// The longest run of columns that are all paper, and how many runs there are, from the first that is not.
    private func gutters(of sheet: Raster) -> [Int] {
        let (width, height) = (sheet.header.size.width, sheet.header.size.height)
        let isPaper = (0..<width).map { x in
            (0..<height).allSatisfy { y in
                sheet.bytes[(y * width + x) * 3..<(y * width + x) * 3 + 3].allSatisfy { $0 == 255 }
            }
        }
        return isPaper.split(separator: false, omittingEmptySubsequences: true).map(\.count)
    }

    @Test func `many kernels have pixels enough each, near a square, those of an output nearest to each other`() throws
    {
        let kern = try trained("input 16x16x3 | conv 64 3x3 | relu | conv 40 3x3 | globalmax | dense classes")
        for (layer, size) in [("1", "512x416"), ("2", "1024x640")] {
            let shown = try kern.shell(
                "kern show m.safetensors --layer \(layer) -o k.ppm --force >/dev/null && head -c 15 k.ppm | sed -n 2p | tr ' ' x"
            )
            #expect(shown.printed.hasPrefix(size), "\(shown.printed)\(shown.said)")
        }
        #expect(try kern.run("show", "m.safetensors", "--layer", "1", "-o", "k.png").status == 0)
        // Cells of 8 pixels: one between kernels, two between outputs, and a pixel between the weights of a kernel.
        let wide = gutters(of: try decoded(kern, "k.png")).filter { $0 > 1 }.dropFirst().dropLast()
        #expect(Array(wide.prefix(6)) == [9, 9, 17, 9, 9, 17], "\(wide)")
        // What is asked for holds.
        let asked = try kern.shell(
            "kern show m.safetensors --layer 1 -o s.ppm --size 300x200 >/dev/null && head -c 15 s.ppm | sed -n 2p")
        #expect(asked.printed.hasPrefix("300 200"))
    }

    @Test func `more kernels than are printed or saved can be drawn`() throws {
        let kern = try trained("input 8x8x1 | conv 65 3x3 stride=2 | conv 64 3x3 stride=2 | globalmax | dense classes")
        let drawn = try kern.run("show", "m.safetensors", "--layer", "2", "-o", "k.png")
        #expect(drawn.status == 0 && drawn.printed.contains("4160 kernels of 3x3, drawn in k.png"), "\(drawn.said)")
        for words in [[], ["-o", "k/"], ["-o", "j.png", "--json"]] {
            let line = (["kern show m.safetensors --layer 2"] + words).joined(separator: " ")
            let refused = try kern.shell(line)
            #expect(refused.status == 2, "\(line)")
            #expect(
                refused.said.contains("conv2 has 4160 kernels, more than the 4096 that are shown; -o FILE.png draws"))
        }
    }

    @Test func `files of a layer's kernels say how they are used in it, and that does the same`() throws {
        let kern = try trained(
            "input 32x32x1 | conv 3 5x3 stride=2 dilate=2 pad=1,2,3,4 border=reflect | relu | flatten | dense classes")
        let saved = try kern.shell("kern show m.safetensors --layer 1 -o k/ && kern show k/conv1-2.kern | head -2")
        #expect(
            saved.said
                == "kern show: note: the files hold the weights alone, and conv1 has 'stride=2 pad=1,2,3,4 border=reflect' and a bias besides; each file says how it is in the layer\n"
        )
        let lines = saved.printed.split(separator: "\n")
        let use = try #require(lines.last { $0.hasPrefix("in the layer: conv1-2 ") }).dropFirst("in the layer: ".count)
        #expect(use.hasPrefix("conv1-2 stride=2 pad=1,2,3,4 border=reflect | offset "), "\(use)")
        let picture = "\(shapes)/test/cross/000.png"
        let same = try kern.shell(
            "kern show m.safetensors \(picture) --layer conv1 -o maps.npy && kern apply 'channel 1' maps.npy -o a.npy && "
                + "KERN_PATH=$PWD/k kern apply '\(use)' \(picture) -o b.npy && kern compare a.npy b.npy --max-error 1e-6"
        )
        #expect(same.status == 0, "\(same.printed)\(same.said)")
        // Of groups, inputs are told by their place in what comes in.
        let inner = try trained(
            "input 32x32x1 | conv 4 3x3 | conv 4 3x3 groups=2 no-bias border=edge | globalmax | dense classes")
        let second = try inner.shell("kern show m.safetensors --layer 2 -o k/ >/dev/null && head -n 2 k/conv2-3-4.kern")
        #expect(second.said.contains("conv2 has 'border=edge' besides"), "\(second.said)")
        #expect(
            second.printed.contains(
                "output 3, input 4, from m.safetensors\n# in the layer: conv2-3-4 border=edge, one of 2"))
    }

    @Test func `a layer's maps are drawn side by side on one scale, and as numbers`() throws {
        let kern = try trained("input 16x16x1 | conv 5 3x3 | batchnorm | relu | maxpool 2 | globalmax | dense classes")
        let picture = "\(shapes)/test/cross/000.png"
        let maps = try kern.shell(
            "kern show m.safetensors \(picture) --layer 1 -o maps.png && kern show m.safetensors \(picture) --layer maxpool1 -o pool.png"
        )
        #expect(maps.status == 0, "\(maps.said)")
        #expect(
            maps.printed.contains("conv1: conv 5 3x3\n  5 maps of 16x16, drawn in maps.png: blue is -"),
            "\(maps.printed)")
        #expect(maps.printed.contains("maxpool1: maxpool 2\n  5 maps of 8x8, drawn in pool.png: black is 0, white "))
        // 3 by 2 maps, each sample 21 pixels, 4 pixels around them.
        let sheet = try decoded(kern, "maps.png")
        #expect(sheet.header.size == Size(width: 1024, height: 684), "\(sheet.header.size)")
        let numbers = try kern.shell(
            "kern show m.safetensors \(picture) --layer 1 -o m.npy && kern apply 'channel 4' m.npy -o four.csv && cat four.csv"
        )
        #expect(numbers.status == 0, "\(numbers.said)")
        let rows = numbers.printed.split(separator: "\n").suffix(16).map {
            $0.split(separator: ",").compactMap { Float($0) }
        }
        #expect(rows.count == 16 && rows.allSatisfy { $0.count == 16 })
        // Channel 4 is the second of the second row.
        for (x, y) in [(0, 0), (7, 3), (15, 15)] {
            let place = 3 * ((4 + 340 + 21 * y + 10) * 1024 + 4 + 340 + 21 * x + 10)
            let (red, blue) = (sheet.bytes[place], sheet.bytes[place + 2])
            let value = rows[y][x]
            #expect(value == 0 || (value > 0 ? red >= blue : blue >= red), "\(x),\(y): \(value), \(red) \(blue)")
        }
        let asked = try kern.shell(
            "kern show m.safetensors \(picture) --layer relu1 -o r.ppm --size 100x60 >/dev/null && sed -n 2p r.ppm")
        #expect(asked.printed == "100 60\n", "\(asked.printed)\(asked.said)")
    }

    @Test func `maps that cannot be drawn have a sentence each, and leave no file`() throws {
        let kern = try trained("input 16x16x1 | conv 5 3x3 | relu | globalmax | dense classes")
        let picture = "\(shapes)/test/cross/000.png"
        try kern.write(Data("old".utf8), "old.png")
        let cases = [
            ("show m.safetensors \(picture)", 2, "name its file with -o, as in -o maps.png"),
            ("show m.safetensors \(picture) -o maps/", 2, "maps go into one file"),
            ("show m.safetensors \(picture) -o -", 2, "maps go into one file"),
            ("show m.safetensors \(picture) -o old.png", 2, "'old.png' exists; --force replaces it"),
            ("show m.safetensors \(picture) -o x.png --json", 2, "-o maps.npy holds the numbers"),
            (
                "show m.safetensors \(picture) -o x.png --layer dense1", 2,
                "dense1 makes 4 numbers of a picture and no maps"
            ),
            ("show m.safetensors \(picture) -o x.png --layer pool", 2, "are input1, conv1, relu1, globalmax1, dense1"),
            ("show m.safetensors \(picture) -o x.png --layer 2", 2, "'m.safetensors' has 1: conv1"),
            (
                "show m.safetensors \(picture) -o x.png --size 8x8", 2,
                "a picture of 8x8 has no room for 5 maps of 16x16"
            ),
            ("show m.safetensors nowhere.png -o x.png", 1, "'nowhere.png' is no picture that is there"),
            ("show gaussian 2", 1, "words that belong together go in quotes: kern show 'gaussian 2'"),
            ("show sobel --threads 2", 2, "--threads is for what is made of a PICTURE"),
        ]
        for (line, status, says) in cases {
            let outcome = try kern.shell("kern \(line)")
            #expect(outcome.status == status && outcome.said.contains(says), "\(line): \(outcome.said)")
        }
        #expect(try kern.files() == ["m.safetensors", "old.png"])
    }
}
