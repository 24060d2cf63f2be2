import Convolution
import Pixels

/// Which channel has the largest value, of each pixel: what makes a mask of the probabilities of classes.
public struct ArgmaxStep: Step {
    public let text: String

    /// Levels that 8 bits have.
    private static let mostChannels = 256

    // 0 is a channel like the others, and says nothing of a direction.
    public var role: StepRole { .point(movesZero: true) }

    public func plan(for inputs: [Shape], options: PlanOptions) throws(StepError) -> any PlannedStep {
        guard inputs[0].channels <= Self.mostChannels else {
            throw .channels(step: text, needed: "at most \(Self.mostChannels) channels", found: inputs[0].channels)
        }
        return PlannedArgmax(input: inputs[0])
    }

    static let word = StepWord(
        "argmax", .channels,
        "the number of the channel with the largest value, the first of equal ones, in levels of 8 bits: 0, 1/255, 2/255 …",
        example: "argmax"
    ) { settings throws(StepError) in
        ArgmaxStep(text: settings.text)
    }
}

struct PlannedArgmax: PlannedStep {
    let input: Shape
    let output: Shape

    init(input: Shape) {
        self.input = input
        output = Shape(count: input.count, channels: min(input.channels, 1), size: input.size)
    }

    var inputs: [Shape] { [input] }

    func rowsNeeded(for rows: Range<Int>) -> [Range<Int>] { [rows] }

    func run(_ call: StepCall, into output: inout Planes) {
        call.inputs[0].withRows { source in
            output.withMutableRows { target in
                call.machine.split(call.rows, grain: 32) { piece in
                    withUnsafeTemporaryAllocation(of: Float.self, capacity: max(1, input.width)) { largest in
                        for y in piece {
                            for n in 0..<self.output.count * self.output.channels {
                                let out = target.row(y, plane: n)
                                for channel in 0..<input.channels {
                                    let row = source.row(y, plane: n * input.channels + channel)
                                    let number = Float(channel) / 255
                                    for x in 0..<input.width where channel == 0 || row[x] > largest[x] {
                                        largest[x] = row[x]
                                        out[x] = number
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    var account: StepAccount { StepAccount(mixing: .all, operations: Double(input.sampleCount ?? 0)) }
}
