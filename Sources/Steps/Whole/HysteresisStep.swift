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

struct PlannedHysteresis: SurveyingStep {
    /// 0 is found from the picture.
    let low: Float
    let high: Float
    let output: Shape

    var inputs: [Shape] { [output] }

    /// A connection may lead anywhere, so the first row waits for the last; what is kept of the rows is a map.
    func rowsNeeded(for rows: Range<Int>) -> [Range<Int>] { [output.height..<output.height] }

    var emptySurvey: Findings { Findings(edges: EdgeMap(output, low: low, high: high)) }

    func survey(_ rows: Range<Int>, of input: Planes, into findings: inout Findings, on machine: Machine) {
        findings.edges?.look(at: rows, of: input, on: machine)
        if rows.upperBound == output.height { findings.edges?.settle(on: machine) }
    }

    func run(_ call: StepCall, into output: inout Planes) {
        let findings = call.survey.isEmpty ? surveyed(call.inputs[0], on: call.machine) : call.survey
        findings.edges?.write(call.rows, into: &output, on: call.machine)
    }

    var account: StepAccount {
        var account = StepAccount(reach: .all, operations: Double(output.sampleCount ?? 0) * 9)
        account.mapBytes = EdgeMap.bytes(output, findsThresholds: high == 0)
        return account
    }
}
