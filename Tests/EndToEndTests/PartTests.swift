import Codecs
import Foundation
import Pixels
import Testing

/// `--region`, `--mask` and `--channels` with the real binary.
struct PartTests {
    @Test func `a region and a mask change what they cover`() throws {
        let kern = try Kern()
        try kern.write(Pictures.ramp, "a.pgm")
        try kern.write(Pictures.gray(4, 4, [UInt8](repeating: 0, count: 15) + [255]), "m.pgm")
        #expect(try kern.run("apply", "invert", "a.pgm", "-o", "b.pgm", "--region", "1x2+3+2").status == 0)
        #expect(try kern.run("apply", "invert", "a.pgm", "-o", "c.pgm", "--mask", "m.pgm").status == 0)
        var samples = (0..<16).map { UInt8($0 * 16) }
        samples[15] = 15
        #expect(try kern.read("c.pgm") == Pictures.gray(4, 4, samples))
        samples[11] = 255 - 176
        #expect(try kern.read("b.pgm") == Pictures.gray(4, 4, samples))
    }

    @Test func `a mask is turned upright with its picture`() throws {
        let kern = try Kern()
        // A mask that lies on its side, and is white in its first stored column.
        let mask = Raster(
            header: PictureHeader(
                size: Size(width: 2, height: 3), channels: .gray, depth: .uint8,
                metadata: Metadata(exif: Metadata.exif(.turnedLeft))),
            bytes: [255, 0, 255, 0, 255, 0])
        let sink = ByteSink()
        let writer = try PictureWriter(.png, mask.header, to: sink)
        try mask.bytes.withUnsafeBytes { try writer.writeRows(3, from: $0) }
        try writer.finish()
        try kern.write(Data(sink.bytes), "m.png")
        try kern.write(Pictures.gray(3, 2, [0, 0, 0, 0, 0, 0]), "a.pgm")
        #expect(try kern.run("apply", "invert", "a.pgm", "-o", "b.pgm", "--mask", "m.png", "--upright").status == 0)
        #expect(try kern.read("b.pgm") == Pictures.gray(3, 2, [255, 255, 255, 0, 0, 0]))
        #expect(try kern.run("apply", "invert", "a.pgm", "-o", "c.pgm", "--mask", "m.png").status == 2)
    }

    @Test func `what a program reads beside its pictures is not written over either`() throws {
        let kern = try Kern()
        try kern.write(Pictures.ramp, "a.pgm")
        try kern.write(Pictures.ramp, "m.pgm")
        try kern.write(Data("[1 2 1]/4".utf8), "k.kern")
        let files = try kern.files()
        for words in [
            "sobel a.pgm -o m.pgm --mask m.pgm", "k.kern a.pgm -o k.kern --format pnm",
            "k.kern a.pgm -o b.pgm --save k.kern", "sobel a.pgm -o b.pgm --save ./m.kern --mask m.kern",
        ] {
            if words.contains("m.kern") { try kern.write(Pictures.ramp, "m.kern") }
            let outcome = try kern.shell("kern apply \(words) --force")
            #expect(outcome.status == 2 && outcome.said.contains("is not written over"), "\(words): \(outcome.said)")
        }
        #expect(try kern.run("convert", "k.kern", "--to", "csv", "-o", "k.kern", "--force").status == 2)
        #expect(try kern.read("k.kern") == Data("[1 2 1]/4".utf8))
        #expect(try kern.read("m.pgm") == Pictures.ramp)
        #expect(try kern.files().sorted() == (files + ["m.kern"]).sorted())
        #expect(try kern.run("apply", "box", "none.pgm", "-o", "b.pgm", "--save", "p.kern").status == 1)
        #expect(try !kern.files().contains("p.kern"), "a program that did not work is not kept")
    }

    @Test(arguments: [
        (["--region", "10x10"], "'--region' is WIDTHxHEIGHT+X+Y such as 200x100+40+30, where X and Y"),
        (["--region", "0x4+1+1"], "'--region' is WIDTHxHEIGHT+X+Y"),
        (["--channels", "r,r"], "'--channels' is luma, or r, g, b or numbers from 0"),
        (["--channels", "a"], "--channels: alpha is no colour"),
        (["--mask", "-"], "--mask is read anew for every picture"),
        (["--mask", "small.pgm"], "the mask is 1x1, but the picture is 4x4; a mask is as large as its picture"),
        (["--mask", "nowhere.png"], "cannot open nowhere.png: no such file or directory; check the name"),
        (["--mask", "cut.pgm"], "cut.pgm is cut short: the PNM ends before its picture does; get a complete copy"),
    ])
    func `a part that makes no sense is refused in a sentence`(words: [String], sentence: String) throws {
        let kern = try Kern()
        try kern.write(Pictures.ramp, "a.pgm")
        try kern.write(Pictures.gray(1, 1, [9]), "small.pgm")
        try kern.write(Pictures.ramp.dropLast(3), "cut.pgm")
        let outcome = try kern.shell("kern apply invert a.pgm -o b.pgm \(words.joined(separator: " "))")
        #expect(outcome.status != 0 && outcome.said.hasPrefix("kern apply: " + sentence), "\(outcome.said)")
        #expect(try kern.files() == ["a.pgm", "cut.pgm", "small.pgm"])
    }
}
