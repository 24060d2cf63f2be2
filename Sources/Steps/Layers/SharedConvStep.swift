import Convolution
import Pixels

/// `conv 5x5`: one kernel whose weights are to be learned, on each channel by itself. It is to `conv 6 5x5` what a named
/// kernel is to a layer: as many channels come out as come in, and its border is that of named kernels.
public struct SharedConvStep: WeightedStep {
    public let size: Size
    public let hasBias: Bool
    public let settings: WindowSettings
    public let layerWords: LayerWords
    public let text: String

    public var role: StepRole { .window(isSigned: false) }

    /// How the window lies, whatever the weights turn out to be.
    public func window() throws(StepError) -> Window { try settings.window(size) }

    public func plan(for inputs: [Shape], options: PlanOptions) throws(StepError) -> any PlannedStep {
        let input = inputs[0]
        let window = try window()
        let geometry = try StepError.rewording { () throws(GeometryError) in
            try Geometry(window, input: input.size)
        }
        let output = Shape(count: input.count, channels: input.channels, size: geometry.output)
        let border = settings.border ?? options.border ?? .edge
        if border == .keep, output != input {
            throw .geometry(.keepNeedsSameSize(input: input, output: output))
        }
        if border == .renorm {
            throw .argument("border=renorm divides by the sum of the weights, and those of \(text) are not known yet")
        }
        // One kernel for all channels: while learning, each channel is a picture of its own.
        let planes = Shape(count: input.count * input.channels, channels: 1, size: input.size)
        let layer =
            try border == .keep
            ? nil
            : StepError.rewording { () throws(GeometryError) in
                try LayerConvolution(window: window, border: border, input: planes, outputs: 1)
            }
        return PlannedSharedConv(
            step: self, input: input, output: output, window: window, geometry: geometry, border: border, layer: layer)
    }

    static let word = StepWord(
        "conv", .layer, "one kernel to be learned, on each channel by itself", example: "conv 5x5",
        settings: [
            .place("size", .size(1...4096), "of the kernel"),
            .key("bias", .flag, "add a number, to be learned too, to the sum"),
        ] + WindowSettings.kernelWords + LayerWords.settings + [LayerWords.start]
    ) { settings throws(StepError) in
        SharedConvStep(
            size: settings.size("size"), hasBias: settings.has("bias"),
            settings: WindowSettings(settings, stride: Size(1), padding: .same), layerWords: LayerWords(settings),
            text: settings.text)
    }
}

struct PlannedSharedConv: DifferentiableStep {
    let step: SharedConvStep
    let input: Shape
    let output: Shape
    let window: Window
    let geometry: Geometry
    let border: Border
    let layer: LayerConvolution?

    var inputs: [Shape] { [input] }

    private var taps: Int { step.size.width * step.size.height }

    var parameters: [Parameter] {
        let weights = Parameter(
            name: "weight", shape: Shape(channels: 1, size: step.size), start: .random(fanIn: taps), decays: true)
        let bias = Parameter(name: "bias", shape: Shape(channels: 1, height: 1, width: 1), start: .constant(0))
        return step.hasBias ? [weights, bias] : [weights]
    }

    func rowsNeeded(for rows: Range<Int>) -> [Range<Int>] { [geometry.y.sources(of: rows, border: border)] }

    func run(_ call: StepCall, into output: inout Planes) {
        convolution(call.parameters).run(call.inputs[0], rows: call.rows, into: &output, on: call.machine)
    }

    func forward(_ call: StepCall, into output: inout Planes, notes: inout [Planes]) {
        guard let layer else { return run(call, into: &output) }
        output.reshaped(to: layer.output) { output in
            layer.run(
                call.inputs[0].reshaped(to: layer.input), weights: call.parameters[0],
                bias: step.hasBias ? call.parameters[1] : nil, rows: call.rows, into: &output, on: call.machine)
        }
    }

    /// Each channel has its own say about the kernel they share.
    func backward(
        _ call: StepCall, output: Planes, notes: [Planes], outputGradient: Planes, into gradients: inout StepGradients
    ) {
        if let layer {
            let slope = outputGradient.reshaped(to: layer.output)
            gradients.withInput(0) { gradient in
                gradient.reshaped(to: layer.input) {
                    layer.inputGradient(of: slope, weights: call.parameters[0], into: &$0, on: call.machine)
                }
            }
            gradients.withWeightsAndBias(step.hasBias) { weights, bias in
                layer.parameterGradients(
                    of: slope, at: call.inputs[0].reshaped(to: layer.input), weights: &weights, bias: &bias,
                    on: call.machine)
            }
            return
        }
        let found = convolution(call.parameters).gradients(of: outputGradient, at: call.inputs[0])
        if gradients.inputs[0] != nil { gradients.inputs[0] = found.input }
        gradients.parameters = [sum(found.weights, of: taps)] + (step.hasBias ? [sum(found.bias, of: 1)] : [])
    }

    private func sum(_ all: Planes, of count: Int) -> Planes {
        var total = [Float](repeating: 0, count: count)
        for channel in 0..<input.channels {
            for index in 0..<count { total[index] += all.samples[channel * count + index] }
        }
        return Planes(
            shape: count == 1 ? Shape(channels: 1, height: 1, width: 1) : Shape(channels: 1, size: step.size),
            samples: total)
    }

    /// The engine's convolution with the weights as they are now: a group for each channel.
    private func convolution(_ parameters: [Planes]) -> Convolution {
        do {
            let channels = input.channels
            let bank = try Bank(
                size: step.size, inputs: channels, outputs: channels, groups: channels,
                weights: (0..<channels).flatMap { _ in parameters[0].samples },
                bias: step.hasBias ? (0..<channels).map { _ in parameters[1].samples[0] } : [], anchor: window.anchor)
            return try Convolution(bank, window: window, border: border, input: input)
        } catch {
            preconditionFailure("weights that were learned fit the plan they were learned for: \(error)")
        }
    }

    var account: StepAccount {
        StepAccount(
            geometry: geometry, border: border, operations: Double(output.sampleCount ?? 0) * Double(taps))
    }
}
