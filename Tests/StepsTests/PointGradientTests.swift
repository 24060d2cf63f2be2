import Convolution
import Pixels
import Steps
import Testing

/// Points, channels and ranges: what looks at one sample at a time, or at all of them alike.
struct PointGradientTests {
    static let functions: [PointFunction] = [
        .absolute, .invert, .scale(-2), .offset(1), .gamma(0.5), .gamma(2.2), .threshold(0.21),
        .clamp(low: -0.49, high: 0.4),
        .square, .relu, .relu6, .leaky(0.1), .elu(1), .elu(0.7), .gelu, .silu, .hardSwish, .sigmoid, .tanh, .toLinear,
        .fromLinear,
    ]

    @Test(arguments: functions) func `a point function's slope is its derivative`(function: PointFunction) throws {
        let shape = Shape(count: 2, channels: 1, height: 3, width: 7)
        let plan = try PointStep(function, text: "point").plan(for: [shape], options: PlanOptions())
        // Roots bend much near 0.
        let isRoot = function == .gamma(2.2) || function == .fromLinear
        try GradientCheck.run(plan, seed: 4, "\(function)", tolerance: isRoot ? 2e-2 : 2e-3)
        if function == .relu6 { try GradientCheck.run(plan, seed: 4, "relu6", from: 4, to: 9) }
        if function == .hardSwish { try GradientCheck.run(plan, seed: 4, "hardswish", from: -5, to: 5.3) }
    }

    @Test func `a root's slope is its derivative where there is a root`() throws {
        let plan = try PointStep(.root, text: "sqrt").plan(
            for: [Shape(channels: 1, height: 3, width: 7)], options: PlanOptions())
        try GradientCheck.run(plan, seed: 4, "sqrt", from: 0.2, to: 2)
        try GradientCheck.run(plan, seed: 4, "sqrt", from: -2, to: -0.2)
    }

    @Test func `at a corner the slope is PyTorch's`() throws {
        let slopes: [PointFunction: Float] = [
            .relu: 0, .leaky(0.1): 0.1, .relu6: 0, .absolute: 0, .silu: 0.5, .clamp(low: 0, high: 1): 1,
            .hardSwish: 0.5, .elu(2): 2,
        ]
        for (function, slope) in slopes {
            let plan = try #require(
                PointStep(function, text: "point").plan(
                    for: [Shape(channels: 1, height: 1, width: 1)], options: PlanOptions()) as? any DifferentiableStep)
            let zero = Planes(shape: plan.output)
            var output = zero
            let call = StepCall(inputs: [zero], rows: 0..<1)
            plan.run(call, into: &output)
            var gradients = StepGradients(of: plan)
            plan.backward(
                call, output: output, notes: [], outputGradient: Planes(shape: plan.output, filledWith: 1),
                into: &gradients)
            #expect(gradients.inputs[0]?[c: 0, y: 0, x: 0] == slope, "\(function)")
        }
    }

    @Test func `only a threshold stops learning`() throws {
        let stopping = try Vocabulary.words.filter { $0.category == .point }.filter { word in
            let values: [String: Value] = ["factor": .number(1), "amount": .number(1), "value": .number(1)]
            let plan = try makeStep(word.name, values).plan(
                for: [Shape(channels: 1, height: 1, width: 1)], options: PlanOptions())
            return try #require(plan as? any DifferentiableStep).stopsLearning
        }
        #expect(stopping.map(\.name) == ["threshold"])
    }

    @Test func `mixed and picked channels`() throws {
        let shape = Shape(count: 2, channels: 3, height: 2, width: 3)
        let cases: [(String, [String: Value])] = [
            ("gray", [:]), ("luma", [:]), ("channel", ["which": .text("b,r,b")]), ("channel", ["which": .text("1")]),
        ]
        for (word, values) in cases {
            try GradientCheck.run(
                makeStep(word, values).plan(for: [shape], options: PlanOptions()), seed: 2, "\(word) \(values)")
        }
    }

    @Test func `ranges that depend on all samples`() throws {
        let shape = Shape(count: 2, channels: 2, height: 2, width: 4)
        try GradientCheck.run(
            makeStep("rescale", ["low": .number(-1), "high": .number(2)]).plan(for: [shape], options: PlanOptions()),
            seed: 6, "rescale")
        try GradientCheck.run(
            makeStep("standardise").plan(for: [shape], options: PlanOptions()), seed: 6, "standardise")
    }
}
