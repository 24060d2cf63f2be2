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

    @Test func `sizes of a transposed convolution are worked out too`() throws {
        let outcome = try Kern().run("explain", "deconv 3 4x3 stride=2 pad=1,1,1,1 extra=0x1", "32x24x4")
        #expect(outcome.printed.contains("    width      (32 − 1)·2 − 2 + 1·(4 − 1) + 1 = 64\n"), "\(outcome.printed)")
        #expect(outcome.printed.contains("    height     (24 − 1)·2 − 2 + 1·(3 − 1) + 1 + 1 = 48\n"))
        #expect(outcome.printed.contains(", cut off\n"))
        #expect(
            try Kern().run("explain", "deconv 3 2 stride=2", "4x4x1").printed.contains("    padding    none (valid)\n"))
    }

    @Test func `channels that are not said are told of where they matter`() throws {
        for (program, size, isTold) in [
            ("conv 6 5x5", "28x28", true), ("conv 6 5x5", "28x28x1", false), ("gaussian 2", "28x28", false),
            ("input 28x28x1 | conv 6 5x5", "28x28", false),
        ] {
            let said = try Kern().run("explain", program, size).said
            #expect(
                said
                    == (isTold
                        ? "kern explain: note: 28x28 says no channels, and 3 are taken; 28x28x1 is a grey picture\n"
                        : ""))
        }
    }

    @Test func `a net in a file is told by its line`() throws {
        let outcome = try Kern().run("explain", "\(Pictures.samples)/nets/unet.kern", "33x33x1", "--classes", "3")
        #expect(outcome.status == 2 && outcome.said.contains("unet.kern, line 4: concat: "), "\(outcome.said)")
        #expect(try !Kern().run("explain", "sobel pad=valid", "2x2").said.contains(", line"))
        let kern = try Kern()
        let trained = try kern.shell(
            "mkdir -p d/images d/masks && kern apply 'gray | crop 33x33' \(Pictures.samples)/harbour.png -o d/images/a.png && "
                + "kern apply 'threshold 0.5' d/images/a.png -o d/masks/a.png && "
                + "kern train \(Pictures.samples)/nets/unet.kern --data d -o m.safetensors")
        #expect(trained.said.contains("/nets/unet.kern:4:1: the branches of concat"), "\(trained.said)")
    }

    @Test func `padding that counts is told of`() throws {
        let kern = try Kern()
        try kern.write(Pictures.gray(2, 2, [255, 255, 255, 255]), "a.pgm")
        let counted = try kern.run("explain", "avgpool 2 pad=1 count-padding", "a.pgm", "--at", "0,0")
        #expect(
            counted.printed.contains("it adds nothing and counts in the divisor)\n    result = 0.25\n"),
            "\(counted.printed)")
        let plain = try kern.run("explain", "avgpool 2 pad=1", "a.pgm", "--at", "0,0")
        #expect(plain.printed.contains("it takes no part)\n    result = 1\n"), "\(plain.printed)")
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
