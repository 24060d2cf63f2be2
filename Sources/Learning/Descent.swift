import Convolution
import Pixels

/// One step of the weights: the parts' gradients added up, how long they are together, and where the weights follow.
///
/// Threads share what is done to the pieces of the layout, in this order: `add` to each, `measure` once, `follow` to each.
final class Descent: @unchecked Sendable {
    // `measure` is called by one thread, when all are done with `add`, and before any goes on with `follow`.
    private(set) var total = LossSum()
    /// Whether loss and gradients are numbers; the weights follow only then.
    private(set) var isSound = true
    private var scale: Double?

    private let layout: WeightLayout
    private let loops: UpdateLoops
    private let optimiser: Optimiser
    private let weights: FloatStore
    private let moments: [FloatStore]
    private let parts: ArraySlice<FloatStore>
    private let sums: Slots<LossSum>
    private let squares: Slots<Double>
    private let clip: Double?
    private let rate: Double
    private let step: Int

    init(_ learner: Learner, rate: Double, sums: Slots<LossSum>, parts count: Int) {
        layout = learner.layout
        loops = learner.machine.updateLoops
        optimiser = learner.optimiser
        weights = learner.weights
        moments = learner.moments
        parts = learner.parts[..<count]
        clip = learner.clip
        step = learner.steps + 1
        self.rate = rate
        self.sums = sums
        squares = Slots(repeating: 0, count: layout.pieces.count)
    }

    /// Adds up a piece of the gradients, in the order of the parts.
    func add(_ index: Int) {
        let place = layout.pieces[index].place
        let sum = parts[0].base + place.lowerBound
        for other in parts[1...] { loops.accumulate(other.base + place.lowerBound, into: sum, place.count) }
        squares[index] = loops.sumOfSquares(sum, place.count)
    }

    func measure() {
        total = sums.all.reduce(into: LossSum()) { $0 += $1 }
        guard total.weight > 0 else { return }
        let length = squares.all.reduce(0, +).squareRoot() / total.weight
        isSound = length.isFinite && total.loss.isFinite
        guard isSound else { return }
        if let clip, length > clip {
            scale = 1 / total.weight * (clip / length)
        } else {
            scale = 1 / total.weight
        }
    }

    func follow(_ index: Int) {
        guard let scale else { return }
        let own = layout.pieces[index]
        let update = optimiser.update(rate: rate, scale: scale, step: step, decays: own.decays)
        optimiser.follow(parts[0], weights, moments, at: own.place, update, loops)
    }

    /// The first piece whose gradients hold something that is no number.
    var firstFault: Int? { layout.pieces.indices.first { !squares[$0].isFinite } }
}
