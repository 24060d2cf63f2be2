import Convolution
import Pixels

/// While weights are learned, samples are left out at random and the others scaled up to make up for them; else nothing
/// happens. What is left out is decided by the seed, the picture's place in the batch and the sample's in the picture, so
/// it does not matter who computes which part of a batch.
public struct DropoutStep: Step {
    /// The chance of a sample to be left out.
    public let chance: Double
    public let text: String

    public var role: StepRole { .point(movesZero: false) }

    public func plan(for inputs: [Shape], options: PlanOptions) throws(StepError) -> any PlannedStep {
        PlannedDropout(chance: chance, output: inputs[0])
    }

    static let word = StepWord(
        "dropout", .layer, "while learning, a share of the samples at random as 0; afterwards nothing",
        example: "dropout 0.5",
        settings: [.place("chance", .number(0...0.999), standard: .number(0.5), "of a sample to be left out")]
    ) { settings throws(StepError) in
        DropoutStep(chance: settings.number("chance"), text: settings.text)
    }
}

struct PlannedDropout: DifferentiableStep {
    let chance: Double
    let output: Shape

    var inputs: [Shape] { [output] }
    var picksSamples: Bool { true }

    func rowsNeeded(for rows: Range<Int>) -> [Range<Int>] { [rows] }

    func run(_ call: StepCall, into output: inout Planes) { output.copy(call.rows, from: call.inputs[0]) }

    func forward(_ call: StepCall, into output: inout Planes, notes: inout [Planes]) {
        leaveOut(of: call.inputs[0], call, into: &output)
    }

    func backward(
        _ call: StepCall, output: Planes, notes: [Planes], outputGradient: Planes, into gradients: inout StepGradients
    ) {
        gradients.inputs[0]?.fill { leaveOut(of: outputGradient, call, into: &$0) }
    }

    /// The same samples forwards and backwards.
    private func leaveOut(of input: Planes, _ call: StepCall, into output: inout Planes) {
        let each = self.output.channels * self.output.height * self.output.width
        let loops = call.machine.rowLoops
        let threshold = UInt32(chance * 4_294_967_296)
        let scale = Float(1 / (1 - chance))
        input.withSamples { source in
            output.withSamples { target in
                call.machine.split(0..<self.output.count, grain: max(1, SampleRun.length / max(1, each))) { pictures in
                    for n in pictures {
                        guard let learning = call.learning else {
                            (target.base + n * each).update(from: source.base + n * each, count: each)
                            continue
                        }
                        loops.dropOut(
                            source.base + n * each,
                            key: Self.key(learning.seed, picture: learning.firstPicture + n), threshold: threshold,
                            scale: scale, into: target.base + n * each, each)
                    }
                }
            }
        }
    }

    /// A number of its own for every picture: splitmix64's.
    private static func key(_ seed: UInt64, picture: Int) -> UInt64 {
        var z = seed &+ UInt64(truncatingIfNeeded: picture) &* 0x9e37_79b9_7f4a_7c15
        for _ in 0..<2 {
            z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
            z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
            z ^= z >> 31
            z = z &+ 0x9e37_79b9_7f4a_7c15
        }
        return z
    }

    var account: StepAccount { StepAccount() }
}
