import Convolution
import Pixels

/// Global pooling: one sample for each channel, from all of the picture. Rows are looked at as they come and let go.
public struct GlobalStep: Step {
    public let reducer: Reducer
    public let text: String

    public var role: StepRole { .window(isSigned: false) }

    public var coverage: any Step {
        reducer == .sum || reducer == .l2 ? GlobalStep(reducer: .average, text: text) : self
    }

    public func plan(for inputs: [Shape], options: PlanOptions) throws(StepError) -> any PlannedStep {
        PlannedGlobal(reducer: reducer, input: inputs[0])
    }

    static let words: [StepWord] = [
        word("globalavg", .average, "the mean of each channel"),
        word("globalmax", .maximum, "the largest sample of each channel"),
        word("globalmin", .minimum, "the smallest sample of each channel"),
        word("globalsum", .sum, "the sum of each channel"),
        word("globall2", .l2, "the root of each channel's sum of squares"),
    ]

    private static func word(_ name: String, _ reducer: Reducer, _ summary: String) -> StepWord {
        StepWord(name, .pooling, summary + ", as a 1x1 picture", example: name) { settings throws(StepError) in
            GlobalStep(reducer: reducer, text: settings.text)
        }
    }
}

struct PlannedGlobal: DifferentiableStep, SurveyingStep {
    let reducer: Reducer
    let input: Shape

    var inputs: [Shape] { [input] }
    var output: Shape { Shape(count: input.count, channels: input.channels, height: 1, width: 1) }

    /// After the survey no row is needed again.
    func rowsNeeded(for rows: Range<Int>) -> [Range<Int>] { [input.height..<input.height] }

    var emptySurvey: Findings {
        let start: Double
        switch reducer {
        case .maximum: start = -.infinity
        case .minimum: start = .infinity
        case .sum, .average, .l2, .rank: start = 0
        }
        return Findings(figures: [Double](repeating: start, count: input.count * input.channels))
    }

    func survey(_ rows: Range<Int>, of input: Planes, into findings: inout Findings, on machine: Machine) {
        let (loops, width) = (machine.rowLoops, self.input.width)
        findings.figures.withUnsafeMutableBufferPointer { findings in
            // Each plane has its own place.
            nonisolated(unsafe) let findings = findings
            input.withRows { source in
                machine.split(0..<findings.count, grain: grain(ofRows: rows.count)) { planes in
                    for plane in planes {
                        var value = findings[plane]
                        for y in rows {
                            let row = source.row(y, plane: plane)
                            switch reducer {
                            case .maximum: value = max(value, Double(loops.extremes(row, width).high))
                            case .minimum: value = min(value, Double(loops.extremes(row, width).low))
                            case .l2: value += loops.sums(row, row, width).products
                            case .sum, .average, .rank: value += loops.sums(row, row, width).plain
                            }
                        }
                        findings[plane] = value
                    }
                }
            }
        }
    }

    /// Planes that a thread takes at a time.
    private func grain(ofRows rows: Int) -> Int { max(1, SampleRun.length / max(1, rows * input.width)) }

    func run(_ call: StepCall, into output: inout Planes) {
        let findings = (call.survey.isEmpty ? surveyed(call.inputs[0], on: call.machine) : call.survey).figures
        let pixels = Double(input.width) * Double(input.height)
        for n in 0..<input.count {
            for c in 0..<input.channels {
                let found = findings[n * input.channels + c]
                switch reducer {
                case .average: output[n: n, c: c, y: 0, x: 0] = Float(found / pixels)
                case .l2: output[n: n, c: c, y: 0, x: 0] = Float(found.squareRoot())
                case .maximum, .minimum, .sum, .rank: output[n: n, c: c, y: 0, x: 0] = Float(found)
                }
            }
        }
    }

    // Sums pass on to every sample alike, l2 in proportion to it, an extreme to the first sample that is it.
    func backward(
        _ call: StepCall, output: Planes, notes: [Planes], outputGradient: Planes, into gradients: inout StepGradients
    ) {
        let area = input.height * input.width
        gradients.inputs[0]?.withSamples { target in
            call.inputs[0].withSamples { source in
                call.machine.split(0..<input.count * input.channels, grain: grain(ofRows: input.height)) { planes in
                    for plane in planes {
                        let (gradient, found) = (outputGradient.samples[plane], output.samples[plane])
                        let (all, own) = (target.base + plane * area, source.base + plane * area)
                        switch reducer {
                        case .sum: all.update(repeating: gradient, count: area)
                        case .average: all.update(repeating: gradient / Float(area), count: area)
                        case .l2:
                            let share = found > 0 ? gradient / found : 0
                            for x in 0..<area { all[x] = own[x] * share }
                        case .maximum, .minimum, .rank:
                            all.update(repeating: 0, count: area)
                            if let first = (0..<area).first(where: { own[$0] == found }) { all[first] = gradient }
                        }
                    }
                }
            }
        }
    }

    var account: StepAccount { StepAccount(reach: .all, operations: Double(input.sampleCount ?? 0)) }
}
