/// The head of a deflate block with codes of its own: how long they are, in a code of its own.
struct BlockHead {
    /// The order in which deflate gives the lengths of the lengths' code: rare ones last, where they can be left out.
    private static let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
    /// Two distances, 1 and 2, of one bit each. The second is never used: not all readers take a code of one symbol.
    private static let distances: [UInt8] = [1, 1]

    private var code = HuffmanCode(symbols: 19, longest: 7)
    private var symbols: [(symbol: Int, extra: Int)] = []
    private var literals = 0
    private var given = 0
    /// What `write` will write.
    private(set) var bits = 0

    /// Decides how to tell the lengths of the literals' code.
    mutating func plan(_ lengths: [UInt8]) {
        literals = max(257, (lengths.lastIndex { $0 > 0 } ?? 0) + 1)
        symbols.removeAll(keepingCapacity: true)
        addSymbols(lengths[..<literals])
        addSymbols(Self.distances[...])
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 19) { frequencies in
            frequencies.initialize(repeating: 0)
            for (symbol, _) in symbols { frequencies[symbol] += 1 }
            code.fit(UnsafeBufferPointer(frequencies))
        }
        given = max(4, (Self.order.lastIndex { code.lengths[$0] > 0 } ?? 0) + 1)
        bits = 17 + 3 * given
        for (symbol, _) in symbols { bits += Int(code.lengths[symbol]) + Self.extraBits(symbol) }
    }

    func write(isLast: Bool, to writer: inout BitWriter) {
        writer.put(isLast ? 1 : 0, 1)
        writer.put(2, 2)
        writer.put(UInt64(literals - 257), 5)
        writer.put(UInt64(Self.distances.count - 1), 5)
        writer.put(UInt64(given - 4), 4)
        for symbol in Self.order[..<given] { writer.put(UInt64(code.lengths[symbol]), 3) }
        for (symbol, extra) in symbols {
            writer.put(code.entries[symbol])
            writer.put(UInt64(extra), UInt64(Self.extraBits(symbol)))
        }
    }

    private static func extraBits(_ symbol: Int) -> Int {
        switch symbol {
        case 16: 2
        case 17: 3
        case 18: 7
        default: 0
        }
    }

    /// Repeated lengths are counted: 16 repeats the last, 17 and 18 are few and many zeros.
    private mutating func addSymbols(_ lengths: ArraySlice<UInt8>) {
        var start = lengths.startIndex
        while start < lengths.endIndex {
            let length = lengths[start]
            var end = start + 1
            while end < lengths.endIndex, lengths[end] == length { end += 1 }
            var left = end - start
            if length > 0 {
                symbols.append((Int(length), 0))
                left -= 1
            }
            let (least, most) = length > 0 ? (3, 6) : (3, 138)
            while left >= least {
                let count = min(left, most)
                if length > 0 {
                    symbols.append((16, count - 3))
                } else if count <= 10 {
                    symbols.append((17, count - 3))
                } else {
                    symbols.append((18, count - 11))
                }
                left -= count
            }
            for _ in 0..<left { symbols.append((Int(length), 0)) }
            start = end
        }
    }
}
