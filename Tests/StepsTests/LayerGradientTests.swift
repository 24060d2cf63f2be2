import Convolution
import Pixels
import Steps
import Testing

/// Layers without kernels, against finite differences.
struct LayerGradientTests {
    private static let shape = Shape(count: 3, channels: 2, height: 2, width: 3)

    private func check(_ word: String, _ values: [String: Value] = [:], on shape: Shape = shape) throws {
        try GradientCheck.run(
            makeStep(word, values).plan(for: [shape], options: PlanOptions()), seed: 11, "\(word) \(values) on \(shape)"
        )
    }

    @Test func `flatten and softmax`() throws {
        try check("flatten")
        try check("softmax")
        try check("softmax", on: Shape(count: 4, channels: 7, height: 1, width: 1))
        try check("softmax", on: Shape(channels: 1, height: 2, width: 2))
    }

    @Test func `batchnorm, by the batch and frozen`() throws {
        try check("batchnorm", ["eps": .number(0.01)])
        try check("batchnorm", ["freeze": .flag])
        try check("batchnorm", on: Shape(count: 5, channels: 3, height: 1, width: 1))
    }

    @Test func `dropout keeps the same samples forwards and backwards`() throws {
        try check("dropout", ["chance": .number(0.4)])
    }

    @Test func `local response norm, with odd and even neighbourhoods and any exponent`() throws {
        let shape = Shape(count: 2, channels: 5, height: 2, width: 2)
        for (size, beta) in [(5, 0.75), (4, 0.5), (3, 1), (2, 0.6), (11, 0.75), (1, 2)] {
            try check(
                "lrn",
                ["size": .integer(size), "beta": .number(beta), "alpha": .number(0.7), "k": .number(1.5)], on: shape)
        }
    }

    @Test func `slopes are learned for each channel`() throws {
        try check("prelu")
        try check("prelu", on: Shape(count: 2, channels: 1, height: 1, width: 30))
    }

    /// A share of samples near the chance, whole ones scaled up, and all decided by seed, place and sample alone.
    @Test func `what is left out does not depend on how a batch is parted`() throws {
        let step = try makeStep("dropout", ["chance": .number(0.3)])
        let shape = Shape(count: 4, channels: 3, height: 20, width: 10)
        func run(_ pictures: Range<Int>, seed: UInt64, _ lanes: Lanes = .best) throws -> [Float] {
            var part = shape
            part.count = pictures.count
            let plan = try #require(step.plan(for: [part], options: PlanOptions()) as? any DifferentiableStep)
            let call = StepCall(
                inputs: [Planes(shape: part, filledWith: 0.7)], rows: 0..<20,
                machine: Machine(lanes: lanes, threads: 2),
                learning: StepCall.Learning(seed: seed, firstPicture: pictures.lowerBound))
            var output = Planes(shape: part)
            var notes: [Planes] = []
            plan.forward(call, into: &output, notes: &notes)
            return GradientCheck.samples(output)
        }
        let whole = try run(0..<4, seed: 9)
        #expect(try run(0..<1, seed: 9) + run(1..<4, seed: 9) == whole)
        #expect(try run(0..<4, seed: 10) != whole)
        #expect(Set(whole) == [0, 0.7 * Float(1 / (1 - 0.3))])
        let gone = Double(whole.count { $0 == 0 }) / Double(whole.count)
        #expect(abs(gone - 0.3) < 0.03)
        for level in Lanes.available { #expect(try run(0..<4, seed: 9, level) == whole) }
        let pictures = stride(from: 0, to: whole.count, by: 600).map { Array(whole[$0..<$0 + 600]) }
        #expect(Set(pictures).count == 4)
    }

    @Test func `without learning nothing is left out`() throws {
        let shape = Shape(channels: 2, height: 3, width: 4)
        let plan = try makeStep("dropout").plan(for: [shape], options: PlanOptions())
        let input = Planes(shape: shape, samples: (0..<24).map(Float.init))
        var output = Planes(shape: shape)
        plan.run(StepCall(inputs: [input], rows: 0..<3), into: &output)
        #expect(GradientCheck.samples(output) == GradientCheck.samples(input))
    }
}
