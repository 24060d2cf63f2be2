import Convolution
import Pixels

/// Values brought to a range or a spread that is known only when all of them have been seen.
public struct RescaleStep: Step {
    public enum Target: Hashable, Sendable {
        /// The smallest value becomes `low`, the largest `high`, in all channels alike.
        case range(low: Float, high: Float)
        /// The mean becomes 0 and the standard deviation 1, in all channels alike.
        case standard
    }

    public let target: Target
    public let text: String

    public init(_ target: Target, text: String) {
        self.target = target
        self.text = text
    }

    public var role: StepRole { .whole(movesZero: true) }

    public func plan(for inputs: [Shape], options: PlanOptions) throws(StepError) -> any PlannedStep {
        PlannedRescale(target: target, output: inputs[0], rounding: Double(options.rounding))
    }

    static let words: [StepWord] =
        ["rescale", "normalise"].map(rangeWord) + [
            StepWord(
                "standardise", .whole, "mean 0 and standard deviation 1 over the whole picture", example: "standardise"
            ) { settings throws(StepError) in
                RescaleStep(.standard, text: settings.text)
            }
        ]

    private static func rangeWord(_ name: String) -> StepWord {
        StepWord(
            name, .whole,
            name == "rescale"
                ? "the smallest value becomes low, the largest high; where all are one, the middle"
                : "another word for rescale",
            example: "\(name) 0 1",
            settings: [
                .place("low", .number(PointStep.finite), standard: .number(0), "what the smallest value becomes"),
                .place("high", .number(PointStep.finite), standard: .number(1), "what the largest value becomes"),
            ]
        ) { settings throws(StepError) in
            RescaleStep(
                .range(low: Float(settings.number("low")), high: Float(settings.number("high"))), text: settings.text)
        }
    }
}

struct PlannedRescale: DifferentiableStep, SurveyingStep {
    let target: RescaleStep.Target
    let output: Shape
    /// What lies no farther apart is one value.
    let rounding: Double

    var inputs: [Shape] { [output] }

    func rowsNeeded(for rows: Range<Int>) -> [Range<Int>] { [rows] }

    /// Per picture of the batch.
    var emptySurvey: Findings {
        Findings(figures: Array(repeatElement(RangeFindings().figures, count: output.count).joined()))
    }

    /// Each row by itself on any thread, and what was found in them put together in their order.
    func survey(_ rows: Range<Int>, of input: Planes, into findings: inout Findings, on machine: Machine) {
        let (shape, loops) = (output, machine.rowLoops)
        let rowsOfAll = rows.count * shape.channels * shape.count
        let found = [RangeFindings](unsafeUninitializedCapacity: rowsOfAll) { room, count in
            count = rowsOfAll
            // Each row has its own place.
            nonisolated(unsafe) let room = room
            input.withRows { source in
                machine.split(0..<rowsOfAll, grain: max(1, SampleRun.length / max(1, shape.width))) { some in
                    for index in some {
                        let (plane, y) = index.quotientAndRemainder(dividingBy: rows.count)
                        let row = source.row(rows.lowerBound + y, plane: plane)
                        room.initializeElement(at: index, to: RangeFindings(in: row, shape.width, loops))
                    }
                }
            }
        }
        for n in 0..<shape.count {
            var all = self.found(n, findings)
            for row in found[(n * rows.count * shape.channels)...].prefix(rows.count * shape.channels) { all.add(row) }
            findings.figures.replaceSubrange(n * RangeFindings.count..<(n + 1) * RangeFindings.count, with: all.figures)
        }
    }

    /// What was found in picture `n`.
    func found(_ n: Int, _ findings: Findings) -> RangeFindings {
        RangeFindings(figures: findings.figures[(n * RangeFindings.count)...])
    }

    /// v · factor + amount; a picture of one value becomes the middle of the range.
    func map(_ found: RangeFindings) -> (factor: Double, amount: Double) {
        let isFlat = !found.differs(by: rounding)
        switch target {
        case .range(let newLow, let newHigh):
            if isFlat { return (0, (Double(newLow) + Double(newHigh)) / 2) }
            let factor = (Double(newHigh) - Double(newLow)) / (found.high - found.low)
            return (factor, Double(newLow) - found.low * factor)
        case .standard:
            let deviation = found.deviation
            guard !isFlat, deviation > 0 else { return (0, 0) }
            return (1 / deviation, -found.mean / deviation)
        }
    }

    func run(_ call: StepCall, into output: inout Planes) {
        let shape = self.output
        let findings = call.survey.isEmpty ? surveyed(call.inputs[0], on: call.machine) : call.survey
        call.inputs[0].withRows { source in
            output.withMutableRows { target in
                call.machine.split(call.rows, grain: 32) { piece in
                    for plane in 0..<shape.count * shape.channels {
                        let (factor, amount) = map(found(plane / shape.channels, findings))
                        for y in piece {
                            let (row, out) = (source.row(y, plane: plane), target.row(y, plane: plane))
                            for x in 0..<shape.width { out[x] = rescaled(row[x], factor, amount) }
                        }
                    }
                }
            }
        }
    }

    private func rescaled(_ value: Float, _ factor: Double, _ amount: Double) -> Float {
        Float(Double(value) * factor + amount)
    }

    var account: StepAccount { StepAccount(reach: .all, mixing: .all, operations: Double(output.sampleCount ?? 0) * 2) }
}

extension PlannedRescale: SurveyedTableStep {
    package func values(of values: [Float], seen counts: [Int]) -> [Float] {
        var found = RangeFindings()
        for (value, count) in zip(values, counts) where count > 0 { found.add(Double(value), times: Double(count)) }
        let (factor, amount) = map(found)
        return values.map { rescaled($0, factor, amount) }
    }
}
