import Pixels

/// What a net says about a picture: how likely each class is.
public struct Prediction: Hashable, Sendable {
    /// One for each class; they sum to 1, but for those of a program that asks about each class by itself.
    public let probabilities: [Float]

    /// - Parameter areProbabilities: whether the program ends in `softmax` or `sigmoid`; the first is done here if not.
    public init(_ values: [Float], areProbabilities: Bool) {
        guard !areProbabilities, let largest = values.max() else {
            probabilities = values
            return
        }
        let powers = values.map { exponential(Double($0 - largest)) }
        let total = powers.reduce(0, +)
        probabilities = powers.map { Float($0 / total) }
    }

    /// Of a picture of one pixel, in float.
    public init(_ raster: Raster, areProbabilities: Bool) {
        let values = raster.bytes.withUnsafeBytes { bytes in
            (0..<raster.header.channels.count).map {
                bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self)
            }
        }
        self.init(values, areProbabilities: areProbabilities)
    }

    /// The classes, the likeliest first; of equal ones the first.
    public var ranking: [Int] {
        probabilities.indices.sorted { (probabilities[$1], $0) < (probabilities[$0], $1) }
    }
}

extension Network {
    /// What it says of a picture for which `values` came out of the last step that is learned through.
    func prediction(of values: [Float]) -> Prediction {
        if last != graph.output, endsInSigmoid {
            return Prediction(values.map { Float(1 / (1 + exponential(-Double($0)))) }, areProbabilities: true)
        }
        return Prediction(values, areProbabilities: last == graph.output && endsInShares)
    }
}
