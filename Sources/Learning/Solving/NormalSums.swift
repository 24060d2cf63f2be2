import Convolution

/// The normal equations of least squares for one output channel: sums over pixels, in squares of 8-bit levels.
///
/// A pixel's values are v = (the samples under its window…, 1) and z, what it became. Sums over all windows are cheap
/// (they are correlations of the picture with itself), so what may not count is summed apart and taken off in the end.
struct NormalSums {
    /// Samples under a window, and the 1 behind them.
    let count: Int
    /// Σ v vᵀ over all windows, the upper triangle.
    var products: [Double]
    /// Σ z v over the windows that count.
    var answers: [Double]
    /// Σ z² over them.
    var squares = 0.0
    /// How many they are.
    var pixels = 0.0
    /// Σ of the square of how many times larger errors of rounding are in them than in the file: linear light changes that.
    var slopes = 0.0
    /// Σ v vᵀ over windows that never count: those with something transparent in them, and the part of others that is
    /// withheld. Empty where there are none.
    var transparent: [Double] = []
    var transparentPixels = 0.0
    /// The same four for pixels at the end of the range, whose true value is not known.
    var clipped: [Double] = []
    var clippedAnswers: [Double] = []
    var clippedSquares = 0.0
    var clippedPixels = 0.0
    /// Those of them at 0.
    var clippedBelow = 0.0
    /// Σ v a level where what counts begins and ends: see `NormalSums+Rounding`.
    var lowEdge: [Double] = []
    var highEdge: [Double] = []

    init(count: Int) {
        self.count = count
        products = [Double](repeating: 0, count: count * count)
        answers = [Double](repeating: 0, count: count)
    }

    mutating func add(_ other: NormalSums) {
        func sum(_ a: [Double], _ b: [Double]) -> [Double] {
            a.isEmpty ? b : b.isEmpty ? a : zip(a, b).map { $0 + $1 }
        }
        products = sum(products, other.products)
        answers = sum(answers, other.answers)
        squares += other.squares
        pixels += other.pixels
        slopes += other.slopes
        transparent = sum(transparent, other.transparent)
        transparentPixels += other.transparentPixels
        clipped = sum(clipped, other.clipped)
        clippedAnswers = sum(clippedAnswers, other.clippedAnswers)
        clippedSquares += other.clippedSquares
        clippedPixels += other.clippedPixels
        clippedBelow += other.clippedBelow
        lowEdge = sum(lowEdge, other.lowEdge)
        highEdge = sum(highEdge, other.highEdge)
    }

    /// Σ v vᵀ over what counts, both triangles.
    func matrix(includingClipped: Bool) -> [Double] {
        var matrix = products
        for off in includingClipped ? [transparent] : [transparent, clipped] where !off.isEmpty {
            for index in matrix.indices { matrix[index] -= off[index] }
        }
        for i in 0..<count {
            for j in 0..<i { matrix[i * count + j] = matrix[j * count + i] }
        }
        return matrix
    }

    enum Kind {
        case transparent
        case clipped(value: Double)
        /// Counts only in part: this is what does not.
        case withheld(share: Double)
    }

    private mutating func withhold(_ values: UnsafePointer<Double>, _ share: Double, _ machine: Machine) {
        if transparent.isEmpty { transparent = [Double](repeating: 0, count: count * count) }
        transparent.withUnsafeMutableBufferPointer { sums in
            if let base = sums.baseAddress { machine.addOuter(base, values, count, weight: share) }
        }
    }

    /// A window that does not count.
    mutating func exclude(_ values: UnsafePointer<Double>, _ kind: Kind, _ machine: Machine) {
        switch kind {
        case .transparent:
            withhold(values, 1, machine)
            transparentPixels += 1
        case .withheld(let share):
            withhold(values, share, machine)
        case .clipped(let value):
            if clipped.isEmpty {
                clipped = [Double](repeating: 0, count: count * count)
                clippedAnswers = [Double](repeating: 0, count: count)
            }
            clipped.withUnsafeMutableBufferPointer { sums in
                if let base = sums.baseAddress { machine.addOuter(base, values, count, weight: 1) }
            }
            for index in 0..<count { clippedAnswers[index] += value * values[index] }
            clippedSquares += value * value
            clippedPixels += 1
            if value <= 0 { clippedBelow += 1 }
        }
    }
}
