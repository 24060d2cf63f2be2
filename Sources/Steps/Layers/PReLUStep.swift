import Convolution
import Pixels

/// v where it is positive, else v times a slope that each channel learns.
public struct PReLUStep: WeightedStep {
    public let slope: Float
    public let layerWords: LayerWords
    public let text: String

    public var role: StepRole { .layer }

    public func plan(for inputs: [Shape], options: PlanOptions) throws(StepError) -> any PlannedStep {
        PlannedPReLU(slope: slope, output: inputs[0])
    }

    static let word = StepWord(
        "prelu", .layer, "v where it is positive, else v times a slope that each channel learns", example: "prelu",
        settings: [.place("slope", .number(-1...1), standard: .number(0.25), "that learning starts from")]
            + LayerWords.settings
    ) { settings throws(StepError) in
        PReLUStep(
            slope: Float(settings.number("slope")), layerWords: LayerWords(settings), text: settings.text)
    }
}

struct PlannedPReLU: DifferentiableStep {
    let slope: Float
    let output: Shape

    /// Samples that are worked on together.
    private static let chunk = 1024

    var inputs: [Shape] { [output] }

    var parameters: [Parameter] {
        [
            Parameter(
                name: "weight", shape: Shape(channels: output.channels, height: 1, width: 1), start: .constant(slope))
        ]
    }

    func rowsNeeded(for rows: Range<Int>) -> [Range<Int>] { [rows] }

    func run(_ call: StepCall, into output: inout Planes) {
        let shape = self.output
        let loops = call.machine.rowLoops
        call.inputs[0].withRows { source in
            output.withMutableRows { target in
                call.machine.split(call.rows, grain: 32) { piece in
                    for run in RowRun.all(piece, in: source, target) {
                        for plane in 0..<shape.count * shape.channels {
                            loops.point(
                                source.row(run.row, plane: plane),
                                .leaky(call.parameters[0].samples[plane % shape.channels]),
                                into: target.row(run.row, plane: plane), run.count)
                        }
                    }
                }
            }
        }
    }

    func backward(
        _ call: StepCall, output: Planes, notes: [Planes], outputGradient: Planes, into gradients: inout StepGradients
    ) {
        let (shape, area) = (self.output, self.output.height * self.output.width)
        let loops = call.machine.rowLoops
        let slopes = call.parameters[0].samples
        call.inputs[0].withSamples { source in
            outputGradient.withSamples { gradient in
                gradients.inputs[0]?.withSamples { target in
                    call.machine.split(0..<shape.count * shape.channels, grain: max(1, SampleRun.length / max(1, area)))
                    {
                        for plane in $0 {
                            loops.slope(
                                source.base + plane * area, .leaky(slopes[plane % shape.channels]),
                                times: gradient.base + plane * area, into: target.base + plane * area, area)
                        }
                    }
                }
                gradients.parameters[0].withSamples { target in
                    call.machine.split(0..<shape.channels, grain: 1) { channels in
                        withUnsafeTemporaryAllocation(of: Float.self, capacity: Self.chunk) { negative in
                            guard let negative = negative.baseAddress else { return }
                            for c in channels {
                                var sum = 0.0
                                for n in 0..<shape.count {
                                    let plane = (n * shape.channels + c) * area
                                    for start in stride(from: 0, to: area, by: Self.chunk) {
                                        let count = min(Self.chunk, area - start)
                                        let (own, given) = (source.base + plane + start, gradient.base + plane + start)
                                        loops.point(own, .clamp(low: -.infinity, high: 0), into: negative, count)
                                        sum += loops.sums(given, negative, count).products
                                    }
                                }
                                target.base[c] = Float(sum)
                            }
                        }
                    }
                }
            }
        }
    }

    var account: StepAccount { StepAccount(operations: Double(output.sampleCount ?? 0)) }
}
