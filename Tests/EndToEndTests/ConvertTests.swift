import Foundation
import Testing

/// `kern convert` with the real binary: texts, files and streams.
struct ConvertTests {
    @Test(arguments: [
        ("3 3\n-1 0 1\n-2 0 2\n-1 0 1\n", "[-1 0 1; -2 0 2; -1 0 1]"), ("1 2 1\n2 4 2\n", "[1 2 1; 2 4 2]"),
        ("[[1]]", "[1]"), ("-1,0,1,-2,0,2,-1,0,1", "[-1 0 1; -2 0 2; -1 0 1]"),
    ])
    func `a text is taken for what it looks like`(text: String, kernel: String) throws {
        let outcome = try Kern().run("convert", text)
        #expect(outcome.status == 0 && outcome.printed == kernel + "\n", "\(outcome.said)\(outcome.printed)")
    }

    @Test func `an imported kernel is a program`() throws {
        let kern = try Kern()
        try kern.write(Pictures.ramp, "a.pgm")
        let outcome = try kern.shell(
            "kern apply \"$(kern convert '3x3: 0,0,0 0,0,1 0,0,0')\" a.pgm -o b.pgm && "
                + "kern apply '[0 0 0; 1 0 0; 0 0 0]' a.pgm -o c.pgm && cmp b.pgm c.pgm")
        #expect(outcome.status == 0, "\(outcome.said)")
    }

    @Test(arguments: ["mat", "svg", "json", "csv", "npy", "kern"])
    func `a file's name says how it is written`(extension name: String) throws {
        let kern = try Kern()
        #expect(try kern.run("convert", "[1 2 3; 4 5 6; 7 8 9]", "-o", "k.\(name)").status == 0)
        let back = try kern.run("convert", "k.\(name)")
        #expect(back.printed.hasPrefix("[1 2 3; 4 5 6; 7 8 9]"), "\(back.said)")
        #expect(try kern.run("convert", "[1]", "-o", "k.\(name)").status == 2, "an existing file stays")
    }

    @Test func `one of several kernels is chosen`() throws {
        let kern = try Kern()
        let several = try kern.run("convert", "[[[1,2],[3,4]],[[5,6],[7,8]]]")
        #expect(several.status == 2)
        #expect(
            several.said
                == "kern convert: there are 2 kernels in it; choose one with --index, from 1 to 2\n")
        #expect(try kern.run("convert", "[[[1,2],[3,4]],[[5,6],[7,8]]]", "--index", "2").printed == "[5 6; 7 8]\n")
    }

    @Test func `what a syntax cannot say is said beside it`() throws {
        let kern = try Kern()
        let outcome = try kern.run("convert", "[1 2 1]/4 | offset 0.5", "--to", "imagemagick")
        #expect(outcome.printed == "3x1: 0.25,0.5,0.25\n")
        #expect(
            outcome.said
                == "kern convert: note: the offset is no part of the kernel: add -define convolve:bias=50%\n")
        for setting in ["stride=2", "dilate=2", "pad=full"] {
            let lost = try kern.run("convert", "[1 2 1]/4 \(setting)", "--to", "kern")
            #expect(lost.status == 2 && lost.printed.isEmpty && lost.said.contains("a converted kernel cannot hold"))
        }
        let refused = try kern.run("convert", "gaussian 2 | sobel", "--to", "vips")
        #expect(refused.status == 2 && refused.said.contains("only single kernels can be converted"))
    }

    @Test func `stdin and stdout are streams`() throws {
        let kern = try Kern()
        let outcome = try kern.shell("kern convert sobel-x --to npy | kern convert - --to vips")
        #expect(outcome.printed == "3 3 1 0\n-1 0 1\n-2 0 2\n-1 0 1\n", "\(outcome.said)")
    }
}
