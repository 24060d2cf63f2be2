import Convolution
import Pixels
import Steps

/// How well a network does on examples it does not learn from.
public struct Evaluation: Hashable, Sendable {
    public var sum = LossSum()
    /// Of how many examples the class comes among a result's best few.
    public var amongBest = 0
    /// How often class `wanted` was taken for class `found`, at wanted × classes + found.
    public var confusion: [Int]
    public let classes: Int
    /// Where they were asked for: the pictures that were taken for another class, in their order. None of pixels.
    public var mistakes: [Mistake] = []

    public init(classes: Int) {
        self.classes = classes
        confusion = [Int](repeating: 0, count: classes * classes)
    }

    public static func += (sum: inout Evaluation, other: Evaluation) {
        sum.sum += other.sum
        sum.amongBest += other.amongBest
        for index in sum.confusion.indices { sum.confusion[index] += other.confusion[index] }
        sum.mistakes += other.mistakes
    }

    /// Examples of a class, how many were taken for it, and how many of these were right.
    public func counts(of name: Int) -> (wanted: Int, found: Int, right: Int) {
        let row = (0..<classes).reduce(0) { $0 + confusion[name * classes + $1] }
        let column = (0..<classes).reduce(0) { $0 + confusion[$1 * classes + name] }
        return (row, column, confusion[name * classes + name])
    }

    /// Of a mean square on a scale of 0…1.
    public var decibels: Double { -10 * logarithm(sum.mean) / logarithm(10) }

    /// What wanted and found have in common over what either has, averaged over the classes that occur.
    public var meanIntersectionOverUnion: Double {
        let shares = (0..<classes).compactMap { name -> Double? in
            let (wanted, found, right) = counts(of: name)
            let union = wanted + found - right
            return union > 0 ? Double(right) / Double(union) : nil
        }
        return shares.isEmpty ? 0 : shares.reduce(0, +) / Double(shares.count)
    }
}

/// Runs a network as it will be used: nothing left to chance, statistics as they were counted.
public struct Evaluator: Sendable {
    let loss: Loss
    let machine: Machine
    private let rooms: Rooms
    private let classes: Int
    /// How many of a result's best classes may hold the right one, for `amongBest`.
    private let best: Int
    private let listsMistakes: Bool

    public init(_ network: Network, loss: Loss, machine: Machine, best: Int = 5, listsMistakes: Bool = false) {
        self.best = best
        self.listsMistakes = listsMistakes
        self.loss = loss
        self.machine = machine
        classes = loss.isForClasses ? network.choices : 0
        rooms = Rooms(network, learns: false)
    }

    /// - Parameter network: the one this was made for, with any weights.
    public func evaluate(_ network: Network, on source: some BatchSource) throws -> Evaluation {
        let parts = (source.count + Learner.partCount - 1) / Learner.partCount
        let ranges = (0..<parts).map { $0 * Learner.partCount..<min(source.count, ($0 + 1) * Learner.partCount) }
        try rooms.prepare(Set(ranges.map(\.count)))
        let found = Slots(repeating: Evaluation(classes: classes), count: parts)
        let inner = Machine(lanes: machine.lanes, threads: 1)
        let (loss, values, rooms, classes, best) = (self.loss, network.values, self.rooms, self.classes, self.best)
        let listsMistakes = listsMistakes && network.output.size == Size(1)
        machine.share(0..<parts, grain: 1) { worker, piece in
            for part in piece {
                let range = ranges[part]
                let room = rooms.enter(range.count, worker: worker)
                let wanted = source.load(Array(range)[...], pass: nil, into: &room.results[0])
                let output = room.forward(values, learning: nil, machine: inner)
                var own = Evaluation(classes: classes)
                own.sum = room.loss(of: output, wanted, loss)
                switch wanted {
                case .classes(let wanted), .regions(let wanted, _):
                    own.count(output, wanted, best: best)
                    if listsMistakes { own.list(output, wanted, from: range.lowerBound, of: network) }
                case .pictures: break
                }
                found[part] = own
                rooms.leave(room, worker: worker)
            }
        }
        var total = Evaluation(classes: classes)
        for part in 0..<parts { total += found[part] }
        return total
    }
}

extension Evaluation {
    /// Takes in what came out for pictures, or pixels, of known classes.
    fileprivate mutating func count(_ output: Planes, _ wanted: [Int32], best few: Int) {
        let pixels = output.shape.height * output.shape.width
        output.samples.withUnsafeBufferPointer { values in
            for (place, right) in wanted.enumerated() where right != Wanted.none {
                let first = place / pixels * output.shape.channels * pixels + place % pixels
                let own = values[first + Int(right) * pixels]
                var (best, better) = (0, 0)
                for c in 0..<classes {
                    let value = values[first + c * pixels]
                    if value > values[first + best * pixels] { best = c }
                    if value > own { better += 1 }
                }
                confusion[Int(right) * classes + best] += 1
                amongBest += better < few ? 1 : 0
            }
        }
    }

    /// Takes in which of the pictures from `first` on were taken for another class.
    fileprivate mutating func list(_ output: Planes, _ wanted: [Int32], from first: Int, of network: Network) {
        for (place, right) in wanted.enumerated() where right != Wanted.none {
            let own = Array(output.samples[place * output.shape.channels..<place * output.shape.channels + classes])
            // By what came out, as it is counted: shares near 1 can be alike where that is not.
            var best = 0
            for c in own.indices where own[c] > own[best] { best = c }
            if best == Int(right) { continue }
            let shares = network.prediction(of: own).probabilities
            mistakes.append(
                Mistake(
                    index: first + place, wanted: Int(right), found: best, probability: shares[best],
                    wantedProbability: shares[Int(right)]))
        }
    }
}
