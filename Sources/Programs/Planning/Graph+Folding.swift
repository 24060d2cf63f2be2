import Steps
import Tensors

extension Graph {
    /// The same program with every `batchnorm` that follows a convolution or a dense layer taken into its weights, where
    /// both are known: what a net needs while it learns is a multiplication too many when it is used.
    func folded() -> Graph {
        var graph = self
        var readers = [Int](repeating: 0, count: nodes.count)
        for node in nodes { for input in node.inputs { readers[input] += 1 } }
        // Where a node's result is to be found; its own place unless it was folded into the one before.
        var places = Array(nodes.indices)
        for index in nodes.indices {
            graph.nodes[index].inputs = nodes[index].inputs.map { places[$0] }
            guard let norm = nodes[index].step as? BatchNormStep, let before = nodes[index].inputs.first,
                readers[before] == 1, places[before] == before,
                let folded = graph.nodes[before].taking(norm, nodes[index].weights)
            else { continue }
            graph.nodes[before] = folded
            places[index] = before
        }
        graph.output = places[output]
        return graph
    }
}

extension Graph.Node {
    /// γ·(w·x + b − μ)/σ + β = (γ/σ·w)·x + (b − μ)·γ/σ + β; nil where that is not so or something is not known.
    fileprivate func taking(_ norm: BatchNormStep, _ known: [String: Tensor]) -> Graph.Node? {
        guard let weights = weights["weight"], let outputs = weights.dimensions.first, outputs > 0,
            let scale = known["weight"]?.values, let shift = known["bias"]?.values,
            let mean = known["running_mean"]?.values, let variance = known["running_var"]?.values,
            [scale, shift, mean, variance].allSatisfy({ $0.count == outputs })
        else { return nil }
        let biased: any Step
        switch step {
        case let conv as ConvStep where conv.sumsEverywhere: biased = conv.withBias
        case let dense as DenseStep: biased = dense.withBias
        default: return nil
        }
        let bias = self.weights["bias"]?.values ?? [Float](repeating: 0, count: outputs)
        guard bias.count == outputs, weights.values.count % outputs == 0 else { return nil }
        let factors = zip(scale, variance).map { gamma, variance -> Double in
            Double(gamma) / (Double(variance) + norm.epsilon).squareRoot()
        }
        let taps = weights.values.count / outputs
        let scaled = weights.values.enumerated().map { index, value in Float(Double(value) * factors[index / taps]) }
        let shifted = (0..<outputs).map { output -> Float in
            let centred = Double(bias[output]) - Double(mean[output])
            return Float(centred * factors[output] + Double(shift[output]))
        }
        var node = self
        node.step = biased
        node.text = "\(text), batchnorm folded in"
        node.countBeforeFolding =
            weights.values.count + (self.weights["bias"]?.values.count ?? 0) + scale.count + shift.count
        node.weights["weight"] = Tensor(name: weights.name, dimensions: weights.dimensions, values: scaled)
        node.weights["bias"] = Tensor(name: "\(label).bias", dimensions: [outputs], values: shifted)
        return node
    }
}
