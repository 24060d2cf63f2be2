import Foundation
import Testing

@Suite struct TrainTests {
    /// A sample, and what a program makes of it.
    private func pair(_ program: String, _ options: String = "") throws -> Kern {
        let kern = try Kern()
        let outcome = try kern.shell(
            "cp '\(Pictures.samples)'/\(Self.sample) a.png && kern apply '\(program)' a.png -o b.png \(options)")
        #expect(outcome.status == 0, "\(outcome.said)")
        return kern
    }

    private static let sample: String = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: Pictures.samples)) ?? []
        return names.sorted().first { $0.hasSuffix("harbour.png") } ?? "none"
    }()

    @Test func `a kernel is learned, written, and does the same again`() throws {
        let kern = try pair("gaussian 0.7")
        let learned = try kern.run("train", "conv 7x7", "--before", "a.png", "--after", "b.png", "-o", "mystery.kern")
        #expect(learned.status == 0, "\(learned.said)")
        #expect(learned.printed.contains("gaussian"))
        #expect(try kern.run("apply", "mystery.kern", "a.png", "-o", "c.png").status == 0)
        // Where it lies, its name is enough.
        #expect(try kern.run("apply", "mystery", "a.png", "-o", "d.png").status == 0)
        #expect(try kern.read("c.png") == kern.read("d.png"))
        #expect(try kern.run("compare", "b.png", "c.png", "--max-error", "2/255").status == 0)
        let again = try kern.run("train", "conv 7x7", "--before", "a.png", "--after", "b.png", "-o", "mystery.kern")
        #expect(again.status == 2 && again.said.contains("mystery.kern' exists"))
        #expect(try kern.files() == ["a.png", "b.png", "c.png", "d.png", "mystery.kern"])
    }

    @Test func `colours that were mixed are learned as a program of known steps`() throws {
        let kern = try pair("channel b,g,r")
        let learned = try kern.run(
            "train", "conv 1x1", "--colour", "mix", "--before", "a.png", "--after", "b.png", "-o", "swap.kern")
        #expect(learned.status == 0, "\(learned.said)")
        #expect(try kern.run("apply", "swap.kern", "a.png", "-o", "c.png").status == 0)
        #expect(try kern.run("compare", "b.png", "c.png", "--max-error", "1/255").status == 0)
    }

    @Test func `a brightness that no kernel holds is told of`() throws {
        let kern = try pair("sharpen 0.2 | offset 0.08")
        let learned = try kern.run("train", "conv 3x3", "--before", "a.png", "--after", "b.png")
        #expect(learned.said.contains("levels brighter than the kernel makes it"), "\(learned.said)")
        let biased = try kern.run("train", "conv 3x3", "--bias", "--before", "a.png", "--after", "b.png")
        #expect(!biased.said.contains("levels brighter"), "\(biased.said)")
    }

    @Test func `each note names the cause that explains it`() throws {
        let swapped = try pair("channel b,g,r")
        let mixed = try swapped.run("train", "conv 3x3", "--before", "a.png", "--after", "b.png")
        #expect(mixed.said.contains("try --colour mix") && !mixed.said.contains("--bias"), "\(mixed.said)")
        let wide = try pair("gaussian 1.3")
        let narrow = try wide.run("train", "conv 3x3", "--before", "a.png", "--after", "b.png")
        #expect(narrow.said.contains("the kernel is larger") && !narrow.said.contains("--bias"), "\(narrow.said)")
        let placed = try pair("[1 2; 3 4]/10 anchor=0,0")
        let known = try placed.run("train", "conv 2x2 anchor=0,0", "--before", "a.png", "--after", "b.png")
        #expect(!known.said.contains("shifted"), "\(known.said)")
        let cut = try placed.run("train", "conv 2x2 pad=valid border=reflect", "--before", "a.png", "--after", "b.png")
        #expect(cut.said.contains("'conv 2x2 border=reflect' fits"), "\(cut.said)")
    }

    @Test func `a demand that the pictures do not bear out is named`() throws {
        let kern = try pair("sobel-x", "--range offset")
        for demand in ["--sum 1", "--symmetric full"] {
            let learned = try kern.shell("kern train 'conv 3x3' --bias --before a.png --after b.png \(demand)")
            #expect(learned.status == 0)
            #expect(
                learned.said.contains("(\(demand.prefix { $0 != " " })) does not hold"), "\(demand): \(learned.said)")
        }
    }

    @Test func `what is no kernel is said to be none`() throws {
        let kern = try pair("median 5")
        let learned = try kern.run("train", "conv 3x3", "--before", "a.png", "--after", "b.png")
        #expect(learned.status == 0)
        #expect(learned.said.contains("note:") && learned.printed.contains("where rounding alone would leave"))
    }

    @Test(arguments: [("GRAYSCALE", 1), ("GRAYSCALE_ALPHA", 2), ("RGB", 3), ("RGB_ALPHA", 4)])
    func `the program that is named for what is no kernel can be trained as it stands`(
        kind: String, channels: Int
    ) throws {
        let kern = try Kern()
        var state: UInt32 = 3
        var samples: [UInt8] = []
        for place in 0..<90 * 70 * channels {
            state = state &* 1_664_525 &+ 1_013_904_223
            let isAlpha = channels % 2 == 0 && place % channels == channels - 1
            samples.append(isAlpha ? 255 : UInt8(40 + state >> 25))
        }
        let head = "P7\nWIDTH 90\nHEIGHT 70\nDEPTH \(channels)\nMAXVAL 255\nTUPLTYPE \(kind)\nENDHDR\n"
        try kern.write(Data(head.utf8) + Data(samples), "a.pam")
        for (window, step) in [("3x3", "median 5"), ("3x3 stride=2 border=reflect", "median 5 | identity stride=2")] {
            let made = try kern.run("apply", step, "a.pam", "-o", "b.pam", "--force")
            #expect(made.status == 0, "\(made.said)")
            let solved = try kern.run("train", "conv \(window)", "--before", "a.pam", "--after", "b.pam")
            let advice = solved.said.components(separatedBy: "'").first { $0.hasPrefix("conv 8 ") }
            let program = try #require(advice, "\(solved.said)")
            let trained = try kern.run(
                "train", program, "--before", "a.pam", "--after", "b.pam", "--epochs", "1", "-o", "n.safetensors",
                "--force")
            #expect(trained.status == 0, "\(kind), \(program): \(trained.said)")
        }
    }

    @Test func `a net with too few channels is told so of channels, not of the pieces it would be trained on`() throws {
        let kern = try pair("median 5")
        let refused = try kern.run(
            "train", "conv 8 5x5 | relu | conv 1 5x5", "--before", "a.png", "--after", "b.png", "-o", "n.safetensors")
        #expect(refused.status == 2 && !refused.said.contains("64x64"), "\(refused.said)")
        #expect(refused.said.contains("1 channel") && refused.said.contains("have 3"), "\(refused.said)")
    }

    @Test func `a kernel that lies elsewhere than its anchor is recognised, and called shifted`() throws {
        // Right by 2, up by 3.
        let rows = (0..<7).map { $0 == 6 ? "0 1 0 0 0 0 0" : "0 0 0 0 0 0 0" }.joined(separator: "; ")
        let kern = try pair("[\(rows)] | gaussian 1.5")
        for window in ["17x17", "15x15 anchor=9,4", "21x21 anchor=9,11"] {
            let learned = try kern.run("train", "conv \(window)", "--before", "a.png", "--after", "b.png")
            let line = learned.printed.components(separatedBy: "\n").first { $0.hasPrefix("recognised") } ?? ""
            #expect(line.hasPrefix("recognised  gaussian 1.5, shifted by (2,-3)"), "\(window): \(learned.printed)")
            // Where the anchor was named there is nothing to advise.
            let advises = learned.said.contains("'conv 17x17 anchor=10,5' would have it in the middle")
            #expect(advises == !window.contains("anchor"), "\(window): \(learned.said)")
        }
    }

    @Test func `a shift is told in pixels where taps lie apart`() throws {
        let kern = try pair("[0 0 1; 0 0 2; 0 0 1]/4 dilate=3")
        let learned = try kern.run("train", "conv 5x5 dilate=3", "--before", "a.png", "--after", "b.png")
        #expect(learned.said.contains("seems shifted by (-3,0)"), "\(learned.said)")
        #expect(learned.said.contains("anchor=1,2"), "\(learned.said)")
    }

    @Test func `what is said of rounding does not contradict the number beside it`() throws {
        let cases = [
            ("harbour.png", "gaussian 1", "9x9", "--linear"), ("harbour.png", "gaussian 0.7", "7x7", ""),
            ("lantern-alpha.png", "gaussian 0.7", "3x3", ""), ("lantern-alpha.png", "sharpen 0.3", "3x3", ""),
        ]
        for (sample, program, size, light) in cases {
            let kern = try Kern()
            let learned = try kern.shell(
                "cp '\(Pictures.samples)/\(sample)' a.png && kern apply '\(program)' a.png -o b.png \(light) "
                    + "&& kern train 'conv \(size)' --before a.png --after b.png \(light)")
            let line = learned.printed.components(separatedBy: "\n").first { $0.hasPrefix("residual") } ?? ""
            let numbers = line.split { !"0123456789.".contains($0) }.compactMap { Double($0) }
            #expect(numbers.count == 3, "\(sample), \(program): \(line)")
            if numbers[0] > numbers[2] { #expect(!line.contains("no more than"), "\(line)") }
            if !light.isEmpty { #expect(abs(numbers[0] / numbers[2] - 1) < 0.05, "\(line)") }
        }
    }

    @Test func `a brightness is told of where halves were rounded to even numbers`() throws {
        let kern = try Kern()
        let (width, height) = (90, 70)
        var state: UInt32 = 7
        let before = (0..<width * height).map { _ -> UInt8 in
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(110 + state >> 27)
        }
        // The laplacian plus a half, as numpy's rint rounds it.
        let after = (0..<width * height).map { place -> UInt8 in
            func at(_ dx: Int, _ dy: Int) -> Double {
                let (x, y) = (place % width + dx, place / width + dy)
                return Double(before[min(max(y, 0), height - 1) * width + min(max(x, 0), width - 1)])
            }
            let sum = at(-1, 0) + at(1, 0) + at(0, -1) + at(0, 1) - 4 * at(0, 0) + 127.5
            return UInt8(min(255, max(0, sum.rounded(.toNearestOrEven))))
        }
        try kern.write(Pictures.gray(width, height, before), "a.pgm")
        try kern.write(Pictures.gray(width, height, after), "b.pgm")
        let learned = try kern.run("train", "conv 3x3", "--before", "a.pgm", "--after", "b.pgm")
        let words = learned.said.split(separator: " ")
        let level = words.firstIndex(of: "levels").flatMap { Double(words[$0 - 1]) } ?? 0
        #expect(learned.said.contains("levels brighter than the kernel makes it"), "\(learned.said)")
        #expect(abs(level - 127.5) < 0.6, "\(learned.said)")
        #expect(learned.said.contains("halves that were rounded to even numbers"), "\(learned.said)")
    }

    @Test func `a kernel that lies partly outside of its window is told where to be found`() throws {
        let kern = try pair("gaussian 1.3")
        for window in ["9x9 anchor=0,8", "3x3"] {
            let learned = try kern.run("train", "conv \(window)", "--before", "a.png", "--after", "b.png")
            #expect(learned.said.contains("its weights are found within 'conv 9x9'"), "\(learned.said)")
            let outside = learned.said.contains("the kernel lies partly outside of 9x9")
            #expect(outside == window.contains("anchor"), "\(learned.said)")
        }
    }

    @Test func `a flat picture leaves all but the sum open`() throws {
        let kern = try Kern()
        try kern.write(Pictures.gray(30, 20, [UInt8](repeating: 90, count: 600)), "a.pgm")
        for (option, says) in [
            ("", "nothing in the catalogue"), ("", "24 combinations of weights cannot"),
            ("--sum 1", "24 combinations of weights cannot"),
            ("--bias", "25 combinations of weights and what is added cannot"),
        ] {
            let learned = try kern.shell("kern train 'conv 5x5' \(option) --before a.pgm --after a.pgm")
            #expect(learned.printed.contains(says), "\(option): \(learned.printed)")
        }
    }

    @Test func `each mistake has its sentence and its status`() throws {
        let kern = try pair("gaussian 1 pad=valid")
        try kern.write(Pictures.gray(3, 3, [UInt8](repeating: 9, count: 9)), "small.pgm")
        try kern.write(Pictures.gray(9, 9, [UInt8](repeating: 255, count: 81)), "white.pgm")
        try kern.write(Pictures.gray(9, 9, (0..<81).map { UInt8($0 * $0 * 7 % 251) }), "grain.pgm")
        let cases: [(words: String, status: Int32, says: String)] = [
            ("'conv 3x3' --before a.png", 2, "--after is missing"),
            ("'conv 3x3' --before a.png --before b.png --after b.png", 2, "--before is given 2 times"),
            ("'conv 3x3' --before none.png --after b.png", 1, "none.png"),
            ("'conv 9x9' --before a.png --after b.png", 1, "'conv 9x9 pad=valid' fits"),
            ("'conv 5x5' --before small.pgm --after small.pgm", 1, "no 5x5 window lies wholly inside"),
            ("'conv 3x3' --before grain.pgm --after white.pgm", 1, "nothing can be learned"),
            ("'conv 99x99' --before a.png --after a.png", 2, "at most 2601"),
            ("'gaussian 2' --before a.png --after b.png", 2, "has no weights to learn"),
            ("'conv 3x3 | relu' --before a.png --after a.png", 2, "-o NAME.safetensors"),
            ("'conv 3x3' --before a.png --after b.png -o k.txt", 2, "ends in .kern"),
            ("'conv 3x5' --symmetric full --before a.png --after a.png", 2, "needs a square kernel"),
            ("'conv 3x3' --before . --after a.png", 2, "is a folder"),
            ("'conv 3x3' --before a.png --after b.png --epochs 3", 2, "--epochs is for what is learned by gradient"),
            ("'conv 3x3' --before a.png --after b.png --lr 3", 2, "did you mean '--rate'?"),
            ("'conv 3x3' --before a.png --after b.png --batch_size 3", 2, "did you mean '--batch'?"),
            ("'conv 3x3' --before a.png --after a.png -o no/k.safetensors", 2, "there is no folder 'no'"),
            ("'conv 3x3' --before a.png --after a.png -o k.safetensors --log no/l.csv", 2, "there is no folder 'no'"),
            (
                "'conv 3x3' --before a.png --after a.png -o k.safetensors --patience 2 --val 0", 2,
                "nothing is set aside to measure with"
            ),
        ]
        for (words, status, says) in cases {
            let outcome = try kern.shell("kern train \(words)")
            #expect(outcome.status == status, "\(words): \(outcome.said)")
            #expect(outcome.said.contains(says), "\(words): \(outcome.said)")
        }
        #expect(try kern.run("train", "conv 9x9 pad=valid", "--before", "a.png", "--after", "b.png").status == 0)
    }
}
