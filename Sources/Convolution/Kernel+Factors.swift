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
        var left = weights
        let (width, height) = (size.width, size.height)
        let tolerance = magnitudeSum * 0x1p-26
        var terms: [(column: [Double], row: [Double])] = []
        while true {
            var (pivot, magnitude, residual) = (0, 0.0, 0.0)
            for (index, weight) in left.enumerated() {
                residual += abs(weight)
                if abs(weight) > magnitude { (pivot, magnitude) = (index, abs(weight)) }
            }
            if residual <= tolerance { return Factors(terms: terms) }
            if terms.count == most { return nil }
            let (px, py) = (pivot % width, pivot / width)
            let column = (0..<height).map { left[$0 * width + px] }
            let row = (0..<width).map { left[py * width + $0] / left[pivot] }
            for y in 0..<height where column[y] != 0 {
                for x in 0..<width { left[y * width + x] -= column[y] * row[x] }
            }
            terms.append(balanced(column, row))
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
