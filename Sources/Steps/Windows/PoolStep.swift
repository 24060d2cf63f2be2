import Convolution
import Pixels

/// Pooling: the window of a kernel, with another way to make one sample of what it sees.
public struct PoolStep: Step {
    public let reducer: Reducer
    public let size: Size
    public let settings: WindowSettings
    public let countsPadding: Bool
    public let text: String

    public var role: StepRole { .window(isSigned: false) }

    public var enlargement: Double {
        let area = Double(size.width * size.height)
        return reducer == .sum ? area : reducer == .l2 ? area.squareRoot() : 1
    }

    public var coverage: any Step {
        guard reducer == .sum || reducer == .l2 else { return self }
        return PoolStep(reducer: .average, size: size, settings: settings, countsPadding: countsPadding, text: text)
    }

    public func plan(for inputs: [Shape], options: PlanOptions) throws(StepError) -> any PlannedStep {
        if settings.border == .renorm {
            throw .argument(
                "border=renorm is about weights, and \(text) has none; without border= pixels outside take no part")
        }
        let window = try settings.window(size)
        // Asked of the whole program, renorm is what pools do without a border.
        let border = settings.border ?? (options.border == .renorm ? nil : options.border)
        let pooling = try StepError.rewording { () throws(GeometryError) in
            try Pooling(
                reducer, window: window, border: border, countsPadding: countsPadding, input: inputs[0],
                method: options.method, isExact: options.isExact, samplesAreLevels: options.samplesAreLevels)
        }
        return PlannedPooling(pooling: pooling)
    }
}

extension PoolStep {
    /// The words for pooling: windows that stand side by side, unless told otherwise.
    static let words: [StepWord] = [
        pool("maxpool", .maximum, "the largest sample under the window", example: "maxpool 2"),
        pool("minpool", .minimum, "the smallest sample under the window", example: "minpool 3 stride=1 pad=same"),
        pool(
            "avgpool", .average, "the mean of the samples under the window", example: "avgpool 3 stride=2",
            more: [.key("count-padding", .flag, "divide by the whole window, padding included")]),
        pool("sumpool", .sum, "the sum of the samples under the window", example: "sumpool 2x1"),
        pool("l2pool", .l2, "the root of the sum of squares under the window", example: "l2pool 2"),
    ]

    /// The words for order filters: a picture of the same size, unless told otherwise.
    static let orderWords: [StepWord] = [
        StepWord(
            "median", .pooling, "the middle sample under the window: takes specks away and leaves edges",
            example: "median 3",
            settings: [.place("size", windowSize, standard: .size(Size(3)), "of the window")] + WindowSettings.poolWords
        ) { settings throws(StepError) in
            order(.rank(0.5), settings)
        },
        StepWord(
            "rank", .pooling, "the sample that a fraction of the window lies below: 0 the smallest, 1 the largest",
            example: "rank 0.9 5",
            settings: [
                .place("fraction", .number(0...1), "of the window that lies below"),
                .place("size", windowSize, standard: .size(Size(3)), "of the window"),
            ] + WindowSettings.poolWords
        ) { settings throws(StepError) in
            order(.rank(settings.number("fraction")), settings)
        },
    ]

    private static let windowSize = Setting.Kind.size(1...4096)

    private static func pool(
        _ name: String, _ reducer: Reducer, _ summary: String, example: String, more: [Setting] = []
    ) -> StepWord {
        StepWord(
            name, .pooling, summary, example: example,
            settings: [
                .place(
                    "size", windowSize, standard: .size(Size(2)),
                    "of the window; the stride too unless stride= says otherwise")
            ]
                + more + WindowSettings.poolWords
        ) { settings throws(StepError) in
            let size = settings.size("size")
            return PoolStep(
                reducer: reducer, size: size,
                settings: WindowSettings(settings, stride: size, padding: .valid),
                countsPadding: settings.has("count-padding"), text: settings.text)
        }
    }

    private static func order(_ reducer: Reducer, _ settings: Settings) -> PoolStep {
        PoolStep(
            reducer: reducer, size: settings.size("size"),
            settings: WindowSettings(settings, stride: Size(1), padding: .same),
            countsPadding: false, text: settings.text)
    }
}

/// A pooling with everything known, as a step.
public struct PlannedPooling: DifferentiableStep {
    public let pooling: Pooling

    public var inputs: [Shape] { [pooling.input] }
    public var output: Shape { pooling.output }
    public var rowGrain: Int { pooling.rowGrain }
    public var picksSamples: Bool { pooling.picksSamples }

    /// Whether it makes no difference that samples below 0 become 0 before it or behind it.
    public var passesSignsOn: Bool { pooling.reducer == .maximum && (pooling.border?.outside ?? 0) >= 0 }

    public func rowsNeeded(for rows: Range<Int>) -> [Range<Int>] { [pooling.rowsNeeded(for: rows)] }

    public func run(_ call: StepCall, into output: inout Planes) {
        pooling.run(call.inputs[0], rows: call.rows, into: &output, on: call.machine)
    }

    public func backward(
        _ call: StepCall, output: Planes, notes: [Planes], outputGradient: Planes, into gradients: inout StepGradients
    ) {
        gradients.inputs[0]?.fill {
            pooling.passBack(outputGradient, output: output, input: call.inputs[0], into: &$0, on: call.machine)
        }
    }

    public var account: StepAccount {
        let taps = Double(pooling.geometry.window.size.width * pooling.geometry.window.size.height)
        var account = StepAccount(
            geometry: pooling.geometry, border: pooling.border,
            operations: Double(pooling.output.sampleCount ?? 0) * taps, scratchBytes: pooling.scratchBytes)
        account.startRows = pooling.startRows
        account.countsPadding = pooling.countsPadding
        return account
    }
}
