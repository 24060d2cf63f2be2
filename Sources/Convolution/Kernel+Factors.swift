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
            let column = (0..<height).map { left[$0 * width + px] }
            let row = (0..<width).map { left[py * width + $0] / left[rest.largest] }
            factors.terms.append(balanced(column, row))
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

    /// Scales both factors to the same size, so that neither loses bits as floats.
    private func balanced(_ column: [Double], _ row: [Double]) -> (column: [Double], row: [Double]) {
        let c = column.reduce(0) { $0 + abs($1) }
        let r = row.reduce(0) { $0 + abs($1) }
        guard c > 0, r > 0 else { return (column, row) }
        let scale = (r / c).squareRoot()
        return (column.map { $0 * scale }, row.map { $0 / scale })
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
