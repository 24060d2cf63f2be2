/// A kernel as a sum of few products of a column and a row: each costs w + h instead of w·h.
package struct Factors: Sendable {
    /// Each term weighs tap (x, y) with `column[y] * row[x]`.
    package var terms: [(column: [Double], row: [Double])]

    package var rank: Int { terms.count }
}

extension Kernel {
    /// The weights as at most `most` products, or nil where that many do not reproduce them to float rounding.
    ///
    /// Gaussian elimination with complete pivoting: each term takes the largest weight that is left and clears its row
    /// and column. It finds the rank exactly and costs w·h a term, where an SVD of a wide Gaussian would take minutes.
    package func factors(most: Int) -> Factors? {
        let tolerance = magnitudeSum * 0x1p-26
        let (width, height) = (size.width, size.height)
        var left = weights
        var rest = Remainder(of: left)
        var factors = Factors(terms: [])
        while rest.sum > tolerance {
            if factors.rank == most { return nil }
            let (px, py) = (rest.largest % width, rest.largest / width)
            let (column, row) = balanced(
                (0..<height).map { left[$0 * width + px] }, (0..<width).map { left[py * width + $0] },
                pivot: left[rest.largest])
            factors.terms.append((column, row))
            // Of a single product nothing has to be left over: millions of weights are read, and not copied.
            if factors.rank == 1, isProduct(column, row, within: tolerance) { return factors }
            rest = Remainder(of: &left, less: column, row)
        }
        return factors
    }

    private func isProduct(_ column: [Double], _ row: [Double], within tolerance: Double) -> Bool {
        weights.withUnsafeBufferPointer { weights in
            var sum = 0.0
            for y in 0..<size.height {
                for x in 0..<size.width { sum += abs(weights[y * size.width + x] - column[y] * row[x]) }
                if sum > tolerance { return false }
            }
            return true
        }
    }

    /// A single row or column as a product with 1, nil where it is neither.
    package var line: Factors? {
        if size.height == 1 { return Factors(terms: [([1], weights)]) }
        return size.width == 1 ? Factors(terms: [(weights, [1])]) : nil
    }

    /// Not more than are worth it on levels, where a product costs less than on floats.
    package var fewFactors: Factors? {
        let taps = size.width * size.height
        return taps > 1 << 12 ? nil : factors(most: max(1, taps / (4 * (size.width + size.height))))
    }

    /// column · row / pivot, where whole numbers stay whole: what is no power of two is left to a factor that does not cancel out, so
    /// that a flat area answers 0 to the last bit. Else both factors are about as large, so that neither loses bits as floats.
    private func balanced(_ column: [Double], _ row: [Double], pivot: Double) -> (column: [Double], row: [Double]) {
        func magnitude(_ values: [Double]) -> Double { values.reduce(0) { $0 + abs($1) } }
        var (c, r) = (column.inUnits, row.inUnits)
        let rest = c.unit * r.unit / pivot
        if abs(c.counts.reduce(0, +)) <= 1e-12 * magnitude(c.counts) {
            r.counts = r.counts.map { $0 * rest }
        } else {
            c.counts = c.counts.map { $0 * rest }
        }
        let scale = (magnitude(r.counts) / magnitude(c.counts)).squareRoot().binade
        guard scale.isNormal else { return (c.counts, r.counts) }
        return (c.counts.map { $0 * scale }, r.counts.map { $0 / scale })
    }
}

extension [Double] {
    /// As multiples of the largest unit that all of them are whole multiples of, where these are no large numbers.
    fileprivate var inUnits: (counts: [Double], unit: Double) {
        let most = Double(1 << 20)
        let largest = map(abs).max() ?? 0
        var unit = 0.0
        for value in self {
            var rest = abs(value)
            while rest > 0 {
                (unit, rest) = (rest, unit.truncatingRemainder(dividingBy: rest))
                if unit * most < largest { return (self, 1) }
            }
        }
        return unit > 0 ? (map { $0 / unit }, unit) : (self, 1)
    }
}

/// What is left of a kernel when products have been taken away: the sum of the magnitudes and the place of the largest.
private struct Remainder {
    private(set) var sum = 0.0
    private(set) var largest = 0
    private var magnitude = 0.0

    init(of left: [Double]) {
        for (index, weight) in left.enumerated() { see(weight, at: index) }
    }

    init(of left: inout [Double], less column: [Double], _ row: [Double]) {
        left.withUnsafeMutableBufferPointer { left in
            for y in column.indices {
                for x in row.indices {
                    let index = y * row.count + x
                    left[index] -= column[y] * row[x]
                    see(left[index], at: index)
                }
            }
        }
    }

    private mutating func see(_ weight: Double, at index: Int) {
        sum += abs(weight)
        if abs(weight) > magnitude { (largest, magnitude) = (index, abs(weight)) }
    }
}
