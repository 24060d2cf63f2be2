/// A prefix code as deflate wants it: lengths from frequencies, codes from lengths, written lowest bit first.
struct HuffmanCode {
    let longest: Int
    /// Of every symbol; 0 for those that do not occur.
    private(set) var lengths: [UInt8]
    /// The code's bits, reversed, and above them its length: `bits | length << 16`.
    private(set) var entries: [UInt32]

    // Kept so that no block allocates: the symbols that occur, by frequency, and the tree over them.
    private var sorted: [UInt64] = []
    private var weights: [UInt64] = []
    private var parents: [Int] = []

    init(symbols: Int, longest: Int) {
        self.longest = longest
        lengths = Array(repeating: 0, count: symbols)
        entries = Array(repeating: 0, count: symbols)
    }

    /// The best code for `frequencies`, of which two are not 0, but for the limit on its lengths.
    mutating func fit(_ frequencies: UnsafeBufferPointer<UInt32>) {
        assert(frequencies.count == lengths.count)
        sorted.removeAll(keepingCapacity: true)
        for symbol in frequencies.indices {
            lengths[symbol] = 0
            entries[symbol] = 0
            if frequencies[symbol] > 0 { sorted.append(UInt64(frequencies[symbol]) << 16 | UInt64(symbol)) }
        }
        precondition(sorted.count >= 2, "a prefix code has two symbols or more")
        sorted.sort()
        assignLengths(limited(countsOfDepths()))
        assignCodes()
    }

    /// How many leaves of Huffman's tree lie how deep; deeper ones count as `longest`.
    private mutating func countsOfDepths() -> [Int] {
        let leaves = sorted.count
        weights.removeAll(keepingCapacity: true)
        for key in sorted { weights.append(key >> 16) }
        parents = Array(repeating: 0, count: 2 * leaves - 1)
        // Both the leaves left and the inner nodes made so far are in order of weight.
        var leaf = 0
        var inner = leaves
        for node in leaves..<(2 * leaves - 1) {
            var weight: UInt64 = 0
            for _ in 0..<2 {
                let isLeaf = leaf < leaves && (inner == node || weights[leaf] <= weights[inner])
                let child = isLeaf ? leaf : inner
                if isLeaf { leaf += 1 } else { inner += 1 }
                parents[child] = node
                weight += weights[child]
            }
            weights.append(weight)
        }
        var counts = Array(repeating: 0, count: longest + 1)
        var depths = Array(repeating: 0, count: 2 * leaves - 1)
        for node in stride(from: 2 * leaves - 3, through: 0, by: -1) {
            depths[node] = depths[parents[node]] + 1
            if node < leaves { counts[min(depths[node], longest)] += 1 }
        }
        return counts
    }

    /// Makes room where cutting the tree off at `longest` left more codes than there are.
    private func limited(_ counts: [Int]) -> [Int] {
        var counts = counts
        var used = (1...longest).reduce(0) { $0 + counts[$1] << (longest - $1) }
        while used > 1 << longest {
            // A longest code takes the place beside the deepest that is shorter, which moves down by one.
            counts[longest] -= 1
            var shorter = longest - 1
            while counts[shorter] == 0 { shorter -= 1 }
            counts[shorter] -= 1
            counts[shorter + 1] += 2
            used -= 1
        }
        return counts
    }

    /// The rarest symbols get the longest codes.
    private mutating func assignLengths(_ counts: [Int]) {
        var next = 0
        for length in stride(from: longest, through: 1, by: -1) {
            for _ in 0..<counts[length] {
                lengths[Int(sorted[next] & 0xFFFF)] = UInt8(length)
                next += 1
            }
        }
    }

    private mutating func assignCodes() {
        var counts = Array(repeating: UInt32(0), count: longest + 1)
        for length in lengths where length > 0 { counts[Int(length)] += 1 }
        var next = Array(repeating: UInt32(0), count: longest + 2)
        for length in 1...longest { next[length + 1] = (next[length] + counts[length]) << 1 }
        for symbol in lengths.indices where lengths[symbol] > 0 {
            let length = Int(lengths[symbol])
            entries[symbol] = Self.reversed(next[length], length) | UInt32(length) << 16
            next[length] += 1
        }
    }

    private static func reversed(_ code: UInt32, _ length: Int) -> UInt32 {
        var bits: UInt32 = 0
        for index in 0..<length where code >> index & 1 == 1 { bits |= 1 << (length - 1 - index) }
        return bits
    }
}
