/// In what order examples are looked at: a fresh one for each epoch, which the seed determines.
///
///     let batches = Batches(of: split.training, size: 64, seed: 7)
///     for batch in batches.epoch(3, from: 120) { … }      // as if the first 120 batches had been looked at
///
/// An epoch's order is a function of seed and epoch alone, so a run goes on at any batch as if it had never stopped.
public struct Batches: Sendable {
    /// Indices of examples.
    public let examples: [Int]
    public let size: Int
    public let seed: UInt64
    /// Off, the examples come in their own order.
    public let isShuffled: Bool

    public init(of examples: [Int], size: Int, seed: UInt64, isShuffled: Bool = true) {
        precondition(size > 0, "a batch holds at least one example, not \(size)")
        self.examples = examples
        self.size = size
        self.seed = seed
        self.isShuffled = isShuffled
    }

    /// Batches in an epoch; the last may be smaller.
    public var count: Int { (examples.count + size - 1) / size }

    /// All examples, as epoch `epoch` has them.
    public func order(inEpoch epoch: Int) -> [Int] {
        guard isShuffled else { return examples }
        var order = examples
        var chance = Chance(seed: seed, for: .order, place: epoch)
        chance.shuffle(&order)
        return order
    }

    /// The batches of an epoch from batch `first` on.
    public func epoch(_ epoch: Int, from first: Int = 0) -> some Sequence<ArraySlice<Int>> & Sendable {
        let order = order(inEpoch: epoch)
        return (min(first, count)..<count).lazy.map { order[$0 * size..<Swift.min(($0 + 1) * size, order.count)] }
    }
}

extension ExampleSet {
    /// Sets a share of the examples aside to measure with, which the seed determines: of each class the same share, at
    /// least one and never all. Both parts are in the examples' own order.
    public func split(
        validation asked: Double, seed: UInt64
    ) throws(DataError) -> (training: [Int], validation: [Int]) {
        precondition(asked > 0 && asked < 1, "the share set aside lies between 0 and 1, it is not \(asked)")
        // What lies so near to an end that a float does not tell them apart is none the less between them.
        let share = min(max(Float(asked), .leastNonzeroMagnitude), Float(1).nextDown)
        var isAside = [Bool](repeating: false, count: count)
        for (number, var members) in groups.enumerated() where members.count > 1 {
            var chance = Chance(seed: seed, for: .split, place: number)
            chance.shuffle(&members)
            let wanted = Int((Double(members.count) * Double(share)).rounded())
            for member in members.prefix(min(max(wanted, 1), members.count - 1)) {
                for index in member { isAside[index] = true }
            }
        }
        let validation = (0..<count).filter { isAside[$0] }
        if validation.isEmpty { throw .tooFewToSplit(count: memberCount, share: share) }
        return ((0..<count).filter { !isAside[$0] }, validation)
    }

    /// What can be set aside by itself: examples, of a detector whole pictures.
    public var memberCount: Int { groups.reduce(0) { $0 + $1.count } }

    /// The examples of each class; all in one where there are no labels. Those that go only together are one member.
    private var groups: [[Range<Int>]] {
        switch targets {
        case .labels(let labels):
            var groups = [[Range<Int>]](repeating: [], count: classes.count)
            for (index, label) in labels.enumerated() { groups[Int(label)].append(index..<index + 1) }
            return groups
        case .pictures, .masks: return [(0..<count).map { $0..<$0 + 1 }]
        case .regions:
            // What was seen of a picture while learning tells nothing new of its other regions.
            var members: [Range<Int>] = []
            for index in 0..<count {
                if let last = members.last, names[last.lowerBound] == names[index] {
                    members[members.count - 1] = last.lowerBound..<index + 1
                } else {
                    members.append(index..<index + 1)
                }
            }
            return [members]
        }
    }
}
