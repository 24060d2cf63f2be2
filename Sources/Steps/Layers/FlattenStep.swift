import Convolution
import Pixels

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

struct PlannedFlatten: DifferentiableStep {
    let input: Shape
    let samples: Int

    var inputs: [Shape] { [input] }
    var output: Shape { Shape(count: input.count, channels: samples, height: 1, width: 1) }

    func rowsNeeded(for rows: Range<Int>) -> [Range<Int>] { [rows.isEmpty ? rows : 0..<input.height] }

    func run(_ call: StepCall, into output: inout Planes) {
        let area = input.height * input.width
        call.inputs[0].withRows { source in
            output.withMutableRows { target in
                // A whole plane lies in one piece, and so do the samples that it becomes.
                for plane in 0..<input.count * input.channels where area > 0 {
                    let from = source.row(0, plane: plane)
                    for index in 0..<area { target.row(0, plane: plane * area + index)[0] = from[index] }
                }
            }
        }
    }

    func forward(_ call: StepCall, into output: inout Planes, notes: inout [Planes]) {
        copy(call.inputs[0], into: &output)
    }

    func backward(
        _ call: StepCall, output: Planes, notes: [Planes], outputGradient: Planes, into gradients: inout StepGradients
    ) {
        gradients.inputs[0]?.fill { copy(outputGradient, into: &$0) }
    }

    /// The samples of a whole batch are in the order of the vector already.
    private func copy(_ from: Planes, into to: inout Planes) {
        from.withSamples { source in
            to.withSamples { $0.base.update(from: source.base, count: input.count * samples) }
        }
    }

    var account: StepAccount { StepAccount(reach: .all, mixing: .flattened) }
}
