import Convolution
import Pixels

/// Every output a weighted sum of all samples that come in: weights to be learned.
public struct DenseStep: WeightedStep {
    public let outputs: Int
    public let hasBias: Bool
    public let layerWords: LayerWords
    public let text: String

    public var role: StepRole { .layer }

    /// The same with a number added to each sum.
    public var withBias: DenseStep {
        DenseStep(outputs: outputs, hasBias: true, layerWords: layerWords, text: text)
    }

    public func plan(for inputs: [Shape], options: PlanOptions) throws(StepError) -> any PlannedStep {
        PlannedDense(
            step: self, input: inputs[0], product: LayerProduct(input: inputs[0], outputs: outputs))
    }

    static let word = StepWord(
        "dense", .layer, "each output a weighted sum of everything, the weights to be learned", example: "dense 10",
        settings: [
            .place("outputs", .integer(1...16_777_216), "how many sums"),
            .key("no-bias", .flag, "add nothing to the sums"),
        ] + LayerWords.settings + [LayerWords.start]
    ) { settings throws(StepError) in
        DenseStep(
            outputs: settings.integer("outputs"), hasBias: !settings.has("no-bias"),
            layerWords: LayerWords(settings), text: settings.text)
    }
}

struct PlannedDense: DifferentiableStep {
    let step: DenseStep
    let input: Shape
    let product: LayerProduct

    var needsOutput: Bool { false }
    var inputs: [Shape] { [input] }
    var output: Shape { Shape(count: input.count, channels: step.outputs, height: 1, width: 1) }

    /// The weights are those of a convolution whose kernel is as large as what comes in.
    var parameters: [Parameter] {
        let shape = Shape(count: step.outputs, channels: input.channels, size: input.size)
        let weights = Parameter(
            name: "weight", shape: shape, start: .random(fanIn: shape.channels * shape.height * shape.width),
            decays: true)
        let bias = Parameter(
            name: "bias", shape: Shape(channels: step.outputs, height: 1, width: 1), start: .constant(0))
        return step.hasBias ? [weights, bias] : [weights]
    }

    func rowsNeeded(for rows: Range<Int>) -> [Range<Int>] { [rows.isEmpty ? rows : 0..<input.height] }

    func run(_ call: StepCall, into output: inout Planes) {
        product.run(
            call.inputs[0], weights: call.parameters[0], bias: step.hasBias ? call.parameters[1] : nil, into: &output,
            on: call.machine)
    }

    func backward(
        _ call: StepCall, output: Planes, notes: [Planes], outputGradient: Planes, into gradients: inout StepGradients
    ) {
        gradients.withInput(0) { gradient in
            product.inputGradient(of: outputGradient, weights: call.parameters[0], into: &gradient, on: call.machine)
        }
        gradients.withWeightsAndBias(step.hasBias) { weights, bias in
            product.parameterGradients(
                of: outputGradient, at: call.inputs[0], weights: &weights, bias: &bias, on: call.machine)
        }
    }

    var account: StepAccount {
        var account = StepAccount(
            reach: .all, mixing: .all, operations: Double(input.sampleCount ?? 0) * Double(step.outputs))
        account.products = .all
        return account
    }
}
