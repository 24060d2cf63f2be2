import Foundation
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
