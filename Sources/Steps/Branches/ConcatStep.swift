import Convolution
import Pixels

/// The channels of all branches, one behind the other.
public struct ConcatStep: Step {
    public let inputCount: Int

    public init(inputCount: Int) { self.inputCount = inputCount }

    public var text: String { "concat" }
    public var role: StepRole { .combine(keepsFlats: false) }

    public func plan(for inputs: [Shape], options: PlanOptions) throws(StepError) -> any PlannedStep {
        var output = inputs[0]
        for shape in inputs.dropFirst() {
            guard shape.size == output.size, shape.count == output.count else {
                throw .branchesDiffer(step: text, inputs[0], shape)
            }
            output.channels += shape.channels
        }
        return PlannedConcat(inputs: inputs, output: output)
    }

    static let word = StepWord(
        "concat", .combine, "the channels of all branches, one behind the other",
        example: "concat { sobel-x } { sobel-y }", blocks: 2...64
    ) { settings throws(StepError) in
        ConcatStep(inputCount: settings.blocks)
    }
}

struct PlannedConcat: DifferentiableStep {
    let inputs: [Shape]
    let output: Shape

    var picksSamples: Bool { true }
    var account: StepAccount { StepAccount(mixing: .stacked) }

    func rowsNeeded(for rows: Range<Int>) -> [Range<Int>] { inputs.map { _ in rows } }

    func run(_ call: StepCall, into output: inout Planes) {
        output.withMutableRows { target in
            var first = 0
            for (branch, shape) in zip(call.inputs, inputs) {
                branch.withRows { source in
                    call.machine.split(call.rows, grain: 64) { [first] piece in
                        for n in 0..<shape.count {
                            for c in 0..<shape.channels {
                                for y in piece {
                                    target.row(y, plane: n * self.output.channels + first + c)
                                        .update(from: source.row(y, plane: n * shape.channels + c), count: shape.width)
                                }
                            }
                        }
                    }
                }
                first += shape.channels
            }
        }
    }
    /// Each branch gets back what its own channels were given.
    func backward(
        _ call: StepCall, output: Planes, notes: [Planes], outputGradient: Planes, into gradients: inout StepGradients
    ) {
        let area = self.output.height * self.output.width
        var first = 0
        for (index, shape) in inputs.enumerated() {
            let count = shape.channels * area
            gradients.inputs[index]?.withSamples { target in
                outputGradient.withSamples { gradient in
                    for n in 0..<shape.count {
                        (target.base + n * count).update(
                            from: gradient.base + (n * self.output.channels + first) * area, count: count)
                    }
                }
            }
            first += shape.channels
        }
    }
}
