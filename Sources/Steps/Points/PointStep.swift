import Convolution
import Pixels

/// A step that looks at one sample at a time.
public struct PointStep: Step {
    public let function: PointFunction
    public let text: String

    public init(_ function: PointFunction, text: String) {
        self.function = function
        self.text = text
    }

    public var role: StepRole { .point(movesZero: function.movesZero) }

    public var enlargement: Double {
        switch function {
        case .scale(let factor): Double(abs(factor))
        case .leaky(let slope): Double(max(1, abs(slope)))
        case .square: 2
        default: 1
        }
    }

    public func plan(for inputs: [Shape], options: PlanOptions) throws(StepError) -> any PlannedStep {
        PlannedPoint(function, inputs[0], ofLevels: options.samplesAreLevels)
    }
}

struct PlannedPoint: InPlaceStep {
    let function: PointFunction
    let output: Shape
    /// What becomes of each of the 256 values that there are, where that is sooner looked up.
    private let table: [Float]?

    init(_ function: PointFunction, _ shape: Shape, ofLevels: Bool) {
        self.function = function
        output = shape
        table = ofLevels && function.isDear ? function.applied(to: LevelTable.samples, .best) : nil
    }

    var inputs: [Shape] { [output] }

    func rowsNeeded(for rows: Range<Int>) -> [Range<Int>] { [rows] }

    func run(_ call: StepCall, into output: inout Planes) {
        let (planes, width) = (self.output.count * self.output.channels, self.output.width)
        let loops = call.machine.rowLoops
        call.inputs[0].withRows { source in
            output.withMutableRows { target in
                // The rows of a plane lie one behind the other, and so do the planes of pictures that are here whole.
                if call.rows.count == self.output.height, source.isWhole, target.isWhole {
                    call.machine.split(0..<planes * call.rows.count * width, grain: SampleRun.length) { run in
                        self.run(
                            source.base + run.lowerBound, into: target.base + run.lowerBound, run.count, loops)
                    }
                    return
                }
                call.machine.split(call.rows, grain: 32) { piece in
                    for run in RowRun.all(piece, in: source, target) {
                        for plane in 0..<planes {
                            self.run(
                                source.row(run.row, plane: plane), into: target.row(run.row, plane: plane), run.count,
                                loops)
                        }
                    }
                }
            }
        }
    }

    private func run(
        _ row: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>, _ count: Int, _ loops: RowLoops
    ) {
        if let table {
            loops.lookUp(row, in: table, into: out, count)
        } else {
            function.run(row, into: out, count: count, loops)
        }
    }

    /// A result that has its sample's sign tells the slope as well as the sample did.
    var worksInPlace: Bool {
        switch function {
        case .relu: true
        case .leaky(let slope): slope > 0
        default: false
        }
    }

    var isRelu: Bool { if case .relu = function { true } else { false } }

    func apply(to planes: inout Planes, machine: Machine) {
        let (count, loops) = (planes.sampleCount, machine.rowLoops)
        planes.withSamples { samples in
            machine.split(0..<count, grain: SampleRun.length) { run in
                let place = samples.base + run.lowerBound
                function.run(place, into: place, count: run.count, loops)
            }
        }
    }

    var stopsLearning: Bool { if case .threshold = function { true } else { false } }

    func backward(
        _ call: StepCall, output: Planes, notes: [Planes], outputGradient: Planes, into gradients: inout StepGradients
    ) {
        let loops = call.machine.rowLoops
        let count = outputGradient.sampleCount
        gradients.inputs[0]?.withSamples { target in
            outputGradient.withSamples { gradient in
                call.inputs[0].withSamples { input in
                    output.withSamples { result in
                        call.machine.split(0..<count, grain: SampleRun.length) { run in
                            let at = run.lowerBound
                            function.passBack(
                                gradient.base + at, input: input.base + at, output: result.base + at,
                                into: target.base + at, count: run.count, loops)
                        }
                    }
                }
            }
        }
    }

    var account: StepAccount { StepAccount(operations: Double(output.sampleCount ?? 0)) }
}

extension PointStep {
    static let words: [StepWord] = [
        word("abs", "the magnitude, whatever the sign", .absolute),
        word("invert", "1 − v: a negative", .invert),
        word(
            "scale", "v × factor", example: "scale 0.5", [.place("factor", .number(finite), "to multiply with")]
        ) { .scale(Float($0.number("factor"))) },
        word(
            "offset", "v + amount", example: "offset 0.5", [.place("amount", .number(finite), "to add")]
        ) { .offset(Float($0.number("amount"))) },
        word(
            "gamma", "v^(1/value): above 1 makes mid-tones lighter, the sign stays", example: "gamma 2.2",
            [.place("value", .number(0.01...100), "the exponent's reciprocal")]
        ) { .gamma(Float($0.number("value"))) },
        word(
            "threshold", "1 where v is at least the level, else 0", example: "threshold 0.2",
            [.place("level", .number(finite), standard: .number(0.5), "the smallest value that becomes 1")]
        ) { .threshold(Float($0.number("level"))) },
        word(
            "clamp", "nothing below low, nothing above high", example: "clamp 0 1",
            [
                .place("low", .number(finite), standard: .number(0), "the smallest value"),
                .place("high", .number(finite), standard: .number(1), "the largest value"),
            ]
        ) { settings throws(StepError) in
            let (low, high) = (settings.number("low"), settings.number("high"))
            guard low <= high else { throw .argument("clamp takes the low end first: \(low) is above \(high)") }
            return .clamp(low: Float(low), high: Float(high))
        },
        word("square", "v²", .square),
        word("sqrt", "the root of v, 0 where v is negative", .root),
        word("relu", "v where it is positive, else 0", .relu),
        word("relu6", "v between 0 and 6, else the nearer of the two", .relu6),
        word(
            "leaky", "v where it is positive, else slope × v", example: "leaky 0.01",
            [.place("slope", .number(finite), standard: .number(0.01), "of the negative side")]
        ) { .leaky(Float($0.number("slope"))) },
        word(
            "elu", "v where it is positive, else alpha × (e^v − 1)", example: "elu",
            [.place("alpha", .number(finite), standard: .number(1), "how far the negative side goes")]
        ) { .elu(Float($0.number("alpha"))) },
        word("gelu", "v × Φ(v), Φ the normal distribution's integral", .gelu),
        word("silu", "v / (1 + e^−v): sigmoid as a gate on v itself", .silu),
        word("swish", "another word for silu", .silu),
        word("hardswish", "v × relu6(v + 3) / 6: silu in straight pieces", .hardSwish),
        word("sigmoid", "1 / (1 + e^−v): anything to 0…1", .sigmoid),
        word("tanh", "anything to −1…1", .tanh),
        word("to-linear", "stored sRGB values to linear light", .toLinear),
        word("from-linear", "linear light to stored sRGB values", .fromLinear),
    ]

    /// What a float can hold.
    static let finite = -1e30...1e30

    private static func word(_ name: String, _ summary: String, _ function: PointFunction) -> StepWord {
        word(name, summary, example: name, []) { _ in function }
    }

    private static func word(
        _ name: String, _ summary: String, example: String, _ settings: [Setting],
        _ function: @escaping @Sendable (Settings) throws(StepError) -> PointFunction
    ) -> StepWord {
        StepWord(name, .point, summary, example: example, settings: settings) { settings throws(StepError) in
            PointStep(try function(settings), text: settings.text)
        }
    }
}
