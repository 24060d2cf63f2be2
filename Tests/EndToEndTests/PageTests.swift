import Foundation
import Testing

/// `kern explain --page`: what the page shows is what the steps made, and every sum on it adds up.
@Suite struct PageTests {
    private struct Page: Decodable {
        struct Axis: Decodable {
            var taps: Int
            var stride: Int
            var dilation: Int
            var before: Int
            var sources: [Int]
        }

        struct Window: Decodable {
            var x: Axis
            var y: Axis
            var outside: Float?
            var isPlain: Bool
        }

        struct Weights: Decodable {
            var values: Data
            var inputs: Int
            var outputs: Int
            var isShared: Bool
            var bias: Data
        }

        /// The first and the last sample that each is made of.
        struct Pieces: Decodable {
            var x: [[Int]]
            var y: [[Int]]
        }

        struct Step: Decodable {
            var text: String
            var from: [Int]
            var width: Int
            var height: Int
            var channels: Int
            var window: Window?
            var pieces: Pieces?
            var weights: Weights?
            var samples: Data
        }

        var program: String
        var classes: [String]
        var steps: [Step]
    }

    private func page(_ kern: Kern, _ program: String, _ picture: String, _ options: String = "") throws -> Page {
        let outcome = try kern.shell("kern explain '\(program)' \(picture) --page p.html --force \(options)")
        #expect(outcome.status == 0, "\(outcome.said)")
        let text = String(decoding: try kern.read("p.html"), as: UTF8.self)
        let parts = text.components(separatedBy: "</script>")
        #expect(parts.count == 3, "the data and the code are scripts, and nothing else is")
        let data = try #require(parts[0].components(separatedBy: "id=\"data\">").last)
        return try JSONDecoder().decode(Page.self, from: Data(data.utf8))
    }

    private func floats(_ data: Data) -> [Float] {
        data.withUnsafeBytes { bytes in
            (0..<bytes.count / 4).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
        }
    }

    /// What the page's own arithmetic comes to for one sample of a convolution.
    private func sum(_ page: Page, _ step: Page.Step, channel: Int, x: Int, y: Int) throws -> Double {
        let (window, weights) = (try #require(step.window), try #require(step.weights))
        let input = page.steps[step.from[0]]
        let (values, kernels, bias) = (floats(input.samples), floats(weights.values), floats(weights.bias))
        let group = weights.isShared ? channel : channel / weights.outputs
        var sum = bias.isEmpty ? 0 : Double(bias[bias.count == 1 ? 0 : channel])
        for i in 0..<weights.inputs {
            for ky in 0..<window.y.taps {
                for kx in 0..<window.x.taps {
                    let u = window.x.sources[x * window.x.stride + kx * window.x.dilation]
                    let v = window.y.sources[y * window.y.stride + ky * window.y.dilation]
                    let place = ((group * weights.inputs + i) * input.height + v) * input.width + u
                    let value = u >= 0 && v >= 0 ? values[place] : window.outside ?? 0
                    let kernel = weights.isShared ? 0 : channel * weights.inputs + i
                    sum += Double(value) * Double(kernels[(kernel * window.y.taps + ky) * window.x.taps + kx])
                }
            }
        }
        return sum
    }

    @Test func `every sum of a known kernel and of a learned layer adds up`() throws {
        let kern = try Kern()
        let trained = try kern.shell(
            "kern train 'input 17x15x1 | conv 4 5x4 stride=2x1 border=reflect | relu | conv 6 3x3 groups=2 dilate=2 | globalavg | dense classes' "
                + "--data \(Pictures.samples)/shapes -o m.safetensors --epochs 1 --quiet && "
                + "kern apply 'resize 40x31' \(Pictures.samples)/harbour.png -o a.png")
        #expect(trained.status == 0, "\(trained.said)")
        for (program, picture) in [
            (
                "gaussian 1 border=wrap | [1 2; 3 4; 5 6] stride=2x3 pad=1,0,2,1 border=constant:0.5 | sobel-x flip",
                "a.png"
            ),
            ("gray | maxpool 3 stride=2 | laplacian", "a.png"),
            ("gaussian 1 | crop 9x7 at=3,5 | sharpen | [1] stride=3", "a.png"),
            ("m.safetensors", "\(Pictures.samples)/shapes/test/cross/000.png"),
        ] {
            let page = try page(kern, program, picture)
            var checked = 0
            for step in page.steps where step.weights != nil {
                let samples = floats(step.samples)
                #expect(samples.count == step.width * step.height * step.channels)
                for channel in 0..<step.channels {
                    for (x, y) in [
                        (0, 0), (step.width - 1, 0), (step.width / 2, step.height / 2),
                        (step.width - 1, step.height - 1),
                    ] {
                        let found = try sum(page, step, channel: channel, x: x, y: y)
                        let told = Double(samples[(channel * step.height + y) * step.width + x])
                        #expect(abs(found - told) < 1e-4, "\(program): \(step.text) \(channel) \(x),\(y)")
                        checked += 1
                    }
                }
            }
            #expect(checked > 3, "\(program)")
            #expect(page.classes == (program == "m.safetensors" ? ["circle", "cross", "square", "triangle"] : []))
        }
    }

    @Test func `the last step's numbers are the result's`() throws {
        let kern = try Kern()
        let made = try kern.shell(
            "kern apply 'resize 30x20' \(Pictures.samples)/harbour.png -o a.png && kern apply 'gaussian 2 | sobel' a.png -o b.npy"
        )
        #expect(made.status == 0, "\(made.said)")
        let cropped = try page(kern, "gaussian 2 | crop 9x7 at=3,5", "a.png").steps
        let whole = try page(kern, "gaussian 2", "a.png").steps
        #expect(
            cropped[0].samples == whole[0].samples && cropped[1].samples == whole[1].samples,
            "rows that no one asked for")
        let last = try #require(try page(kern, "gaussian 2 | sobel", "a.png", "--range clip").steps.last)
        let wanted = floats(Data(try kern.read("b.npy").suffix(30 * 20 * 3 * 4)))
        let found = floats(last.samples)
        for place in 0..<30 * 20 {
            for channel in 0..<3 {
                #expect(abs(found[channel * 600 + place] - wanted[place * 3 + channel]) < 1e-4)
            }
        }
    }

    @Test func `text from outside stays text`() throws {
        let kern = try Kern()
        let page = try page(
            kern, "identity # </script><script>alert(1)</script>", "\(Pictures.samples)/shapes/test/cross/000.png")
        #expect(page.program.contains("</script><script>"))
    }

    @Test func `what no page can be made of is refused, and nothing is written`() throws {
        let kern = try Kern()
        try kern.write(Pictures.ramp, "a.pgm")
        for (words, says) in [
            ("sobel 640x480 --page p.html", "--page needs a picture"),
            ("'upsample 64x64 | upsample 16x16' a.pgm --page p.html", "take a smaller picture"),
            ("sobel a.pgm --page p.txt", "whose name ends in .html"), ("sobel a.pgm --page p.html --json", "leave out"),
            ("'conv 4 3x3' a.pgm --page p.html", "still to be learned"),
            ("sobel a.pgm --page no/p.html", "there is no folder"),
        ] {
            let outcome = try kern.shell("kern explain \(words)")
            #expect(outcome.status == 2 && outcome.said.contains(says), "\(words): \(outcome.said)")
        }
        #expect(try kern.files() == ["a.pgm"])
    }

    @Test func `a sample of another size is framed where it comes from`() throws {
        let kern = try Kern()
        try kern.write(Pictures.gray(24, 20, (0..<480).map { UInt8($0 % 251) }), "a.pgm")
        for (program, x, y) in [
            ("crop 10x10", [[7, 7], [8, 8]], [[5, 5], [6, 6]]), ("upsample 2", [[0, 0], [0, 0], [1, 1]], [[0, 0]]),
            ("upsample 2 bilinear", [[0, 0], [0, 1], [0, 1], [1, 2]], [[0, 0], [0, 1]]),
            ("resize 12x10", [[0, 1], [2, 3]], [[0, 1]]), ("resize 30x12 fit=pad", [[], []], [[0, 1], [1, 3]]),
            ("input 12x12x1", [[2, 3], [3, 5]], [[0, 1], [1, 3]]),
        ] {
            let pieces = try #require(try page(kern, program, "a.pgm").steps.last?.pieces, "\(program)")
            #expect(Array(pieces.x.prefix(x.count)) == x, "\(program): \(pieces.x)")
            #expect(Array(pieces.y.prefix(y.count)) == y, "\(program): \(pieces.y)")
        }
        #expect(try page(kern, "box 3", "a.pgm").steps.last?.pieces == nil)
    }
}
