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
            var weightsLeftOut: Int
            var mixing: String
            var looksAtAll: Bool
            var picksSamples: Bool
            var samples: Data
        }

        struct Found: Decodable {
            struct Thing: Decodable {
                var name: String
                var probability: Double
                var box: [Double]
            }

            var things: [Thing]
            var regions: [[Double]]
        }

        var program: String
        var names: [String]
        var choices: Int
        var found: Found?
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

    /// What the page's own arithmetic comes to for one sample of a convolution, or of a sum of all that comes in.
    private func sum(_ page: Page, _ step: Page.Step, channel: Int, x: Int, y: Int) throws -> Double {
        let weights = try #require(step.weights)
        let input = page.steps[step.from[0]]
        let (values, kernels, bias) = (floats(input.samples), floats(weights.values), floats(weights.bias))
        guard let window = step.window else {
            let own = kernels[channel * values.count..<(channel + 1) * values.count]
            return zip(own, values).reduce(bias.isEmpty ? 0 : Double(bias[channel])) {
                $0 + Double($1.0) * Double($1.1)
            }
        }
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
            let classes = program == "m.safetensors" ? ["circle", "cross", "square", "triangle"] : []
            #expect(page.names == classes && page.choices == classes.count && page.found == nil)
            #expect(page.steps.last?.weights != nil || program != "m.safetensors", "the dense layer's")
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

    @Test func `weights that are too many for a page are told of in words`() throws {
        let kern = try Kern()
        let trained = try kern.shell(
            "kern train 'input 64x64x1 | dense 1100 | dense classes' --data \(Pictures.samples)/shapes -o m.safetensors "
                + "--epochs 1 --batch 4096 --optimiser sgd --quiet")
        #expect(trained.status == 0, "\(trained.said)")
        let steps = try page(kern, "m.safetensors", "\(Pictures.samples)/shapes/test/cross/000.png").steps
        #expect(steps.map(\.weightsLeftOut) == [0, 0, 64 * 64 * 1100, 0])
        #expect(steps.map { $0.weights == nil } == [true, true, true, false])
        #expect(try kern.read("p.html").count < 1 << 20)
    }

    @Test func `a detector's page names its numbers and shows what predict finds`() throws {
        let kern = try Kern()
        let trained = try kern.shell(
            "mkdir d && ln -s '\(Pictures.samples)/scenes/train' d/train && head -75 '\(Pictures.samples)/scenes/train.csv' "
                + "> d/boxes.csv && kern train 'regions 60 | input 16x16x3 fit=stretch | zscore | conv 8 3x3 stride=2 | "
                + "batchnorm | relu | maxpool 2 | dense 24 | relu | detect classes' --data d -o f.safetensors --epochs 20 "
                + "--rate 0.01 --quiet")
        #expect(trained.status == 0, "\(trained.said)")
        let page = try page(kern, "f.safetensors", "d/train/001.png")
        #expect(page.names.prefix(5) == ["circle", "cross", "square", "triangle", "nothing"] && page.choices == 5)
        #expect(
            page.names[5...9] == ["circle: across", "circle: down", "circle: wider", "circle: higher", "cross: across"])
        #expect(page.names.count == page.steps.last?.channels)
        let found = try #require(page.found)
        let told = try kern.shell("kern predict f.safetensors d/train/001.png --json")
        let lists = try JSONSerialization.jsonObject(with: told.output) as? [String: Any]
        let things = try #require(lists?["things"] as? [[String: Any]])
        #expect(!things.isEmpty, "there is something to compare")
        #expect(found.things.map(\.name) == things.map { $0["class"] as? String })
        #expect(
            found.things.map(\.box)
                == things.map { thing in ["x", "y", "width", "height"].compactMap { thing[$0] as? Double } })
        #expect((1...60).contains(found.regions.count) && found.regions.allSatisfy { $0.count == 4 })
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
