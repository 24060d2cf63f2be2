import Convolution
import Pixels
import Programs
import Steps
import Tensors

extension Network {
    /// Takes over the weights that a model has under the same names and of the same sizes.
    ///
    /// - Returns: a sentence for what did not fit.
    /// - Throws: a `NoCommonWeights` where nothing did.
    public mutating func take(from model: Model, path: String) throws -> [String] {
        var missing: [String] = []
        var taken = 0
        for weight in weights {
            let shape = weight.parameter.shape
            if let tensor = model.weights.first(where: { $0.name == weight.name }),
                tensor.fills([shape.count, shape.channels, shape.height, shape.width])
            {
                set(weight, to: Planes(shape: shape, samples: tensor.values))
                taken += 1
            } else {
                missing.append(weight.name)
            }
        }
        if taken == 0 { throw NoCommonWeights(path: path) }
        if missing.isEmpty { return [] }
        let some = missing.prefix(4).joined(separator: ", ") + (missing.count > 4 ? ", …" : "")
        return ["\(taken) of \(weights.count) weights come from \(path); these start anew: \(some)"]
    }

    /// Lets `zscore` steps know the means and deviations of what they will get.
    public mutating func settle(_ means: [Float], _ deviations: [Float]) {
        for weight in weights where graph.nodes[weight.node].step is ZScoreStep {
            let values = weight.place == 0 ? means : deviations
            if values.count == weight.parameter.shape.channels {
                set(weight, to: Planes(shape: weight.parameter.shape, samples: values))
            }
        }
    }

    /// Whether a step wants to know means and deviations.
    public var normalises: Bool { weights.contains { graph.nodes[$0.node].step is ZScoreStep } }
}

/// A model of another net.
public struct NoCommonWeights: Error, Hashable, Sendable {
    public let path: String
}
