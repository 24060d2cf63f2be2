import Convolution
import Pixels
import Programs
import Tensors
import Testing

/// A recording and a trace tell of every step, however many a plan would do in one.
@Suite struct RecordingTests {
    private static let programs: [(program: String, steps: [String])] = [
        ("gamma 2 | invert", ["gamma 2", "invert"]),
        ("median 3 border=edge | rescale | invert", ["median 3 border=edge", "rescale", "invert"]),
        ("invert | standardise | scale 0.2 | offset 0.5", ["invert", "standardise", "scale 0.2", "offset 0.5"]),
        ("rescale 0.1 0.9", ["rescale 0.1 0.9"]),
        ("gaussian 12 | invert", ["gaussian 12", "invert"]),
    ]

    private func picture() -> Raster {
        let header = PictureHeader(size: Size(width: 41, height: 33), channels: .gray, depth: .uint8)
        return Raster(header: header, bytes: (0..<41 * 33).map { UInt8($0 * 37 % 251) })
    }

    @Test(arguments: programs) func `each step is there by itself`(program: String, steps: [String]) throws {
        let picture = picture()
        let graph = try Catalogue().graph(for: SourceText(text: program))
        let plan = try Plan(graph, for: picture.header)
        let recording = try plan.recording(of: PictureRows(picture))
        #expect(recording.steps.dropFirst().map(\.explanation.text) == steps)
        for step in recording.steps { #expect(step.values.wholeSamples.count == 41 * 33) }
        let trace = try plan.trace(x: 7, y: 5, from: PictureRows(picture))
        // What is no window tells where its samples came from.
        #expect(trace.steps.map(\.text).filter { $0 != "input" } == steps)
        // What is told is what is made, up to a level's rounding and what a grid is off by.
        let made = Float(try plan.applied(to: picture).bytes[5 * 41 + 7])
        let told = try #require(trace.steps.last?.values.first) * 255
        #expect(abs(min(max(told, 0), 255) - made) <= 0.52)
        let recorded = try #require(recording.steps.last).values.wholeSamples[5 * 41 + 7] * 255
        #expect(abs(recorded - told) < 1e-3)
    }

    @Test(arguments: [
        ("conv 4 3x3", [4, 3, 3, 3], 4), ("conv 6 2x3 groups=3 stride=2", [6, 1, 3, 2], 6),
        ("conv 3 5x5 dilate=2 border=reflect", [3, 3, 5, 5], 3), ("conv 2 4x1 pad=valid", [2, 3, 1, 4], 2),
        ("dense 7", [7, 3, 15, 21], 7), ("deconv 4 3x3 stride=2 extra=1", [3, 4, 3, 3], 4),
        ("deconv 6 2x3 groups=3 dilate=2 stride=3x1 pad=1,1,2,1", [3, 2, 3, 2], 6), ("deconv 2 1x4", [3, 2, 4, 1], 2),
    ])
    func `what a layer is told to add up is what it makes`(program: String, dimensions: [Int], outputs: Int) throws {
        let header = PictureHeader(size: Size(width: 21, height: 15), channels: .rgb, depth: .uint8)
        let picture = Raster(header: header, bytes: (0..<21 * 15 * 3).map { UInt8($0 * 37 % 251) })
        let count = dimensions.reduce(1, *)
        let name = "\(program.prefix { $0 != " " })1"
        let weights = [
            Tensor(
                name: "\(name).weight", dimensions: dimensions,
                values: (0..<count).map { Float(($0 * 29) % 17 - 8) / 9 }),
            Tensor(name: "\(name).bias", dimensions: [outputs], values: (0..<outputs).map { Float($0) / 3 }),
        ]
        var graph = try Catalogue().graph(for: SourceText(text: program))
        let shape = Shape(channels: 3, height: 15, width: 21)
        graph.attach(Model(program: program, classes: [], input: shape, history: "", weights: weights))
        let plan = try Plan(graph, for: header)
        let (right, bottom) = (plan.output.size.width - 1, plan.output.size.height - 1)
        for (x, y) in [(0, 0), (min(5, right), min(4, bottom)), (right, bottom)] {
            let trace = try plan.trace(x: x, y: y, from: PictureRows(picture))
            let step = try #require(trace.steps.last { !$0.sums.isEmpty })
            #expect(step.sums.count == outputs && step.values.count == outputs)
            for (sum, value) in zip(step.sums, step.values) {
                let told = Float(sum.total) + (sum.bias ?? .nan)
                #expect(abs(told - value) < 1e-4, "\(program) at \(x),\(y): \(told) for \(value)")
                #expect(sum.largest.count == min(program.hasPrefix("conv") ? 5 : 10, sum.count))
                #expect(zip(sum.largest, sum.largest.dropFirst()).allSatisfy { abs($0.amount) >= abs($1.amount) })
            }
        }
    }

    /// A program with weights for its layers, over a picture of 6×4.
    private func recording(
        of program: String, _ weights: [(name: String, dimensions: [Int])], mostWeights: Int = .max
    ) throws -> Recording {
        let header = PictureHeader(size: Size(width: 6, height: 4), channels: .rgb, depth: .uint8)
        let picture = Raster(header: header, bytes: (0..<6 * 4 * 3).map { UInt8($0 * 37 % 251) })
        let tensors = weights.map { name, dimensions in
            let count = dimensions.reduce(1, *)
            let values = (0..<count).map { Float(($0 * 29) % 17 + (name.hasSuffix("_var") ? 1 : -8)) / 9 }
            return Tensor(name: name, dimensions: dimensions, values: values)
        }
        var graph = try Catalogue().graph(for: SourceText(text: program))
        let shape = Shape(channels: 3, height: 4, width: 6)
        graph.attach(Model(program: program, classes: [], input: shape, history: "", weights: tensors))
        return try Plan(graph, for: header).recording(of: PictureRows(picture), mostWeights: mostWeights)
    }

    @Test(
        arguments: [
            ("dense 5", [("dense1.weight", [5, 3, 4, 6]), ("dense1.bias", [5])]),
            ("dense 2 no-bias", [("dense1.weight", [2, 3, 4, 6])]),
            ("flatten | dense 1", [("dense1.weight", [1, 72, 1, 1]), ("dense1.bias", [1])]),
        ] as [(String, [(String, [Int])])])
    func `a dense layer's weights lie on all samples that come in`(
        program: String, weights: [(String, [Int])]
    ) throws {
        let recording = try recording(of: program, weights.map { (name: $0.0, dimensions: $0.1) })
        let last = try #require(recording.steps.last)
        let told = try #require(last.weights)
        let input = recording.steps[last.explanation.inputs[0]].values.wholeSamples
        for (output, value) in last.values.wholeSamples.enumerated() {
            let own = told.values[output * input.count..<(output + 1) * input.count]
            let sum = zip(own, input).reduce(0) { $0 + $1.0 * $1.1 } + (told.bias.isEmpty ? 0 : told.bias[output])
            #expect(abs(sum - value) < 1e-3, "\(program): \(sum) for \(value)")
        }
    }

    @Test func `weights that there is no room for are left out, and counted`() throws {
        let weights: [(name: String, dimensions: [Int])] = [
            ("conv1.weight", [2, 3, 3, 3]), ("conv1.bias", [2]), ("dense1.weight", [5, 2, 4, 6]), ("dense1.bias", [5]),
            ("dense2.weight", [3, 5, 1, 1]), ("dense2.bias", [3]),
        ]
        for (room, leftOut) in [(1000, [0, 0, 0]), (308, [0, 0, 15]), (200, [0, 240, 0]), (10, [54, 240, 15])] {
            let steps = try recording(of: "conv 2 3x3 | dense 5 | dense 3", weights, mostWeights: room).steps
                .dropFirst()
            #expect(steps.map(\.weightsLeftOut) == leftOut, "\(room)")
            #expect(steps.map { $0.weights == nil } == leftOut.map { $0 > 0 }, "\(room)")
        }
    }

    @Test func `each step says which channels it looks at, whether at all samples, and whether it picks one`() throws {
        let told = try recording(
            of: "concat { sobel-x } { gray } | relu | maxpool 2 | avgpool 2 | rescale | flatten | softmax", []
        ).steps.dropFirst().map(\.explanation)
        #expect(told.map(\.mixing) == [.own, .all, .stacked, .own, .own, .own, .all, .flattened, .all])
        #expect(told.map(\.looksAtAll) == [false, false, false, false, false, false, true, true, false])
        #expect(told.map(\.picksSamples) == [false, false, true, false, true, false, false, false, false])
    }

    @Test func `a batchnorm that was folded in is counted as the model has it`() throws {
        let norm = ["weight", "bias", "running_mean", "running_var"]
        let told = try recording(
            of: "conv 2 3x3 no-bias | batchnorm | dense 3",
            [("conv1.weight", [2, 3, 3, 3])] + norm.map { ("batchnorm1.\($0)", [2]) }
                + [("dense1.weight", [3, 2, 4, 6]), ("dense1.bias", [3])]
        ).steps.dropFirst().map(\.explanation)
        #expect(told.map(\.text) == ["conv 2 3x3 no-bias, batchnorm folded in", "dense 3"])
        #expect(told.map(\.countBeforeFolding) == [54 + 4, nil])
    }
}
