import Foundation
import Testing

@Suite struct CompareTests {
    /// scikit-image 0.26, on samples/harbour.png (a) and the same blurred (b):
    ///
    ///     kern apply '[1 2 1; 2 4 2; 1 2 1]/16' samples/harbour.png -o b.png
    ///     a, b = (skimage.io.imread(path) / 255 for path in ("samples/harbour.png", "b.png"))
    ///     structural_similarity(a, b, data_range=1, gaussian_weights=True, sigma=1.5,
    ///                           use_sample_covariance=False, channel_axis=-1)     # SSIM
    ///     peak_signal_noise_ratio(a, b, data_range=1), abs(a - b).max(), abs(a - b).mean()
    @Test func `the measures are those of scikit-image`() throws {
        let kern = try Kern()
        let sample = "\(Pictures.samples)/harbour.png"
        _ = try kern.run("apply", "[1 2 1; 2 4 2; 1 2 1]/16", sample, "-o", "b.png")
        let outcome = try kern.run("compare", sample, "b.png", "--json")
        #expect(outcome.status == 0)
        let found = try #require(JSONSerialization.jsonObject(with: outcome.output) as? [String: Any])
        func number(_ key: String) throws -> Double { try #require(found[key] as? Double) }
        #expect(abs(try number("ssim") - 0.9220770946097998) < 2e-6)
        #expect(abs(try number("psnr") - 27.230632965470583) < 1e-5)
        #expect(abs(try number("maxError") - 0.5176470588235295) < 1e-6)
        #expect(abs(try number("meanError") - 0.019993502348856208) < 1e-7)
    }

    @Test func `an error just above its bound does not look like it`() throws {
        let kern = try Kern()
        try kern.write(Pictures.gray(1, 1, [1]), "a.pgm")
        try kern.write(Pictures.gray(1, 1, [2]), "b.pgm")
        let outcome = try kern.run("compare", "a.pgm", "b.pgm", "--max-error", "0.0039")
        #expect(
            outcome.status == 1 && outcome.said.contains("is 0.003922 (1 of 255), above 0.003900"), "\(outcome.said)")
    }

    @Test func `a difference goes where it can be drawn`() throws {
        let kern = try Kern()
        try kern.write(Pictures.ramp, "a.pgm")
        try kern.write(Pictures.ramp, "b.pgm")
        for (name, says) in [("d.gif", "kern writes no '.gif'"), ("-", "needs a file"), ("b.pgm", "not written over")] {
            let refused = try kern.run("compare", "a.pgm", "b.pgm", "--difference", name, "--force")
            #expect(refused.status == 2 && refused.said.contains(says), "\(refused.said)")
        }
        #expect(try kern.files() == ["a.pgm", "b.pgm"])
        #expect(try kern.run("compare", "a.pgm", "b.pgm", "--difference", "d.pgm").status == 0)
    }

    @Test func `identical pictures are said to be`() throws {
        let kern = try Kern()
        try kern.write(Pictures.ramp, "a.pgm")
        let outcome = try kern.run("compare", "a.pgm", "a.pgm", "--min-psnr", "99", "--min-ssim", "1")
        #expect(outcome.status == 0)
        #expect(
            outcome.printed == """
                identical
                max error     0 (0 of 255)
                mean error    0 (0 of 255)
                PSNR          infinite
                SSIM          none: the pictures are smaller than its window of 11x11

                """)
        #expect(try kern.run("compare", "a.pgm", "a.pgm", "--json").printed.contains(#""psnr":null"#))
    }

    @Test func `a bound that does not hold is status 1 and a sentence`() throws {
        let kern = try Kern()
        try kern.write(Pictures.gray(2, 1, [10, 20]), "a.pgm")
        try kern.write(Pictures.gray(2, 1, [10, 23]), "b.pgm")
        #expect(try kern.run("compare", "a.pgm", "b.pgm", "--max-error", "3/255").status == 0)
        let outcome = try kern.run("compare", "a.pgm", "b.pgm", "--max-error", "2/255")
        #expect(outcome.status == 1)
        #expect(
            outcome.printed.hasPrefix("max error     0.0118 (3 of 255) at 1,0\nmean error    0.0059 (1.5 of 255)\n"))
        #expect(
            outcome.said == "kern compare: the largest error is 0.0118 (3 of 255), above 0.0078 (2 of 255)\n")
    }

    @Test func `the difference is drawn stretched, and says how much`() throws {
        let kern = try Kern()
        try kern.write(Pictures.gray(2, 1, [10, 20]), "a.pgm")
        try kern.write(Pictures.gray(2, 1, [10, 71]), "b.pgm")
        let outcome = try kern.run("compare", "a.pgm", "b.pgm", "--difference", "d.pgm")
        #expect(outcome.printed.hasSuffix("difference    d.pgm, stretched 5 times\n"))
        #expect(try kern.read("d.pgm") == Pictures.gray(2, 1, [0, 255]))
        #expect(try kern.run("compare", "a.pgm", "b.pgm", "--difference", "b.pgm", "-f").status == 2)
    }

    @Test func `pictures of different shape are a sentence`() throws {
        let kern = try Kern()
        try kern.write(Pictures.ramp, "a.pgm")
        try kern.write(Pictures.gray(2, 1, [1, 2]), "b.pgm")
        let outcome = try kern.run("compare", "a.pgm", "b.pgm")
        #expect(outcome.status == 1 && outcome.printed == "")
        #expect(
            outcome.said
                == "kern compare: the sizes differ: a.pgm is 4x4, b.pgm is 2x1; only pictures of one size can be compared\n"
        )
        try kern.write(Pictures.ramp.dropLast(2), "c.pgm")
        #expect(
            try kern.run("compare", "a.pgm", "c.pgm").said
                == "kern compare: c.pgm is cut short: the PNM ends before its picture does; get a complete copy\n")
    }
}
