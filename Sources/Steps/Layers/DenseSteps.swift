import Convolution
import Pixels

/// Every output a weighted sum of all samples that come in: weights to be learned.
public struct DenseStep: WeightedStep {
    public let outputs: Int
    public let hasBias: Bool
    public let layerWords: LayerWords
    public let text: String

    public var role: StepRole { .layer }

    public func plan(for inputs: [Shape], options: PlanOptions) throws(StepError) -> any PlannedStep {
        PlannedDense(step: self, input: inputs[0])
    }

    static let word = StepWord(
        "dense", .layer, "each output a weighted sum of everything, the weights to be learned", example: "dense 10",
        settings: [
            .place("outputs", .integer(1...16_777_216), "how many sums"),
            .key("no-bias", .flag, "add nothing to the sums"),
        ] + LayerWords.settings + [LayerWords.start]
    ) { settings throws(StepError) in
        DenseStep(
            outputs: settings.integer("outputs"), hasBias: !settings.has("no-bias"),
            layerWords: LayerWords(settings), text: settings.text)
    }
}

struct PlannedDense: PlannedStep {
    let step: DenseStep
    let input: Shape

    var inputs: [Shape] { [input] }
    var output: Shape { Shape(count: input.count, channels: step.outputs, height: 1, width: 1) }

    /// The weights are those of a convolution whose kernel is as large as what comes in.
    var parameters: [Parameter] {
        let shape = Shape(count: step.outputs, channels: input.channels, size: input.size)
        let weights = Parameter(
            name: "weight", shape: shape, start: .random(fanIn: shape.channels * shape.height * shape.width),
            decays: true)
        let bias = Parameter(
            name: "bias", shape: Shape(channels: step.outputs, height: 1, width: 1), start: .constant(0))
        return step.hasBias ? [weights, bias] : [weights]
    }

    func rowsNeeded(for rows: Range<Int>) -> [Range<Int>] { [rows.isEmpty ? rows : 0..<input.height] }

    // out (n,o) = bias (o) + Σ over i of weight (o,i) · in (n,i)
    func run(_ call: StepCall, into output: inout Planes) {
        let count = input.channels * input.height * input.width
        let (samples, weights) = (call.inputs[0].samples, call.parameters[0].samples)
        for n in 0..<input.count {
            for o in 0..<step.outputs {
                var sum = step.hasBias ? Double(call.parameters[1].samples[o]) : 0
                for i in 0..<count { sum += Double(weights[o * count + i]) * Double(samples[n * count + i]) }
                output[n: n, c: o, y: 0, x: 0] = Float(sum)
            }
        }
    }

    var account: StepAccount {
        StepAccount(reach: .all, operations: Double(input.sampleCount ?? 0) * Double(step.outputs))
    }
}

/// All samples as channels of one pixel, channel after channel, row after row.
public struct FlattenStep: Step {
    public let text: String

    public var role: StepRole { .layer }

    public func plan(for inputs: [Shape], options: PlanOptions) throws(StepError) -> any PlannedStep {
        var one = inputs[0]
        one.count = 1
        guard let count = one.sampleCount else { throw .tooLarge(one) }
        return PlannedFlatten(input: inputs[0], samples: count)
    }

    static let word = StepWord(
        "flatten", .layer, "all samples as one vector: channels of a 1x1 picture", example: "flatten"
    ) { settings throws(StepError) in
        FlattenStep(text: settings.text)
    }
}

struct PlannedFlatten: PlannedStep {
    let input: Shape
    let samples: Int

    var inputs: [Shape] { [input] }
    var output: Shape { Shape(count: input.count, channels: samples, height: 1, width: 1) }

    func rowsNeeded(for rows: Range<Int>) -> [Range<Int>] { [rows.isEmpty ? rows : 0..<input.height] }

    func run(_ call: StepCall, into output: inout Planes) {
        call.inputs[0].withRows { source in
            output.withMutableRows { target in
                for n in 0..<input.count {
                    for c in 0..<input.channels {
                        for y in 0..<input.height {
                            let row = source.row(y, plane: n * input.channels + c)
                            let first = n * samples + (c * input.height + y) * input.width
                            for x in 0..<input.width { target.row(0, plane: first + x)[0] = row[x] }
                        }
                    }
                }
            }
        }
    }

    var account: StepAccount { StepAccount(reach: .all) }
}

/// e^v, divided by the sum over all channels of the pixel: probabilities.
public struct SoftmaxStep: Step {
    public let text: String

    public var role: StepRole { .layer }

    public func plan(for inputs: [Shape], options: PlanOptions) throws(StepError) -> any PlannedStep {
        PlannedSoftmax(output: inputs[0])
    }

    static let word = StepWord(
        "softmax", .layer, "e^v over its sum across the channels of each pixel: probabilities", example: "softmax"
    ) { settings throws(StepError) in
        SoftmaxStep(text: settings.text)
    }
}

struct PlannedSoftmax: PlannedStep {
    let output: Shape

    var inputs: [Shape] { [output] }

    func rowsNeeded(for rows: Range<Int>) -> [Range<Int>] { [rows] }

    func run(_ call: StepCall, into output: inout Planes) {
        let shape = self.output
        call.inputs[0].withRows { source in
            output.withMutableRows { target in
                for n in 0..<shape.count {
                    for y in call.rows {
                        for x in 0..<shape.width {
                            var largest = -Float.infinity
                            for c in 0..<shape.channels {
                                largest = max(largest, source.row(y, plane: n * shape.channels + c)[x])
                            }
                            var sum = 0.0
                            for c in 0..<shape.channels {
                                let plane = n * shape.channels + c
                                let power = exponential(Double(source.row(y, plane: plane)[x] - largest))
                                target.row(y, plane: plane)[x] = Float(power)
                                sum += power
                            }
                            for c in 0..<shape.channels {
                                target.row(y, plane: n * shape.channels + c)[x] /= Float(sum)
                            }
                        }
                    }
                }
            }
        }
    }

    var account: StepAccount { StepAccount(operations: Double(output.sampleCount ?? 0) * 3) }
}
