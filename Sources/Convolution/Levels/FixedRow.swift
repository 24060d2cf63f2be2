import CLanes

/// The weights along a row as the row loop takes them: two taps at a time, for even results and for odd ones.
struct FixedRow: Sendable {
    /// Where each two lie: their term, and the first of their taps.
    let places: [(term: Int, tap: Int)]
    let weights: [UInt32]
    /// Behind the last two of each part whose sum is shifted by itself.
    let ends: [Int]

    init(_ factors: FixedFactors) {
        var places: [(term: Int, tap: Int)] = []
        var weights: [UInt32] = []
        var ends: [Int] = []
        var sums = (even: 0, odd: 0)
        for (index, term) in factors.terms.enumerated() {
            func weight(_ tap: Int) -> Int { term.row.indices.contains(tap) ? term.row[tap] : 0 }
            for tap in stride(from: 0, through: term.row.count, by: 2) {
                let four = [weight(tap), weight(tap + 1), weight(tap - 1), weight(tap)]
                let times = max(1, four.reduce(0) { max($0, (abs($1) + 32766) / 32767) })
                for time in 0..<times where four.contains(where: { $0 != 0 }) {
                    let part = four.map { $0 * (time + 1) / times - $0 * time / times }
                    let own = (even: abs(part[0]) + abs(part[1]), odd: abs(part[2]) + abs(part[3]))
                    // What is summed before it is shifted has to fit 32 bits, and a word has 16.
                    if factors.fine > 0, max(sums.even + own.even, sums.odd + own.odd) > 65535 {
                        ends.append(places.count)
                        sums = (0, 0)
                    }
                    sums = (sums.even + own.even, sums.odd + own.odd)
                    places.append((index, tap))
                    weights.append(FixedRow.word(part[0], part[1]))
                    weights.append(FixedRow.word(part[2], part[3]))
                }
            }
        }
        ends.append(places.count)
        (self.places, self.weights, self.ends) = (places, weights, ends)
    }

    /// Weights down a column, for each two rows and each of four rows of the result.
    static func column(_ column: [Int]) -> [UInt32] {
        func weight(_ tap: Int) -> Int { column.indices.contains(tap) ? column[tap] : 0 }
        return (0..<(column.count + 4) / 2).flatMap { pair in
            (0..<4).map { word(weight(2 * pair - $0), weight(2 * pair + 1 - $0)) }
        }
    }

    private static func word(_ low: Int, _ high: Int) -> UInt32 {
        UInt32(UInt16(truncatingIfNeeded: low)) | UInt32(UInt16(truncatingIfNeeded: high)) << 16
    }
}
