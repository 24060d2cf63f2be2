import Convolution
import Pixels

/// A convolution whose weights are to be learned: each output channel sees all channels of its group.
public struct ConvStep: WeightedStep {
    public let channels: Int
    public let size: Size
    public let groups: Int
    public let hasBias: Bool
    public let settings: WindowSettings
    public let layerWords: LayerWords
    public let text: String

    public var role: StepRole { .layer }

    /// The same with a number added to each sum.
    public var withBias: ConvStep {
        ConvStep(
            channels: channels, size: size, groups: groups, hasBias: true, settings: settings, layerWords: layerWords,
            text: text)
    }

    /// Whether every output is a sum, and none a copy of a pixel at the rim.
    public var sumsEverywhere: Bool { settings.border != .keep }

    /// How the window lies, whatever the weights turn out to be.
    public func window() throws(StepError) -> Window { try settings.window(size) }

    public func plan(for inputs: [Shape], options: PlanOptions) throws(StepError) -> any PlannedStep {
        let input = inputs[0]
        guard input.channels % groups == 0, channels % groups == 0 else {
            throw .geometry(.groups(channels: input.channels, outputs: channels, groups: groups))
        }
        let window = try settings.window(size)
        let geometry = try StepError.rewording { () throws(GeometryError) in
            try Geometry(window, input: input.size)
        }
        let output = Shape(count: input.count, channels: channels, size: geometry.output)
        let border = settings.border ?? .zero
        if border == .keep, output != input {
            throw .geometry(.keepNeedsSameSize(input: input, output: output))
        }
        if border == .renorm {
            throw .argument("border=renorm divides by the sum of the weights, and those of \(text) are not known yet")
        }
        // Where the border is kept, what the weights do not reach is copied: the engine's general convolution does it.
        let layer =
            try border == .keep
            ? nil
            : StepError.rewording { () throws(GeometryError) in
                try LayerConvolution(window: window, border: border, groups: groups, input: input, outputs: channels)
            }
        return PlannedConv(
            step: self, input: input, output: output, window: window, geometry: geometry, border: border, layer: layer)
    }

    static let word = StepWord(
        "conv", .layer, "convolution with weights to be learned", example: "conv 6 5x5",
        settings: [
            .place("channels", .integer(1...65_536), "that come out"),
            .place("size", .size(1...4096), "of the kernels"),
            .key(
                "groups", .integer(1...65_536), standard: .integer(1), "channels are split into; each sees only its own"
            ),
            .key("no-bias", .flag, "add nothing to the sum"),
        ] + WindowSettings.kernelWords + LayerWords.settings + [LayerWords.start],
        otherForms: [SharedConvStep.word]
    ) { settings throws(StepError) in
        ConvStep(
            channels: settings.integer("channels"), size: settings.size("size"), groups: settings.integer("groups"),
            hasBias: !settings.has("no-bias"), settings: WindowSettings(settings, stride: Size(1), padding: .same),
            layerWords: LayerWords(settings), text: settings.text)
    }
}

struct PlannedConv: DifferentiableStep {
    let step: ConvStep
    let input: Shape
    let output: Shape
    let window: Window
    let geometry: Geometry
    let border: Border
    let layer: LayerConvolution?

    var needsOutput: Bool { false }
    var inputs: [Shape] { [input] }

    var parameters: [Parameter] {
        let shape = Shape(count: step.channels, channels: input.channels / step.groups, size: step.size)
        let weights = Parameter(
            name: "weight", shape: shape, start: .random(fanIn: shape.channels * shape.height * shape.width),
            decays: true)
        let bias = Parameter(
            name: "bias", shape: Shape(channels: step.channels, height: 1, width: 1), start: .constant(0))
        return step.hasBias ? [weights, bias] : [weights]
    }

    func rowsNeeded(for rows: Range<Int>) -> [Range<Int>] { [geometry.y.sources(of: rows, border: border)] }

    func run(_ call: StepCall, into output: inout Planes) {
        guard let layer else {
            return convolution(call.parameters).run(call.inputs[0], rows: call.rows, into: &output, on: call.machine)
        }
        layer.run(
            call.inputs[0], weights: call.parameters[0], bias: step.hasBias ? call.parameters[1] : nil,
            rows: call.rows, into: &output, on: call.machine)
    }

    func forward(_ call: StepCall, into output: inout Planes, notes: inout [Planes]) {
        guard let layer else { return run(call, into: &output) }
        layer.runWhole(
            call.inputs[0], weights: call.parameters[0], bias: step.hasBias ? call.parameters[1] : nil, into: &output,
            on: call.machine)
    }

    func backward(
        _ call: StepCall, output: Planes, notes: [Planes], outputGradient: Planes, into gradients: inout StepGradients
    ) {
        guard let layer else {
            let found = convolution(call.parameters).gradients(of: outputGradient, at: call.inputs[0])
            if gradients.inputs[0] != nil { gradients.inputs[0] = found.input }
            gradients.parameters = step.hasBias ? [found.weights, found.bias] : [found.weights]
            return
        }
        gradients.withInput(0) { gradient in
            layer.inputGradient(of: outputGradient, weights: call.parameters[0], into: &gradient, on: call.machine)
        }
        gradients.withWeightsAndBias(step.hasBias) { weights, bias in
            layer.parameterGradients(
                of: outputGradient, at: call.inputs[0], weights: &weights, bias: &bias, on: call.machine)
        }
    }

    /// The engine's convolution with the weights as they are now.
    private func convolution(_ parameters: [Planes]) -> Convolution {
        do {
            let bank = try Bank(
                size: step.size, inputs: input.channels, outputs: step.channels, groups: step.groups,
                weights: parameters[0].samples, bias: step.hasBias ? parameters[1].samples : [],
                anchor: window.anchor)
            return try Convolution(bank, window: window, border: border, input: input)
        } catch {
            preconditionFailure("weights that were learned fit the plan they were learned for: \(error)")
        }
    }

    var account: StepAccount {
        let taps = Double(step.size.width * step.size.height) * Double(input.channels / step.groups)
        return StepAccount(
            geometry: geometry, border: border, mixing: .all, operations: Double(output.sampleCount ?? 0) * taps)
    }
}
