import Convolution
import Pixels
import Steps
import Testing

/// Backward passes against finite differences: the loss is a fixed random weighting of the output's samples.
enum GradientCheck {
    /// Moves one sample at a time and compares the change of the loss with what `backward` said. No two samples are
    /// nearer to each other or to 0 than they are moved, so that no corner is crossed where there are few of them.
    static func run(
        _ step: any PlannedStep, seed: UInt64, _ label: String, tolerance: Double = 2e-3,
        learning: StepCall.Learning? = StepCall.Learning(seed: 5), from low: Float = -1, to high: Float = 1
    ) throws {
        var generator = Seeded(state: seed)
        let differentiable = try #require(step as? any DifferentiableStep, "\(label): no way back")
        let inputs = ladders(step.inputs, low...high, &generator)
        let parameters = step.parameters.map { parameter in
            parameter.isStatistic
                ? Planes(shape: parameter.shape, filledWith: 1) : random(parameter.shape, 0.5...1.5, &generator)
        }
        let weights = random(step.output, -1...1, &generator)
        let call = StepCall(
            inputs: inputs, rows: 0..<step.output.height, parameters: parameters, machine: Machine(threads: 2),
            learning: learning)
        var output = Planes(shape: step.output)
        var notes = differentiable.notes.map { Planes(shape: $0) }
        differentiable.forward(call, into: &output, notes: &notes)
        // Whatever is in the room is overwritten.
        var gradients = StepGradients(
            inputs: step.inputs.map { Planes(shape: $0, filledWith: 7) },
            parameters: step.parameters.map { Planes(shape: $0.shape, filledWith: 7) })
        differentiable.backward(call, output: output, notes: notes, outputGradient: weights, into: &gradients)
        for (position, planes) in inputs.enumerated() {
            try compare(planes, gradients.inputs[position], tolerance, "\(label): input \(position)") { moved in
                var call = call
                call.inputs[position] = moved
                return loss(differentiable, call, weights)
            }
        }
        for (position, planes) in parameters.enumerated() where !step.parameters[position].isStatistic {
            try compare(planes, gradients.parameters[position], tolerance, "\(label): parameter \(position)") { moved in
                var call = call
                call.parameters[position] = moved
                return loss(differentiable, call, weights)
            }
        }
        try expectTheSame(differentiable, call, output: output, notes: notes, weights: weights, gradients, label)
    }

    /// One thread gives the same bits as two, and what no one asks for is left out.
    private static func expectTheSame(
        _ step: any DifferentiableStep, _ call: StepCall, output: Planes, notes: [Planes], weights: Planes,
        _ gradients: StepGradients, _ label: String
    ) throws {
        var call = call
        call.machine.threads = 1
        for missing in step.inputs.indices {
            var again = StepGradients(of: step)
            again.inputs[missing] = nil
            step.backward(call, output: output, notes: notes, outputGradient: weights, into: &again)
            #expect(again.inputs[missing] == nil, "\(label): no one asked for input \(missing)")
            for index in step.inputs.indices where index != missing {
                #expect(
                    try samples(#require(again.inputs[index])) == samples(#require(gradients.inputs[index])),
                    "\(label): input \(index) with one thread")
            }
            for index in step.parameters.indices where !step.parameters[index].isStatistic {
                #expect(
                    samples(again.parameters[index]) == samples(gradients.parameters[index]),
                    "\(label): parameter \(index) with one thread")
            }
        }
    }

    private static func compare(
        _ planes: Planes, _ gradient: Planes?, _ tolerance: Double, _ label: String, _ loss: (Planes) -> Double
    ) throws {
        let expected = samples(try #require(gradient, "\(label) was asked for"))
        for index in expected.indices {
            let moved = slope(planes, index, loss)
            let allowed = tolerance * max(1, abs(moved))
            #expect(
                abs(moved - Double(expected[index])) < allowed,
                "\(label), sample \(index): \(expected[index]), \(moved)")
        }
    }

    private static func loss(_ step: any DifferentiableStep, _ call: StepCall, _ weights: Planes) -> Double {
        var output = Planes(shape: step.output)
        var notes = step.notes.map { Planes(shape: $0) }
        step.forward(call, into: &output, notes: &notes)
        return zip(samples(output), samples(weights)).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }

    private static func slope(_ planes: Planes, _ index: Int, _ loss: (Planes) -> Double) -> Double {
        let step: Float = 1 / 256
        var all = samples(planes)
        let old = all[index]
        all[index] = old + step
        let above = loss(Planes(shape: planes.shape, samples: all))
        all[index] = old - step
        let below = loss(Planes(shape: planes.shape, samples: all))
        return (above - below) / Double(2 * step)
    }

    // MARK: Samples

    static func random(_ shape: Shape, _ range: ClosedRange<Float>, _ generator: inout some RandomNumberGenerator)
        -> Planes
    {
        Planes(
            shape: shape,
            samples: (0..<(shape.sampleCount ?? 0)).map { _ in Float.random(in: range, using: &generator) })
    }

    /// The steps of a ladder over the range, shuffled: all samples of all inputs are different.
    private static func ladders(
        _ shapes: [Shape], _ range: ClosedRange<Float>, _ generator: inout some RandomNumberGenerator
    ) -> [Planes] {
        let total = shapes.reduce(0) { $0 + ($1.sampleCount ?? 0) }
        let height = (range.upperBound - range.lowerBound) / Float(max(1, total))
        var rungs = (0..<total).map { range.lowerBound + (Float($0) + 0.5) * height }
        rungs.shuffle(using: &generator)
        var first = 0
        return shapes.map { shape in
            let count = shape.sampleCount ?? 0
            defer { first += count }
            return Planes(shape: shape, samples: Array(rungs[first..<first + count]))
        }
    }

    static func samples(_ planes: Planes) -> [Float] {
        let shape = planes.shape
        return (0..<(shape.sampleCount ?? 0)).map { index in
            let (row, x) = index.quotientAndRemainder(dividingBy: shape.width)
            let (plane, y) = row.quotientAndRemainder(dividingBy: shape.height)
            return planes[n: plane / shape.channels, c: plane % shape.channels, y: y, x: x]
        }
    }
}

struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 29)
    }
}

/// A step as its words make it.
func makeStep(_ name: String, _ values: [String: Value] = [:], blocks: Int = 0) throws -> any Step {
    let word = try #require(Vocabulary.word(name), "there is no word \(name)")
    var all = values
    for setting in word.settings where all[setting.name] == nil { all[setting.name] = setting.standard }
    return try word.make(Settings(values: all, text: name, blocks: blocks))
}
