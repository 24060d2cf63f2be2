import Foundation
import Pixels
import Programs
import Testing

/// Kernels in the syntaxes of other programs, against what those programs made of them: Tests/Oracle/foreign_kernels.py.
struct ForeignKernelTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let direction: String
        let syntax: KernelSyntax
        let isCorrelated: Bool
        let text: String
        let program: String
        let samples: [Int]

        var testDescription: String { "\(direction) \(syntax) \(text)" }

        static let all: [Case] = {
            let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .appendingPathComponent("Oracle/foreign-kernels.txt")
            let table = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
            return table.split(separator: "\n").compactMap { line in
                let fields = line.split(separator: "\t").map(String.init)
                let name = fields[1].split(separator: "-").map(String.init)
                guard fields.count == 5, let syntax = KernelSyntax(rawValue: name[0]),
                    let text = try? JSONDecoder().decode(String.self, from: Data(fields[2].utf8))
                else { return nil }
                return Case(
                    direction: fields[0], syntax: syntax, isCorrelated: name.count > 1, text: text,
                    program: fields[3], samples: fields[4].split(separator: " ").compactMap { Int($0) })
            }
        }()
    }

    static let picture: Raster = {
        let samples: [UInt8] = (0..<72).map { index in
            let (x, y) = (index % 9, index / 9)
            let level = (x * 37 + y * 59 + x * y * 11) % 200 + 20
            return UInt8(level)
        }
        return gray(9, samples)
    }()

    @Test func `the table was read whole`() { #expect(Case.all.count == 103) }

    @Test(arguments: Case.all)
    func `kern gives what the other program gave, and writes what it was given`(recorded: Case) throws {
        var program = recorded.program
        if recorded.direction == "import" {
            let read = try ForeignKernel.read(
                Array(recorded.text.utf8), as: recorded.syntax, isCorrelated: recorded.isCorrelated)
            try #require(read.count == 1)
            program = String(decoding: try read[0].written(as: .kern).bytes, as: UTF8.self)
        }
        let found = try run(program, Self.picture, options: RunOptions(range: .clip, border: .edge)).bytes
        for index in found.indices {
            let (x, y) = (index % 9, index / 9)
            // Pillow does not filter the border; a 5x5 kernel's is two pixels wide.
            if recorded.syntax == .pillow, !(2..<7).contains(x) || !(2..<6).contains(y) { continue }
            #expect(abs(Int(found[index]) - recorded.samples[index]) <= 1, "at \(x),\(y) of \(program)")
        }
    }

    /// What `convert -define showkernel=1 -morphology Correlate KERNEL` of ImageMagick 6.9 lists.
    @Test(arguments: [
        (
            "3x3>: 1,2,3 4,5,6 7,8,9",
            ["[1 2 3; 4 5 6; 7 8 9]", "[7 4 1; 8 5 2; 9 6 3]", "[9 8 7; 6 5 4; 3 2 1]", "[3 6 9; 2 5 8; 1 4 7]"]
        ),
        (
            "3x3<: 1,2,3 4,5,6 7,8,9",
            ["[1 2 3; 4 5 6; 7 8 9]", "[9 8 7; 6 5 4; 3 2 1]", "[3 6 9; 2 5 8; 1 4 7]", "[7 4 1; 8 5 2; 9 6 3]"]
        ),
        (
            "3x3+0+0@: 1,2,3 4,5,6 7,8,9",
            [
                "[1 2 3; 4 5 6; 7 8 9] anchor=0,0", "[4 1 2; 7 5 3; 8 9 6] anchor=1,0",
                "[7 4 1; 8 5 2; 9 6 3] anchor=2,0",
                "[8 7 4; 9 5 1; 6 3 2] anchor=2,1", "[9 8 7; 6 5 4; 3 2 1] anchor=2,2",
                "[6 9 8; 3 5 7; 2 1 4] anchor=1,2",
                "[3 6 9; 2 5 8; 1 4 7] anchor=0,2", "[2 3 6; 1 5 9; 4 7 8] anchor=0,1",
            ]
        ),
        ("3x3>: 1,0,1 0,1,0 1,0,1", ["[1 0 1; 0 1 0; 1 0 1]"]),
    ])
    func `a flag of ImageMagick's makes several kernels by turning one`(text: String, expected: [String]) throws {
        let read = try ForeignKernel.read(Array(text.utf8), as: .imagemagick, isCorrelated: true)
        let written = try read.map { String(decoding: try $0.written(as: .kern).bytes, as: UTF8.self) }
        #expect(written.map { String($0.dropLast()) } == expected)
    }

    /// What ImageMagick does to a scaled kernel: divides weights above and below 0, and adds to the one in the middle.
    struct Scaled: Sendable, CustomTestStringConvertible {
        var scale: String
        var above: Double
        var below: Double
        var added = 0.0
        var testDescription: String { scale }
    }

    /// The same command with `-define convolve:scale=SCALE`, on weights whose sum is 21, of which 33 above and 12 below 0.
    @Test(arguments: [
        Scaled(scale: "!", above: 21, below: 21), Scaled(scale: "^", above: 33, below: 12),
        Scaled(scale: "50%", above: 2, below: 2), Scaled(scale: "2", above: 0.5, below: 0.5),
        Scaled(scale: "!,25%", above: 21, below: 21, added: 0.25),
        Scaled(scale: "1,-50%", above: 100, below: 100, added: -0.5),
    ])
    func `a scale of ImageMagick's does what it does there`(expected: Scaled) throws {
        let weights: [Double] = [1, 2, -3, 4, 5, 6, 7, 8, -9]
        let text = Array("3x3: 1,2,-3 4,5,6 7,8,-9".utf8)
        let read = try ForeignKernel.read(text, as: .imagemagick, isCorrelated: true, scale: expected.scale)
        for (index, weight) in weights.enumerated() {
            var wanted = weight / (weight < 0 ? expected.below : expected.above)
            if index == 4 { wanted += expected.added }
            #expect(abs(read[0].kernel.weights[index] - wanted) < 1e-12, "weight \(index)")
        }
    }

    @Test(arguments: ["", "x", "1,2,3", "!!x", "1e999"])
    func `a scale that is none is refused`(scale: String) {
        #expect(throws: ForeignKernelError.self) {
            _ = try ForeignKernel.read(Array("3: 1,2,3,4,5,6,7,8,9".utf8), as: .imagemagick, scale: scale)
        }
        #expect(throws: ForeignKernelError.self) {
            _ = try ForeignKernel.read(Array("1,2\n3,4".utf8), as: .csv, scale: "!")
        }
    }

    @Test(arguments: KernelSyntax.allCases.filter { $0 != .kern })
    func `what is written is read back as the same kernel`(syntax: KernelSyntax) throws {
        for text in ["1,2,3\n4,5,6\n7,8,-36", "1,2\n3,-6", "1,0,-1\n2,0,-2", "1,2,3,4,-10"] {
            let foreign = try ForeignKernel.read(Array(text.utf8), as: .csv)[0]
            let back = try ForeignKernel.read(foreign.written(as: syntax).bytes, as: syntax)
            try #require(back.count == 1)
            // Zeros may have been put around it, which change nothing; Pillow's border rule comes with it.
            var results: [[UInt8]] = []
            for var kernel in [foreign, back[0]] {
                kernel.border = nil
                let program = String(decoding: try kernel.written(as: .kern).bytes, as: UTF8.self)
                let options = RunOptions(range: .rescale, border: .edge)
                results.append(try run(program, Self.picture, options: options).bytes)
            }
            #expect(results[0] == results[1], "\(text) as \(syntax)")
        }
    }

    @Test(arguments: [
        ("3x3: 1,2,3", KernelSyntax.imagemagick, "a 3x3 kernel has 9 weights, not 3"),
        ("Sobel:1", .imagemagick, "'Sobel' is the name of a kernel of ImageMagick's"),
        ("3x2@: 1,2,3,4,5,6", .imagemagick, "'@' turns by 45°, which only a 3x3 kernel can, not 3x2"),
        ("3x2>: 1,2,3,4,5,6", .imagemagick, "'>' turns by 90°, which a square kernel or a line can, not 3x2"),
        ("3x3+9+1: 1,2,3,4,5,6,7,8,9", .imagemagick, "anchor 9,1 lies outside the 3x3 kernel"),
        ("1,2,3,4", .graphicsmagick, "4 numbers are no square of odd sides"),
        ("3 3 0 0\n1 2 3 4 5 6 7 8 9", .vips, "the scale of a vips matrix is not 0"),
        ("3 3\n1 2 x", .vips, "'x' is no number"),
        ("(1,2;3)", .gmic, "row 2 has 1 numbers where the first has 2"),
        ("((3, 3), [1, 0, -1, 2, 0, -2, 1, 0, -1])", .pillow, "Pillow divides by the sum, 0 here"),
        ("((7, 7), [1])", .pillow, "Pillow's kernels are 3x3 or 5x5"),
        ("<svg/>", .svg, "there is no feConvolveMatrix in it"),
        ("<feConvolveMatrix kernelMatrix='1 2'/>", .svg, "its order and the 2 numbers"),
        ("[[1,2],[3]]", .json, "row 2 has 1 numbers"),
        ("[[[[[[[[[[1]]]]]]]]]]", .json, "the JSON is nested more than 8 deep"),
        ("{\"width\":3}", .sharp, "sharp's kernels have width, height and kernel"),
        ("[[1,", .json, "the JSON ends early"),
        ("99999x99999: 1", .imagemagick, "a 99999x99999 kernel has more than"),
        ("\u{93}NUMPY", .npy, "it does not begin as an NPY file does"),
    ])
    func `what is no kernel is refused in a sentence`(text: String, syntax: KernelSyntax, sentence: String) {
        let error = #expect(throws: ForeignKernelError.self) { try ForeignKernel.read(Array(text.utf8), as: syntax) }
        #expect(error?.sentence.hasPrefix(sentence) == true, "\(error?.sentence ?? "")")
    }

    @Test(arguments: [
        ("3x3: 1,2,3", KernelSyntax.imagemagick), ("0,-1,0,-1,5,-1,0,-1,0", .graphicsmagick), ("(1,2;3,4)", .gmic),
        ("((3,3),[1])", .pillow), ("ImageFilter.Kernel((3, 3), [1])", .pillow), ("{\"width\":3}", .sharp),
        ("[[1,2],[3,4]]", .json), ("<filter><feConvolveMatrix/>", .svg), ("gegl:convolution-matrix a1=1", .gimp),
        ("1,2\n3,4", .csv), ("[1 2; 3 4]", .kern), ("gaussian 2", .kern), ("[[1 2]", .kern),
    ])
    func `a text is known by its look`(text: String, syntax: KernelSyntax) {
        #expect(KernelSyntax(lookingAt: text) == syntax)
    }

    @Test func `any cut of any text is read or refused, never a crash`() {
        for recorded in Case.all where recorded.direction == "import" {
            let bytes = Array(recorded.text.utf8)
            for length in bytes.indices {
                _ = try? ForeignKernel.read(Array(bytes[..<length]), as: recorded.syntax)
                _ = try? ForeignKernel.read(Array(bytes[length...]), as: recorded.syntax)
            }
        }
    }
}
