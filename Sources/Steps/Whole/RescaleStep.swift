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

    public var role: StepRole { .point(movesZero: true) }

    public func plan(for inputs: [Shape], options: PlanOptions) throws(StepError) -> any PlannedStep {
        PlannedRescale(target: target, output: inputs[0])
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
                ? "the smallest value becomes low, the largest high" : "another word for rescale",
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

    var inputs: [Shape] { [output] }

    func rowsNeeded(for rows: Range<Int>) -> [Range<Int>] { [rows] }

    /// Per picture of the batch: smallest, largest, sum, sum of squares.
    var emptySurvey: [Double] {
        Array(repeatElement([Double.infinity, -Double.infinity, 0, 0], count: output.count).joined())
    }

    /// Each row by itself on any thread, and what was found in them put together in their order.
    func survey(_ rows: Range<Int>, of input: Planes, into findings: inout [Double], on machine: Machine) {
        let (shape, loops) = (output, machine.rowLoops)
        let rowsOfAll = rows.count * shape.channels * shape.count
        let figures = [SIMD4<Double>](unsafeUninitializedCapacity: rowsOfAll) { room, count in
            count = rowsOfAll
            // Each row has its own place.
            nonisolated(unsafe) let room = room
            input.withRows { source in
                machine.split(0..<rowsOfAll, grain: max(1, SampleRun.length / max(1, shape.width))) { some in
                    for index in some {
                        let (plane, y) = index.quotientAndRemainder(dividingBy: rows.count)
                        let row = source.row(rows.lowerBound + y, plane: plane)
                        let (low, high) = loops.extremes(row, shape.width)
                        let (sum, squares) = loops.sums(row, row, shape.width)
                        room.initializeElement(at: index, to: SIMD4(Double(low), Double(high), sum, squares))
                    }
                }
            }
        }
        for (index, figure) in figures.enumerated() {
            let n = index / (rows.count * shape.channels)
            findings[4 * n] = min(findings[4 * n], figure[0])
            findings[4 * n + 1] = max(findings[4 * n + 1], figure[1])
            findings[4 * n + 2] += figure[2]
            findings[4 * n + 3] += figure[3]
        }
    }

    /// v · factor + amount for picture `n`; a picture of one value becomes the middle of the range.
    func map(_ n: Int, _ findings: [Double]) -> (factor: Double, amount: Double) {
        let (low, high) = (findings[4 * n], findings[4 * n + 1])
        switch target {
        case .range(let newLow, let newHigh):
            guard high > low else { return (0, (Double(newLow) + Double(newHigh)) / 2) }
            let factor = (Double(newHigh) - Double(newLow)) / (high - low)
            return (factor, Double(newLow) - low * factor)
        case .standard:
            let count = Double(output.channels * output.height * output.width)
            let mean = findings[4 * n + 2] / count
            let deviation = max(0, findings[4 * n + 3] / count - mean * mean).squareRoot()
            guard high > low, deviation > 0 else { return (0, 0) }
            return (1 / deviation, -mean / deviation)
        }
    }

    func run(_ call: StepCall, into output: inout Planes) {
        let shape = self.output
        let findings = call.survey.isEmpty ? surveyed(call.inputs[0], on: call.machine) : call.survey
        call.inputs[0].withRows { source in
            output.withMutableRows { target in
                call.machine.split(call.rows, grain: 32) { piece in
                    for plane in 0..<shape.count * shape.channels {
                        let (factor, amount) = map(plane / shape.channels, findings)
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

    var account: StepAccount { StepAccount(reach: .all, operations: Double(output.sampleCount ?? 0) * 2) }
}

extension PlannedRescale: SurveyedTableStep {
    package func values(of values: [Float], seen counts: [Int]) -> [Float] {
        var (low, high, sum, squares) = (Double.infinity, -Double.infinity, 0.0, 0.0)
        for (value, count) in zip(values, counts) where count > 0 {
            let value = Double(value)
            (low, high) = (min(low, value), max(high, value))
            sum += value * Double(count)
            squares += value * value * Double(count)
        }
        let (factor, amount) = map(0, [low, high, sum, squares])
        return values.map { rescaled($0, factor, amount) }
    }
}
