import Convolution
import Pixels

/// Two thresholds: what reaches the high one is kept, and what reaches the low one if it touches something kept.
public struct HysteresisStep: Step {
    /// 0 is found from the picture.
    public let low: Float
    public let high: Float
    public let text: String

    public var role: StepRole { .whole(movesZero: false) }

    public func plan(for inputs: [Shape], options: PlanOptions) throws(StepError) -> any PlannedStep {
        PlannedHysteresis(low: low, high: high, output: inputs[0])
    }

    static let word = StepWord(
        "hysteresis", .whole, "1 where v reaches high, or reaches low and is connected to such a pixel; else 0",
        example: "hysteresis 0.1 0.3",
        settings: [
            .place("low", .number(0...1e30), standard: .number(0), "0 is found from the picture: 0.4 × high"),
            .place(
                "high", .number(0...1e30), standard: .number(0), "0 is found from the picture, and is not below low"),
        ]
    ) { settings throws(StepError) in
        let (low, high) = (settings.number("low"), settings.number("high"))
        guard high == 0 || low <= high else {
            throw .argument("hysteresis takes the low threshold first: \(low) is above \(high)")
        }
        return HysteresisStep(low: Float(low), high: Float(high), text: settings.text)
    }
}

struct PlannedHysteresis: PlannedStep {
    let low: Float
    let high: Float
    let output: Shape

    /// Found high thresholds leave this share of the positive values below them.
    private static let quietShare = 0.8
    /// What a found low threshold is of the high one.
    private static let lowShare: Float = 0.4

    var inputs: [Shape] { [output] }
    /// A connection may lead anywhere, so rows come all at once.
    var rowGrain: Int { max(output.height, 1) }

    func rowsNeeded(for rows: Range<Int>) -> [Range<Int>] { [rows.isEmpty ? rows : 0..<output.height] }

    func run(_ call: StepCall, into output: inout Planes) {
        let shape = self.output
        call.inputs[0].withRows { source in
            output.withMutableRows { target in
                for plane in 0..<shape.count * shape.channels {
                    let (low, high) = thresholds(source, plane: plane, call.machine)
                    StrongRegions(source: source, target: target, plane: plane, low: low, high: high)
                        .mark(on: call.machine)
                }
            }
        }
    }

    private func thresholds(_ source: ReadableRows, plane: Int, _ machine: Machine) -> (low: Float, high: Float) {
        var high = high
        if high == 0 {
            let edges = PositiveValues(source: source, plane: plane, above: PlanOptions.roundingOfLevels)
            // Nothing stands out.
            guard let quiet = edges.value(at: PlannedHysteresis.quietShare, on: machine) else {
                return (.infinity, .infinity)
            }
            // A low threshold that was told is kept.
            high = max(quiet, low)
        }
        return (low == 0 ? high * PlannedHysteresis.lowShare : low, high)
    }

    var account: StepAccount { StepAccount(reach: .all, operations: Double(output.sampleCount ?? 0) * 9) }
}
