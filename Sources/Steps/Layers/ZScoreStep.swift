import Convolution
import Pixels

/// (v − mean) / deviation, both those of the pictures that a net was trained on: counted once, before it learns.
public struct ZScoreStep: Step {
    public let text: String

    public var role: StepRole { .layer }

    public func plan(for inputs: [Shape], options: PlanOptions) throws(StepError) -> any PlannedStep {
        PlannedZScore(output: inputs[0])
    }

    static let word = StepWord(
        "zscore", .layer,
        "brings each channel to mean 0 and deviation 1, as measured on the pictures that were learned from",
        example: "zscore"
    ) { settings throws(StepError) in
        ZScoreStep(text: settings.text)
    }
}

struct PlannedZScore: DifferentiableStep {
    let output: Shape

    var inputs: [Shape] { [output] }

    var parameters: [Parameter] {
        let shape = Shape(channels: output.channels, height: 1, width: 1)
        return [
            Parameter(name: "mean", shape: shape, start: .constant(0), isStatistic: true),
            Parameter(name: "deviation", shape: shape, start: .constant(1), isStatistic: true),
        ]
    }

    func rowsNeeded(for rows: Range<Int>) -> [Range<Int>] { [rows] }

    func run(_ call: StepCall, into output: inout Planes) {
        let (means, deviations) = (call.parameters[0].samples, call.parameters[1].samples)
        scale(call.inputs[0], rows: call.rows, into: &output) { channel in (1 / deviations[channel], means[channel]) }
    }

    func backward(
        _ call: StepCall, output: Planes, notes: [Planes], outputGradient: Planes, into gradients: inout StepGradients
    ) {
        guard var gradient = gradients.inputs[0] else { return }
        gradients.inputs[0] = nil
        let deviations = call.parameters[1].samples
        scale(outputGradient, rows: call.rows, into: &gradient) { channel in (1 / deviations[channel], 0) }
        gradients.inputs[0] = gradient
    }

    /// factor · (v − mean) of each channel
    private func scale(
        _ input: Planes, rows: Range<Int>, into output: inout Planes, _ rule: (Int) -> (factor: Float, mean: Float)
    ) {
        let shape = self.output
        input.withRows { source in
            output.withMutableRows { target in
                for plane in 0..<shape.count * shape.channels {
                    let (factor, mean) = rule(plane % shape.channels)
                    for y in rows {
                        let (row, out) = (source.row(y, plane: plane), target.row(y, plane: plane))
                        for x in 0..<shape.width { out[x] = (row[x] - mean) * factor }
                    }
                }
            }
        }
    }

    var account: StepAccount { StepAccount(operations: Double(output.sampleCount ?? 0)) }
}
