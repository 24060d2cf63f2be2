import Convolution
import Pixels
import Steps
import Testing

/// Backward passes against finite differences: the loss is a fixed random weighting of the output's samples.
struct GradientTests {
    private func random(_ shape: Shape, _ generator: inout some RandomNumberGenerator) -> Planes {
        Planes(
            shape: shape,
            samples: (0..<(shape.sampleCount ?? 0)).map { _ in Float.random(in: -1...1, using: &generator) })
    }

    private func loss(_ step: any PlannedStep, _ inputs: [Planes], _ parameters: [Planes], _ weights: Planes) -> Double
    {
        var output = Planes(shape: step.output)
        step.run(StepCall(inputs: inputs, rows: 0..<step.output.height, parameters: parameters), into: &output)
        return zip(samples(output), samples(weights)).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }

    private func samples(_ planes: Planes) -> [Float] {
        let shape = planes.shape
        return (0..<(shape.sampleCount ?? 0)).map { index in
            let (row, x) = index.quotientAndRemainder(dividingBy: shape.width)
            let (plane, y) = row.quotientAndRemainder(dividingBy: shape.height)
            return planes[n: plane / shape.channels, c: plane % shape.channels, y: y, x: x]
        }
    }

    /// Moves one sample at a time and compares the change of the loss with what `backward` said.
    private func check(_ step: any PlannedStep, seed: UInt64, _ label: String) throws {
        var generator = Seeded(state: seed)
        let differentiable = try #require(step as? any DifferentiableStep)
        let inputs = step.inputs.map { random($0, &generator) }
        let parameters = step.parameters.map { random($0.shape, &generator) }
        let weights = random(step.output, &generator)
        var output = Planes(shape: step.output)
        let call = StepCall(inputs: inputs, rows: 0..<step.output.height, parameters: parameters)
        step.run(call, into: &output)
        var gradients = StepGradients(of: step)
        differentiable.backward(call, output: output, notes: [], outputGradient: weights, into: &gradients)
        for (position, planes) in inputs.enumerated() {
            let expected = samples(try #require(gradients.inputs[position]))
            for index in expected.indices {
                let moved = nudged(planes, index) { changed in
                    var all = inputs
                    all[position] = changed
                    return loss(step, all, parameters, weights)
                }
                #expect(abs(moved - Double(expected[index])) < 2e-3, "\(label): input \(position), sample \(index)")
            }
        }
        for (position, planes) in parameters.enumerated() {
            let expected = samples(gradients.parameters[position])
            for index in expected.indices {
                let moved = nudged(planes, index) { changed in
                    var all = parameters
                    all[position] = changed
                    return loss(step, inputs, all, weights)
                }
                #expect(abs(moved - Double(expected[index])) < 2e-3, "\(label): parameter \(position), weight \(index)")
            }
        }
    }

    private func nudged(_ planes: Planes, _ index: Int, _ loss: (Planes) -> Double) -> Double {
        let step: Float = 1 / 128
        var all = samples(planes)
        let old = all[index]
        all[index] = old + step
        let above = loss(Planes(shape: planes.shape, samples: all))
        all[index] = old - step
        let below = loss(Planes(shape: planes.shape, samples: all))
        return (above - below) / Double(2 * step)
    }

    private func settings(_ values: [String: Value]) -> Settings { Settings(values: values, text: "conv") }

    @Test(arguments: [
        Border.zero, .edge, .constant(0.5), .symmetric, .reflect, .wrap,
    ]) func `a convolution passes back what it passed on, for every border and geometry`(border: Border) throws {
        let word = try #require(Vocabulary.word("conv"))
        for (index, (size, stride, dilation, padding)) in [
            (Size(3), 1, 1, Padding.same), (Size(2), 2, 1, .sameLower), (Size(width: 3, height: 1), 1, 2, .full),
            (Size(width: 2, height: 3), 2, 2, .sides(top: 2, right: 1, bottom: 0, left: 3)),
        ].enumerated() {
            for groups in [1, 2] {
                let step = try word.make(
                    settings([
                        "channels": .integer(4), "size": .size(size), "groups": .integer(groups),
                        "stride": .size(Size(stride)), "dilate": .size(Size(dilation)), "pad": .padding(padding),
                        "border": .border(border),
                    ]))
                let plan = try step.plan(
                    for: [Shape(count: 2, channels: 2, height: 4, width: 5)], options: PlanOptions())
                try check(plan, seed: UInt64(index), "\(border) \(size) groups \(groups)")
            }
        }
    }

    @Test(arguments: [Border.edge, .renorm, .keep]) func `a known kernel passes a gradient back to the picture`(
        border: Border
    ) throws {
        let kernel = try Kernel(rows: [[1, 2, 1], [0, 3, 0.5]])
        let step = try KernelStep(
            kernel, settings: WindowSettings(settings(["border": .border(border)]), stride: Size(1), padding: .same),
            text: "kernel")
        let plan = try step.plan(for: [Shape(channels: 2, height: 4, width: 3)], options: PlanOptions())
        try check(plan, seed: 9, "\(border)")
    }

    @Test(arguments: [
        PointFunction.invert, .scale(-2), .offset(1), .square, .gelu, .sigmoid, .tanh, .elu(1), .gamma(0.5),
    ]) func `a point function's slope is its derivative`(function: PointFunction) throws {
        let plan = try PointStep(function, text: "point").plan(
            for: [Shape(channels: 1, height: 2, width: 8)], options: PlanOptions())
        try check(plan, seed: 4, "\(function)")
    }
}

private struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 29)
    }
}
