import Convolution
import Pixels

/// A transposed convolution whose weights are to be learned: with a stride, upsampling that is learned.
public struct DeconvStep: WeightedStep {
    public let channels: Int
    public let size: Size
    public let groups: Int
    public let hasBias: Bool
    public let extra: Size
    public let settings: WindowSettings
    public let layerWords: LayerWords
    public let text: String

    public var role: StepRole { .layer }

    public func plan(for inputs: [Shape], options: PlanOptions) throws(StepError) -> any PlannedStep {
        let window = try settings.window(size)
        guard extra.width < window.stride.x, extra.height < window.stride.y else {
            throw .argument(
                "extra=\(extra) must be less than the stride \(window.stride): nothing would be added to what lies beyond"
            )
        }
        let layer = try StepError.rewording { () throws(GeometryError) in
            try TransposedLayer(
                window: window, groups: groups, extra: PerAxis(x: extra.width, y: extra.height), input: inputs[0],
                outputs: channels)
        }
        guard layer.output.sampleCount != nil else { throw .tooLarge(layer.output) }
        return PlannedDeconv(step: self, layer: layer, window: window)
    }

    static let word = StepWord(
        "deconv", .layer, "transposed convolution with weights to be learned: with a stride it enlarges",
        example: "deconv 8 4x4 stride=2 pad=1,1,1,1",
        settings: [
            .place("channels", .integer(1...65_536), "that come out"),
            .place("size", .size(1...4096), "of the kernels"),
            .key(
                "groups", .integer(1...65_536), standard: .integer(1),
                "channels are split into; each adds only to its own"
            ),
            .key(
                "extra", .size(0...WindowSettings.largest), standard: .size(Size(0)),
                "columns and rows more, right and below"),
            .key("no-bias", .flag, "add nothing to the sum"),
        ] + WindowSettings.kernelWords.filter { ["stride", "dilate", "pad"].contains($0.name) }
            + LayerWords.settings + [LayerWords.start]
    ) { settings throws(StepError) in
        DeconvStep(
            channels: settings.integer("channels"), size: settings.size("size"), groups: settings.integer("groups"),
            hasBias: !settings.has("no-bias"), extra: settings.size("extra"),
            settings: WindowSettings(settings, stride: Size(1), padding: .valid),
            layerWords: LayerWords(settings), text: settings.text)
    }
}

struct PlannedDeconv: DifferentiableStep {
    let step: DeconvStep
    let layer: TransposedLayer
    let window: Window

    var inputs: [Shape] { [layer.input] }
    var output: Shape { layer.output }

    var parameters: [Parameter] {
        // With a stride each output is a sum over a part of the taps only.
        let taps = step.size.width * step.size.height / (window.stride.x * window.stride.y)
        let weights = Parameter(
            name: "weight", shape: layer.weights,
            start: .random(fanIn: layer.input.channels / step.groups * max(1, taps)), decays: true)
        let bias = Parameter(
            name: "bias", shape: Shape(channels: step.channels, height: 1, width: 1), start: .constant(0))
        return step.hasBias ? [weights, bias] : [weights]
    }

    func rowsNeeded(for rows: Range<Int>) -> [Range<Int>] { [layer.rowsNeeded(for: rows)] }

    func run(_ call: StepCall, into output: inout Planes) {
        layer.run(
            call.inputs[0], weights: call.parameters[0], bias: step.hasBias ? call.parameters[1] : nil,
            rows: call.rows, into: &output, on: call.machine)
    }

    func backward(
        _ call: StepCall, output: Planes, notes: [Planes], outputGradient: Planes, into gradients: inout StepGradients
    ) {
        gradients.withInput(0) { gradient in
            layer.inputGradient(of: outputGradient, weights: call.parameters[0], into: &gradient, on: call.machine)
        }
        gradients.withWeightsAndBias(step.hasBias) { weights, bias in
            layer.parameterGradients(
                of: outputGradient, at: call.inputs[0], weights: &weights, bias: &bias, on: call.machine)
        }
    }

    var account: StepAccount {
        let samples = PerAxis(
            x: 1 + window.dilation.x * (step.size.width - 1) / window.stride.x,
            y: 1 + window.dilation.y * (step.size.height - 1) / window.stride.y)
        let apart = PerAxis(x: 1 / Double(window.stride.x), y: 1 / Double(window.stride.y))
        var account = StepAccount(
            reach: .samples(samples, apart: apart), mixing: .all, operations: layer.operations)
        account.products = .transposed(layer.opposite.geometry)
        return account
    }
}
