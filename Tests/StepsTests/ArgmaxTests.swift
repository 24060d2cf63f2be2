import Convolution
import Pixels
import Steps
import Testing

@Suite struct ArgmaxTests {
    private func run(_ channels: [[Float]]) throws -> [Float] {
        let shape = Shape(channels: channels.count, height: 1, width: channels[0].count)
        let plan = try makeStep("argmax", [:]).plan(for: [shape], options: PlanOptions())
        var output = Planes(shape: plan.output)
        plan.run(StepCall(inputs: [Planes(shape: shape, samples: channels.flatMap { $0 })], rows: 0..<1), into: &output)
        return GradientCheck.samples(output)
    }

    @Test func `the largest channel gives its number, the first of equal ones`() throws {
        #expect(
            try run([[1, 2, -3, 0, 5], [0, 4, -1, 0, 5], [2, 1, -2, 0, 6]]) == [2, 1, 1, 0, 2].map { $0 / 255 })
        #expect(try run([[3, .nan]]) == [0, 0])
        let many = (0..<256).map { channel in [Float(channel == 255 ? 1 : 0)] }
        #expect(try run(many) == [1])
    }

    @Test func `more channels than 8 bits can number are refused`() throws {
        let shape = Shape(channels: 257, height: 1, width: 1)
        #expect(throws: StepError.channels(step: "argmax", needed: "at most 256 channels", found: 257)) {
            try makeStep("argmax", [:]).plan(for: [shape], options: PlanOptions())
        }
    }
}
