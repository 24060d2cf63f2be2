import Convolution
import Pixels
import Programs
import Steps
import Tensors

/// The layers of a program that have kernels which were learned.
struct LearnedLayers {
    struct Layer {
        let label: String
        let text: String
        let weights: Tensor
        /// What is added to each output; none where nothing is.
        let bias: [Float]
        /// How many groups the channels are split into.
        let groups: Int
        /// Whether its kernels are windows on what comes in, and whether what is beyond the border is black to them unless it is said.
        let isWindow: Bool
        let seesBlack: Bool
        /// Where it stands in the program.
        let node: Int
    }

    private let layers: [Layer]
    /// Layers with weights that are no pictures: `dense1`, `batchnorm1`.
    private let others: [String]

    /// More kernels than anyone reads, or wants as files, and than a picture has room for.
    static let mostTold = 4096
    static let mostDrawn = 65_536

    init(_ graph: Graph) {
        let layers = graph.nodes.enumerated().compactMap { index, node -> Layer? in
            guard let weights = node.weights["weight"], weights.dimensions.count == 4,
                weights.dimensions[2] * weights.dimensions[3] > 1
            else { return nil }
            return Layer(
                label: node.ownLabel, text: node.text, weights: weights, bias: node.weights["bias"]?.values ?? [],
                groups: (node.step as? ConvStep)?.groups ?? 1,
                isWindow: node.step is ConvStep || node.step is SharedConvStep, seesBlack: node.step is ConvStep,
                node: index)
        }
        others = graph.nodes.filter { !$0.weights.isEmpty }.map(\.ownLabel).filter { name in
            !layers.contains { $0.label == name }
        }
        self.layers = layers
    }

    var isEmpty: Bool { layers.isEmpty }

    /// - Parameter layer: the number, from 1, or the name of a layer; nil for the first.
    func layer(_ layer: String?, in model: String) throws -> Layer {
        guard !layers.isEmpty else {
            throw Complaint("--layer: '\(model)' has no layers whose kernels were learned")
        }
        let index = layer.map { word in
            Int(word).map { $0 - 1 } ?? layers.firstIndex { $0.label == word } ?? -1
        }
        guard layers.indices.contains(index ?? 0) else {
            let names = layers.map(\.label).joined(separator: ", ")
            if let layer, others.contains(layer) {
                throw Complaint(
                    "--layer '\(layer)': it has weights, but no kernels that could be shown; those that have: \(names)")
            }
            throw Complaint("--layer '\(layer ?? "")': '\(model)' has \(layers.count): \(names)")
        }
        return layers[index ?? 0]
    }
}

extension LearnedLayers.Layer {
    /// How many kernels each output has.
    var inputs: Int { weights.dimensions[1] }

    /// Output by output.
    func kernels(isDrawn: Bool) throws -> [Show.Subject.NamedKernel] {
        let outputs = weights.dimensions[0]
        let size = Size(width: weights.dimensions[3], height: weights.dimensions[2])
        let most = isDrawn ? LearnedLayers.mostDrawn : LearnedLayers.mostTold
        guard outputs * inputs <= most else {
            let wayOut =
                !isDrawn && outputs * inputs <= LearnedLayers.mostDrawn
                ? "; -o FILE.png draws up to \(LearnedLayers.mostDrawn)" : ""
            throw Complaint("\(label) has \(outputs * inputs) kernels, more than the \(most) that are shown\(wayOut)")
        }
        let taps = size.width * size.height
        return try (0..<outputs * inputs).map { place in
            let (output, input) = place.quotientAndRemainder(dividingBy: inputs)
            // Of a group the first channel is not the picture's.
            let channel = output / max(1, outputs / groups) * inputs + input + 1
            let own = weights.values[place * taps..<(place + 1) * taps].map(Double.init)
            let of = inputs * groups > 1 ? ", input \(channel)" : ""
            let name = "\(label)-\(output + 1)" + (inputs > 1 ? "-\(channel)" : "")
            return Show.Subject.NamedKernel(
                text: "\(text): output \(output + 1)\(of)", kernel: try Kernel(size: size, weights: own), label: name,
                words: words(Self.kept), use: use(of: name, output: output))
        }
    }

    /// What is said of taps, which a kernel keeps as a file, and what is said of the layer.
    private static let kept = ["dilate=", "anchor="]
    private static let left = ["stride=", "pad=", "border="]

    private func words(_ keys: [String]) -> String {
        text.split(separator: " ").filter { word in keys.contains(where: word.hasPrefix) }.map { " \($0)" }.joined()
    }

    /// What the layer has and its kernels as files have not; nil for nothing.
    var noteOfFiles: String? {
        let added = bias.contains { $0 != 0 } ? "a bias" : nil
        let left =
            isWindow ? [wordsLeftOut.isEmpty ? nil : "'\(wordsLeftOut.dropFirst())'", added].compactMap(\.self) : []
        if left.isEmpty { return nil }
        return
            "the files hold the weights alone, and \(label) has \(left.joined(separator: " and ")) besides; each file says how it is in the layer"
    }

    /// The words of the layer that say where it looks, and what is around the picture: a named kernel sees the picture's edge there.
    private var wordsLeftOut: String {
        words(Self.left) + (seesBlack && !text.contains(" border=") ? " border=zero" : "")
    }

    /// How a kernel called `name` is used in the layer; nil where the file says it all.
    private func use(of name: String, output: Int) -> String? {
        guard isWindow, noteOfFiles != nil else { return nil }
        let bias = bias.indices.contains(output) ? bias[output] : 0
        if inputs == 1 { return "in the layer: \(name)\(wordsLeftOut)" + (bias == 0 ? "" : " | offset \(bias)") }
        return "in the layer: \(name)\(wordsLeftOut), one of \(inputs) inputs that are added up"
            + (bias == 0 ? "" : ", and \(bias) with them")
    }
}

extension Graph.Node {
    /// What it is called within its model: `shapes.conv1` is the conv1 of shapes.safetensors.
    var ownLabel: String { label.split(separator: ".").last.map(String.init) ?? label }
}

extension Kernel {
    /// As a matrix in a program, with the digits that bring the same floats back.
    var literal: String {
        let rows = (0..<size.height).map { y in
            (0..<size.width).map { x in "\(Float(self[x: x, y: y]))" }.joined(separator: " ")
        }
        return "[" + rows.joined(separator: "; ") + "]"
    }
}
