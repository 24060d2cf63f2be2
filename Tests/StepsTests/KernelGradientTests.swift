import Convolution
import Pixels
import Steps
import Testing

/// A known kernel in the middle of a chain passes gradients through, by the engine's own methods.
struct KernelGradientTests {
    static let borders: [Border] = [
        .edge, .zero, .constant(0.5), .symmetric, .reflect, .wrap, .renorm, .keep,
    ]

    private func step(_ size: Size, _ values: [String: Value], _ seed: UInt64) throws -> KernelStep {
        var generator = Seeded(state: seed)
        let weights = (0..<size.width * size.height).map { _ in Double.random(in: 0.1...1, using: &generator) }
        return try KernelStep(
            Kernel(size: size, weights: weights),
            settings: WindowSettings(Settings(values: values, text: "kernel"), stride: Size(1), padding: .same),
            text: "kernel")
    }

    @Test(arguments: borders) func `every border, over random geometry`(border: Border) throws {
        var generator = Seeded(state: 5)
        var checked = 0
        for trial in 0..<12 {
            func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
            let isKept = border == .keep
            let sides = Padding.sides(top: pick(0...4), right: pick(0...5), bottom: pick(0...2), left: pick(0...1))
            let padding: Padding = isKept ? .same : [.same, .valid, .full, sides][trial % 4]
            let stride = isKept ? Size(1) : Size(width: pick(1...3), height: pick(1...2))
            var values: [String: Value] = [:]
            values["stride"] = .size(stride)
            values["dilate"] = .size(Size(width: pick(1...2), height: pick(1...2)))
            values["pad"] = .padding(padding)
            values["border"] = .border(border)
            let kernel = try step(Size(width: pick(1...4), height: pick(1...4)), values, UInt64(trial))
            let shape = Shape(count: 2, channels: 1, height: pick(4...7), width: pick(4...7))
            guard let plan = try? kernel.plan(for: [shape], options: PlanOptions()) else { continue }
            try GradientCheck.run(plan, seed: UInt64(trial), "\(border) \(values) \(kernel.kernel.size)")
            checked += 1
        }
        #expect(checked >= 6)
    }

    /// Large enough for separable passes and for transforms.
    @Test(arguments: [Method?.none, .direct, .transform], [Border.edge, .zero, .wrap])
    func `large kernels pass back what the readable loops do`(method: Method?, border: Border) throws {
        let size = Size(width: 17, height: 13)
        let kernel = try step(size, ["border": .border(border)], 3)
        let shape = Shape(channels: 2, height: 40, width: 50)
        let plan = try #require(
            kernel.plan(for: [shape], options: PlanOptions(method: method)) as? PlannedConvolution)
        var generator = Seeded(state: 6)
        let gradient = GradientCheck.random(shape, -1...1, &generator)
        let input = Planes(shape: shape)
        var gradients = StepGradients(of: plan)
        plan.backward(
            StepCall(inputs: [input], rows: 0..<40), output: input, notes: [], outputGradient: gradient,
            into: &gradients)
        let found = try GradientCheck.samples(#require(gradients.inputs[0]))
        let expected = GradientCheck.samples(plan.convolution.gradients(of: gradient, at: input).input)
        for (a, b) in zip(found, expected) { #expect(abs(a - b) < 1e-3) }
    }
}
