import Convolution
import Pixels
import Programs
import Steps
import Synchronization

/// Takes a network one step after another down its gradient.
///
/// A batch is taken in parts of up to 16 pictures, all nearly alike, whatever the threads, each on its way through the whole
/// network and back by itself; their gradients are added in order. So a step's result depends on the batch alone, and a part's numbers stay
/// near the core. A step that couples the pictures of a batch makes it one part, and threads share its rows.
public final class Learner {
    public private(set) var network: Network
    public let optimiser: Optimiser
    public let loss: Loss
    /// What the classes count; empty where there are none.
    public let classWeights: [Double]
    /// The longest that all gradients together may be; nil for any.
    public let clip: Double?
    let machine: Machine

    /// Learned weights one after the other, the steps made, and the optimiser's running means.
    let layout: WeightLayout
    let weights: FloatStore
    let moments: [FloatStore]
    public internal(set) var steps = 0

    private let couplesBatch: Bool
    private(set) var parts: [FloatStore] = []
    private let rooms: Rooms
    private let crew: Crew

    static let partCount = 16
    /// Gradients of all parts are kept at one time: of so many weights, no more than one part's.
    private static let mostGradients = 1 << 24

    public init(
        _ network: Network, optimiser: Optimiser, loss: Loss, classWeights: [Double] = [], clip: Double? = nil,
        machine: Machine
    ) throws {
        self.network = network
        self.optimiser = optimiser
        self.loss = loss
        self.classWeights = classWeights
        self.clip = clip
        self.machine = machine
        layout = WeightLayout(network)
        weights = FloatStore(count: layout.count)
        layout.copy(from: network, to: weights)
        moments = (0..<optimiser.momentCount).map { [layout] _ in FloatStore(count: layout.count) }
        couplesBatch = try network.plan(count: 2).couplesBatch
        rooms = Rooms(network, learns: true)
        crew = Crew(machine)
    }

    /// One step on `pictures`.
    ///
    /// - Throws: a `TrainingError` where a result or a gradient is no number; the weights are as they were.
    public func step(
        _ source: some BatchSource, _ pictures: [Int], pass: Int, rate: Double, seed: UInt64
    ) throws -> LossSum {
        let ranges = Learner.ranges(of: pictures.count, couplesBatch: couplesBatch, weights: layout.count)
        while parts.count < ranges.count { parts.append(FloatStore(count: layout.count)) }
        try rooms.prepare(Set(ranges.map(\.count)))
        let chance = Chance.hash(seed, UInt64(steps))
        let sums = Slots(repeating: LossSum(), count: ranges.count)
        let inner = ranges.count == 1 ? machine : Machine(lanes: machine.lanes, threads: 1)
        let (loss, classWeights, values, parts, rooms, layout) = (
            self.loss, self.classWeights, network.values, self.parts, self.rooms, self.layout
        )
        @Sendable func learn(_ part: Int, _ worker: Int) {
            let range = ranges[part]
            let room = rooms.enter(range.count, worker: worker)
            let wanted = source.load(pictures[range], pass: pass, into: &room.results[0])
            let learning = StepCall.Learning(seed: chance, firstPicture: range.lowerBound)
            let output = room.forward(values, learning: learning, machine: inner)
            sums[part] = room.learn(from: output, wanted, loss, classWeights, values, learning, inner)
            layout.copy(room.gradients, to: parts[part])
            rooms.leave(room, worker: worker)
        }
        // A part that is alone has all threads for itself.
        if ranges.count == 1 { learn(0, 0) }
        let descent = Descent(self, rate: rate, sums: sums, parts: ranges.count)
        crew.run(inTurn: [ranges.count == 1 ? 0 : ranges.count, layout.pieces.count, 1, layout.pieces.count]) {
            switch $1 {
            case 0: learn($2, $0)
            case 1: descent.add($2)
            case 2: descent.measure()
            default: descent.follow($2)
            }
        }
        guard descent.isSound else { throw fault(descent) }
        if descent.total.weight > 0 {
            steps += 1
            layout.copy(from: weights, to: &network)
        }
        if couplesBatch, let room = rooms.last(pictures.count) { room.count(into: &network.values) }
        return descent.total
    }

    /// How many pictures the parts have for which there are rooms.
    package var roomsHeld: [Int] { rooms.sizes }

    /// The parts of a batch.
    static func ranges(of count: Int, couplesBatch: Bool, weights: Int) -> [Range<Int>] {
        let parts = (count + Learner.partCount - 1) / Learner.partCount
        if couplesBatch || parts * weights > Learner.mostGradients { return [0..<count] }
        return (0..<parts).map { count * $0 / parts..<count * ($0 + 1) / parts }
    }

    private func fault(_ descent: Descent) -> TrainingError {
        if let node = rooms.firstFault {
            let (text, label) = (network.graph.nodes[node].text, network.graph.nodes[node].label)
            return .notANumber("'\(text)'" + (label.isEmpty ? "" : " (\(label))"), number: steps + 1)
        }
        let name = descent.firstFault.map { layout.pieces[$0].name } ?? "the loss"
        return .notANumber("the gradient of \(name)", number: steps + 1)
    }

    /// Takes up where another stopped.
    func resume(_ values: Network, moments: [[Float]], steps: Int) {
        network = values
        layout.copy(from: network, to: weights)
        for (own, saved) in zip(self.moments, moments) { own.values = saved }
        self.steps = steps
    }
}

/// What stops a training.
public enum TrainingError: Error, Hashable, Sendable {
    /// A result or a gradient that is infinite or no number, at a step of the training counted from 1.
    case notANumber(String, number: Int)
    /// A loss that is out of all proportion to the first one.
    case runaway(loss: Double, first: Double, number: Int)
}
