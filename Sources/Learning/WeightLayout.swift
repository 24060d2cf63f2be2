import Pixels
import Steps

/// Where each learned weight lies when all of them are one row of numbers.
struct WeightLayout: Sendable {
    struct Piece: Sendable {
        let name: String
        let place: Range<Int>
        let decays: Bool
    }

    /// Of the learned weights, and what of them one thread takes at a time.
    private let places: [(weight: Weight, place: Range<Int>)]
    let pieces: [Piece]
    let count: Int

    private static let pieceCount = 4096

    init(_ network: Network) {
        var places: [(weight: Weight, place: Range<Int>)] = []
        var pieces: [Piece] = []
        var end = 0
        for weight in network.weights where weight.isLearned {
            let place = end..<end + (weight.parameter.shape.sampleCount ?? 0)
            places.append((weight, place))
            for first in stride(from: place.lowerBound, to: place.upperBound, by: WeightLayout.pieceCount) {
                let last = min(first + WeightLayout.pieceCount, place.upperBound)
                pieces.append(Piece(name: weight.name, place: first..<last, decays: weight.parameter.decays))
            }
            end = place.upperBound
        }
        self.places = places
        self.pieces = pieces
        count = end
    }

    func copy(from network: Network, to store: FloatStore) {
        for (weight, place) in places { copy(network.values[weight.node][weight.place], to: store.base, place) }
    }

    func copy(from store: FloatStore, to network: inout Network) {
        for (weight, place) in places {
            network.values[weight.node][weight.place].samples.withUnsafeMutableBufferPointer { values in
                values.baseAddress?.update(from: store.base + place.lowerBound, count: place.count)
            }
        }
    }

    func copy(_ gradients: [StepGradients?], to store: FloatStore) {
        for (weight, place) in places {
            if let own = gradients[weight.node] { copy(own.parameters[weight.place], to: store.base, place) }
        }
    }

    private func copy(_ planes: Planes, to base: UnsafeMutablePointer<Float>, _ place: Range<Int>) {
        planes.samples.withUnsafeBufferPointer { values in
            if let start = values.baseAddress { (base + place.lowerBound).update(from: start, count: place.count) }
        }
    }
}
