import Convolution
import Learning
import Pixels
import Programs
import Steps

/// A program that is one convolution with unknown weights and nothing else: what can be solved for exactly.
struct SolvableProgram {
    let model: KernelModel
    /// The words that say how the window lies, to be written behind the weights that were found.
    let geometryWords: String
    /// The border that was asked for.
    let border: Border?
    /// The channels that `conv CHANNELS SIZE` makes.
    let channels: Int?
    let stepText: String

    /// nil where the program is something else.
    init?(_ graph: Graph, _ command: Train) throws {
        guard graph.nodes.count == 2, graph.output == 1, let step = graph.nodes[1].step else { return nil }
        let window: Window
        let colour: KernelModel.Colour
        let hasBias: Bool
        let settings: WindowSettings
        var standardBorder: Border?
        if let shared = step as? SharedConvStep {
            window = try shared.window()
            (colour, settings) = (command.colour, shared.settings)
            // Where channels are mixed, what they add up to needs a number of its own.
            hasBias = shared.hasBias || command.hasBias || command.colour == .mix
            channels = nil
        } else if let layer = step as? ConvStep, layer.groups == 1 {
            window = try layer.window()
            (colour, settings) = (.mix, layer.settings)
            hasBias = layer.hasBias
            channels = layer.channels
            standardBorder = .zero
        } else {
            return nil
        }
        stepText = step.text
        border = settings.border
        model = KernelModel(
            window: window, colour: colour, hasBias: hasBias, ridge: command.ridge, symmetry: command.symmetry,
            sum: command.sum, isSeparable: command.isSeparable, isLinear: command.isLinear)
        geometryWords = SolvableProgram.words(settings, border: settings.border ?? standardBorder)
    }

    private static func words(_ settings: WindowSettings, border: Border?) -> String {
        var words: [String] = []
        if settings.stride != PerAxis(1) { words.append("stride=\(settings.stride)") }
        if settings.dilation != PerAxis(1) { words.append("dilate=\(settings.dilation)") }
        if settings.padding != .same { words.append("pad=\(settings.padding)") }
        if let anchor = settings.anchor { words.append("anchor=\(anchor.x),\(anchor.y)") }
        if let border { words.append("border=\(border)") }
        return words.map { " " + $0 }.joined()
    }

    /// The program with the weights that were found.
    func program(_ kernel: LearnedKernel) throws -> Program {
        func matrix(_ weights: [Double], _ errors: [Double]) -> String {
            let width = kernel.size.width
            let rows = stride(from: 0, to: weights.count, by: width).map { start in
                (start..<start + width).map { WeightText.text(weights[$0], error: errors[$0]) }.joined(separator: " ")
            }
            return "[" + rows.joined(separator: "; ") + "]" + geometryWords
        }
        func offset(_ output: LearnedKernel.Output) -> String {
            abs(output.bias) < 1e-7 ? "" : " | offset \(WeightText.text(output.bias, error: 1e-6))"
        }
        let text: String
        if model.colour == .shared {
            text = matrix(kernel.outputs[0].weights[0], kernel.outputs[0].errors[0]) + offset(kernel.outputs[0])
        } else {
            let outputs = kernel.outputs.map { output in
                let parts = (0..<kernel.inputs).map { input in
                    let from = kernel.inputs == 1 ? "" : "channel \(input) | "
                    return from + matrix(output.weights[input], output.errors[input])
                }
                let sum = parts.count == 1 ? parts[0] : "add " + parts.map { "{ \($0) }" }.joined(separator: " ")
                return sum + offset(output)
            }
            text = outputs.count == 1 ? outputs[0] : "concat " + outputs.map { "{ \($0) }" }.joined(separator: " ")
        }
        return try Program(parsing: SourceText(text: text))
    }
}

/// A learned number with the digits that mean something.
enum WeightText {
    static func text(_ weight: Double, error: Double) -> String {
        // A digit more than is known: rounding it adds nothing.
        var (places, unit) = (3, 1e-3)
        while unit > error / 20, places < 9 { (places, unit) = (places + 1, unit / 10) }
        var text = NumberText.fixed(weight, places: places)
        while text.contains("."), text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }
}
