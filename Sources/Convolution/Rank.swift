/// How many samples of a window may be above its rank, by how many of them take part: of the lower of the two places whose
/// mean is taken, and of the higher one. Those that take no part are above every result.
struct RankLimits: Sendable {
    let low: [UInt16]
    let high: [UInt16]

    init(_ fraction: Double, taps: Int) {
        // Where nobody takes part, everybody may be above.
        let places = (1...taps).map { Rank.places(of: fraction, count: $0) }
        low = [UInt16(taps)] + places.map { UInt16(taps - $0.low - 1) }
        high = [UInt16(taps)] + places.map { UInt16(taps - $0.high - 1) }
    }
}

/// Order statistics of a few values.
package enum Rank {
    /// The place among `count` sorted values that `fraction` of the others are before. A product that rounding kept
    /// just below a whole number is that number: 0.29 of 100 are 29.
    package static func position(of fraction: Double, count: Int) -> Int {
        min(Int((fraction * Double(count - 1)).nextUp.nextUp), count - 1)
    }

    /// The places whose values' mean is the answer: two for the median of an even number, else twice the same.
    static func places(of fraction: Double, count: Int) -> (low: Int, high: Int) {
        let low = position(of: fraction, count: count)
        return (low, fraction == 0.5 && count % 2 == 0 ? low + 1 : low)
    }

    /// The value that `fraction` of the first `count` of `values` are below; reorders them. 0 if there are none.
    package static func select(_ fraction: Double, of values: inout [Float], count: Int) -> Float {
        guard count > 0 else { return 0 }
        let (low, high) = places(of: fraction, count: count)
        let value = select(low, of: &values, count: count)
        guard high > low else { return value }
        // Selecting leaves everything above the median behind it.
        var next = values[high]
        for index in high..<count { next = min(next, values[index]) }
        return (value + next) / 2
    }

    /// Hoare's selection: afterwards nothing before `k` is larger and nothing behind it smaller.
    package static func select(_ k: Int, of values: inout [Float], count: Int) -> Float {
        var (left, right) = (0, count - 1)
        while left < right {
            let pivot = values[(left + right) / 2]
            var (i, j) = (left, right)
            while i <= j {
                while values[i] < pivot { i += 1 }
                while values[j] > pivot { j -= 1 }
                if i <= j {
                    values.swapAt(i, j)
                    i += 1
                    j -= 1
                }
            }
            if k <= j {
                right = j
            } else if k >= i {
                left = i
            } else {
                break
            }
        }
        return values[k]
    }
}
