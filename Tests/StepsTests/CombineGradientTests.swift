import Convolution
import Pixels
import Steps
import Testing

/// Branches get back their part, stretched ones that of all their copies.
struct CombineGradientTests {
    @Test(arguments: CombineStep.Rule.allCases)
    func `every rule, with branches of one pixel and of one channel`(rule: CombineStep.Rule) throws {
        let whole = Shape(count: 2, channels: 2, height: 2, width: 3)
        var (dot, grey, one) = (whole, whole, whole)
        (dot.height, dot.width) = (1, 1)
        grey.channels = 1
        one = dot
        one.channels = 1
        var cases: [[Shape]] = [[whole, whole], [whole, dot], [grey, whole], [one, whole], [grey, dot]]
        if ![.subtract, .angle].contains(rule) { cases += [[whole, dot, grey], [whole, whole, whole]] }
        for (index, shapes) in cases.enumerated() {
            let plan = try CombineStep(rule, inputCount: shapes.count).plan(for: shapes, options: PlanOptions())
            // The direction turns fast near the origin, and jumps by a turn on one side of it.
            let isAngle = rule == .angle
            try GradientCheck.run(
                plan, seed: UInt64(index), "\(rule) of \(shapes)", tolerance: 4e-3, from: isAngle ? 0.3 : -1)
        }
    }

    @Test func `joined channels are parted again`() throws {
        let shapes = [1, 3, 2].map { Shape(count: 2, channels: $0, height: 2, width: 3) }
        try GradientCheck.run(ConcatStep(inputCount: 3).plan(for: shapes, options: PlanOptions()), seed: 1, "concat")
    }

    @Test func `of equal branches the first gets it all`() throws {
        for rule in [CombineStep.Rule.max, .min] {
            let shape = Shape(channels: 1, height: 1, width: 20)
            let plan = try #require(
                CombineStep(rule, inputCount: 3).plan(for: [shape, shape, shape], options: PlanOptions())
                    as? any DifferentiableStep)
            let same = Planes(shape: shape, filledWith: 0.5)
            let call = StepCall(inputs: [same, same, same], rows: 0..<1)
            var gradients = StepGradients(of: plan)
            plan.backward(
                call, output: same, notes: [], outputGradient: Planes(shape: shape, filledWith: 2), into: &gradients)
            let found = try gradients.inputs.map { try GradientCheck.samples(#require($0))[7] }
            #expect(found == [2, 0, 0])
        }
    }
}
