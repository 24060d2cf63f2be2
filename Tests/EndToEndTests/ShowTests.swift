import Foundation
import Testing

@Suite struct ShowTests {
    @Test func `a kernel is shown whole`() throws {
        let outcome = try Kern().run("show", "[1 2 1; 2 4 2; 1 2 1]/16")
        #expect(
            outcome.printed == """
                size      3x3, 9 taps that weigh
                sum       1: flat areas stay as they are
                symmetry  left and right alike, top and bottom alike, the same after a quarter turn; convolution and \
                correlation agree
                rank      1: separable, a column times a row

                  [ 1 2 1
                    2 4 2
                    1 2 1 ] / 16

                drawn (blocks weigh plus, strokes minus):

                  ▓▓▓▓▓▓
                  ▓▓██▓▓
                  ▓▓▓▓▓▓

                frequency response (how much of a wave is left; in cycles a pixel):

                                   0    1/4    1/2   0                             1/2
                  horizontal   1.000  0.500  0.000   ██████▇▇▇▇▆▆▆▅▅▄▄▄▃▃▂▂▂▁▁▁▁      
                  vertical     1.000  0.500  0.000   ██████▇▇▇▇▆▆▆▅▅▄▄▄▃▃▂▂▂▁▁▁▁      
                  diagonal     1.000  0.250  0.000   ████▇▇▇▆▆▅▅▄▄▃▃▂▂▂▁▁▁▁           

                The matrix lies on the picture as it is printed: correlation, as in network layers.

                """)
    }

    @Test func `a composite shows its program and each kernel in it`() throws {
        let outcome = try Kern().run("show", "sobel")
        #expect(outcome.printed.contains("\nprogram\n  hypot { sobel-x } { sobel-y }\n"))
        #expect(outcome.printed.contains("\nsobel-x\n") && outcome.printed.contains("\nsobel-y\n"))
    }

    @Test func `every kernel and step there is can be shown, and drawn where it has weights`() throws {
        let kern = try Kern()
        let listed = try kern.run("list", "--json").printed.split(separator: "\n")
        #expect(listed.count > 80)
        for line in listed {
            let entry = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            let name = try #require(entry["name"] as? String)
            let outcome = try kern.run("show", name)
            #expect(
                outcome.status == 0 && outcome.said == "" && outcome.printed.contains(name), "\(name): \(outcome.said)")
            let json = try kern.run("show", name, "--json")
            #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: json.output) }
        }
    }

    @Test func `kernels are saved into a folder that is made for them, and pictures in formats there are`() throws {
        let kern = try Kern()
        #expect(try kern.run("show", "sobel", "-o", "new/deep/").status == 0)
        #expect(
            try kern.shell("kern apply new/deep/sobel-x.kern '\(Pictures.samples)/harbour.png' -o x.png").status == 0)
        for (name, says) in [("k.gif", "kern writes no '.gif'"), ("-", "-o needs a file"), ("x.png/", "is a file")] {
            let refused = try kern.run("show", "sobel-x", "-o", name)
            #expect(refused.status == 2 && refused.said.contains(says), "\(refused.said)")
        }
        #expect(try kern.files() == ["new", "x.png"])
    }

    @Test func `a kernel is drawn as a picture`() throws {
        let kern = try Kern()
        #expect(try kern.run("show", "sobel-x", "-o", "k.ppm", "--size", "3x3").status == 0)
        // Red weighs plus, blue minus, and 0 is pale.
        let (plus, minus, zero): ([UInt8], [UInt8], [UInt8]) = ([178, 24, 43], [33, 102, 172], [240, 240, 240])
        let picture = [UInt8](try kern.read("k.ppm").suffix(27))
        #expect(Array(picture[9..<18]) == minus + zero + plus)
        #expect(try kern.run("show", "maxpool", "-o", "m.png").status == 2)
        #expect(try kern.files() == ["k.ppm"])
    }

    @Test func `a mistake points at its place`() throws {
        let outcome = try Kern().run("show", "sobell")
        #expect(outcome.status == 2)
        #expect(
            outcome.said == """
                kern show: program:1:1: unknown step 'sobell'; did you mean 'sobel'?
                    sobell
                    ^^^^^^

                """)
    }
}

@Suite struct ExplainTests {
    @Test func `sizes are worked out in the open`() throws {
        let outcome = try Kern().run("explain", "conv 96 11x11 stride=4 pad=valid", "227x227x3")
        #expect(outcome.status == 0)
        #expect(outcome.printed.contains("    width      ⌊(227 + 0 − 1·(11 − 1) − 1) / 4⌋ + 1 = 55\n"))
        #expect(outcome.printed.contains("    weights    weight 96x3x11x11, bias 1x96x1x1 = 34944, to be learned\n"))
    }

    @Test func `kernels saved from a layer keep how their taps lie`() throws {
        let kern = try Kern()
        let training = try kern.shell(
            "kern train 'conv 2 3x3 dilate=2 anchor=0,0 stride=2 | dense classes' --data \(Pictures.samples)/shapes --epochs 1 "
                + "-o m.safetensors --quiet && kern show m.safetensors --layer 1 -o k/")
        #expect(training.status == 0, "\(training.said)")
        let file = String(decoding: try kern.read("k/conv1-2.kern"), as: UTF8.self)
        #expect(file.hasSuffix("] dilate=2 anchor=0,0\n"), "\(file)")
        try kern.write(Pictures.gray(3, 3, [0, 51, 255, 0, 51, 255, 0, 51, 255]), "a.pgm")
        #expect(try kern.run("apply", "k/conv1-2.kern", "a.pgm", "-o", "b.pgm").status == 0)
    }

    @Test func `the products behind a pixel are written out`() throws {
        let kern = try Kern()
        try kern.write(Pictures.gray(3, 3, [0, 51, 255, 0, 51, 255, 0, 51, 255]), "a.pgm")
        let outcome = try kern.run("explain", "sobel-x", "a.pgm", "--at", "1,1")
        #expect(
            outcome.printed == """
                sobel-x at 1,1
                    0.0000 × -1   0.2000 × 0    1.0000 × 1
                    0.0000 × -2   0.2000 × 0    1.0000 × 2
                    0.0000 × -1   0.2000 × 0    1.0000 × 1
                    sum = 4

                abs at 1,1
                  from sobel-x: 4
                  = 4

                written as 255 of 255

                """)
        // At the rim the sum of the products is not always what comes out.
        for (border, says) in [
            ("keep", "border=keep leaves what was there = "),
            ("renorm", "border=renorm divides by the weights that take part = "),
        ] {
            let rim = try kern.run("explain", "[1 2 1; 2 4 2; 1 2 1]/8 border=\(border)", "a.pgm", "--at", "0,0")
                .printed
            #expect(rim.contains(says) && !rim.contains("    sum = \(says)"), "\(rim)")
        }
        #expect(try kern.run("explain", "median 3", "a.pgm", "--at", "0,0").printed.contains("it takes no part"))
        #expect(try kern.run("explain", "sobel-x", "a.pgm", "--at", "3,0").status == 2)
        #expect(try kern.run("explain", "sobel-x", "3x3", "--at", "1,1").status == 2)
    }

    @Test(arguments: ["0x5", "99999999999999999999x1", "1x99999999999999999999x3"])
    func `impossible sizes are refused`(size: String) throws {
        #expect(try Kern().run("explain", "sobel", size).status == 2)
    }

    @Test func `a picture that is neither size nor file is a sentence`() throws {
        let outcome = try Kern().run("explain", "sobel", "12y12")
        #expect(outcome.status == 1)
        #expect(
            outcome.said
                == "kern explain: '12y12' is neither a size, such as 640x480 or 640x480x3, nor a picture that is there\n"
        )
    }
}
