import Convolution
import Pixels
import Programs
import Steps
import Tensors

extension Network {
    /// Takes over the tensors that have weights' names and sizes.
    ///
    /// - Returns: the weights that nothing was found for.
    /// - Throws: a `NoCommonWeights` where nothing fits.
    public mutating func take(from tensors: [Tensor], path: String) throws -> [Weight] {
        var missing: [Weight] = []
        for weight in weights {
            let shape = weight.parameter.shape
            if let tensor = tensors.first(where: { $0.name == weight.name }),
                tensor.fills([shape.count, shape.channels, shape.height, shape.width])
                    || isDense(weight)
                        && tensor.dimensions == [shape.count, shape.channels * shape.height * shape.width]
            {
                set(weight, to: Planes(shape: shape, samples: tensor.values))
            } else {
                missing.append(weight)
            }
        }
        guard missing.count < weights.count else {
            throw NoCommonWeights(path: path, wanted: weights.map(\.name), found: tensors.map(\.name))
        }
        return missing
    }

    /// Whether a weight sees all that comes in; PyTorch has it flattened.
    private func isDense(_ weight: Weight) -> Bool { graph.nodes[weight.node].step is DenseStep }

    /// Whether a weight is measured beforehand: a mean or a deviation of `zscore`.
    public func isMeasured(_ weight: Weight) -> Bool { graph.nodes[weight.node].step is ZScoreStep }

    /// Whether the pictures come to the step of a measured weight as they are: nothing made other numbers of them.
    public func seesPictures(_ weight: Weight) -> Bool {
        var ways = graph.nodes[weight.node].inputs
        while let index = ways.popLast() {
            let node = graph.nodes[index]
            guard let step = node.step else { continue }
            guard step is InputStep || step is RegionsStep || step.role == .resample else { return false }
            ways += node.inputs
        }
        return true
    }

    /// Lets those of `weights` that are measured know the means and deviations of what they will get.
    public mutating func settle(_ weights: [Weight], _ means: [Float], _ deviations: [Float]) {
        for weight in weights where isMeasured(weight) {
            let values = weight.place == 0 ? means : deviations
            if values.count == weight.parameter.shape.channels {
                set(weight, to: Planes(shape: weight.parameter.shape, samples: values))
            }
        }
    }
}

/// A model of another net.
public struct NoCommonWeights: Error, Hashable, Sendable {
    public let path: String
    /// What the net's weights are called, and those in the file.
    public let wanted: [String]
    public let found: [String]
}
