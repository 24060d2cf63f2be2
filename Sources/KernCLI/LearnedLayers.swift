import Convolution
import Pixels
import Programs
import Tensors

/// The layers of a program that have kernels which were learned.
struct LearnedLayers {
    private let layers: [(label: String, text: String, weights: Tensor)]
    /// Layers with weights that are no pictures: `dense1`, `batchnorm1`.
    private let others: [String]

    /// More kernels than anyone looks at.
    private static let mostKernels = 4096

    init(_ graph: Graph) {
        // Within the model it is called by the last word: `shapes.conv1` is the conv1 of shapes.safetensors.
        func label(of node: Graph.Node) -> String {
            node.label.split(separator: ".").last.map(String.init) ?? node.label
        }
        let layers = graph.nodes.compactMap { node -> (label: String, text: String, weights: Tensor)? in
            guard let weights = node.weights["weight"], weights.dimensions.count == 4,
                weights.dimensions[2] * weights.dimensions[3] > 1
            else { return nil }
            return (label(of: node), node.text, weights)
        }
        others = graph.nodes.filter { !$0.weights.isEmpty }.map(label).filter { name in
            !layers.contains { $0.label == name }
        }
        self.layers = layers
    }

    var isEmpty: Bool { layers.isEmpty }

    /// - Parameter layer: the number, from 1, or the name of a layer; nil for the first.
    /// - Returns: the kernels, output by output, how many inputs each output has, if more than one, and the layer's own text.
    func kernels(
        of layer: String?, in model: String
    ) throws -> ([Show.Subject.NamedKernel], inputs: Int?, text: String) {
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
        let (label, text, weights) = layers[index ?? 0]
        let (outputs, inputs) = (weights.dimensions[0], weights.dimensions[1])
        let size = Size(width: weights.dimensions[3], height: weights.dimensions[2])
        guard outputs * inputs <= Self.mostKernels else {
            throw Complaint(
                "\(label) has \(outputs * inputs) kernels, more than the \(Self.mostKernels) that are shown")
        }
        let taps = size.width * size.height
        let kernels = try (0..<outputs * inputs).map { place in
            let (output, input) = place.quotientAndRemainder(dividingBy: inputs)
            let own = weights.values[place * taps..<(place + 1) * taps].map(Double.init)
            let of = inputs > 1 ? ", input \(input + 1)" : ""
            return Show.Subject.NamedKernel(
                text: "\(text): output \(output + 1)\(of)", kernel: try Kernel(size: size, weights: own),
                label: "\(label)-\(output + 1)" + (inputs > 1 ? "-\(input + 1)" : ""), words: Self.words(of: text))
        }
        return (kernels, inputs > 1 ? inputs : nil, "\(label): \(text)")
    }

    /// What a layer was told of its taps.
    private static func words(of text: String) -> String {
        text.split(separator: " ").filter { $0.hasPrefix("dilate=") || $0.hasPrefix("anchor=") }.map { " \($0)" }
            .joined()
    }
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
