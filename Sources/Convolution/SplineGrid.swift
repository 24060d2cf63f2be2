#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A smooth row of weights on a coarse grid: cubic splines take the pixels onto every `spacing`-th position, a few
/// weights act there, and the same splines lead back. What a tap costs then falls with the square of the spacing.
///
/// The weights on the grid are the best in the sense of least squares, over all positions of a pixel between grid
/// points; `error` is what came of it, found by looking at every one of them.
struct SplineGrid: Sendable {
    let spacing: Int
    /// The tap on the grid that `weights[0]` stands for.
    let firstTap: Int
    let weights: [Double]
    /// The most that a result can be off where all pixels lie in 0…1.
    let error: Double

    /// How far the grid's weights reach beyond the row's ends.
    private static let margin = 3

    /// The coarsest grid on which `row` is off by at most `error`, or nil where there is none worth having.
    init?(_ row: [Double], error allowed: Double) {
        var spacing = (row.count + 43) / 44
        for _ in 0..<8 where spacing >= 2 {
            let grid = SplineGrid(row, spacing: spacing)
            if grid.error <= allowed {
                self = grid
                return
            }
            // A row with corners stays far off on every grid.
            if !grid.error.isFinite || grid.error > 25 * GridConvolution.allowed { return nil }
            spacing = min(spacing - 1, spacing * 85 / 100)
        }
        return nil
    }

    private init(_ row: [Double], spacing d: Int) {
        let first = -SplineGrid.margin
        let count = (row.count - 1) / d + 1 + 2 * SplineGrid.margin
        // What a pixel at y adds to output p through tap 0, for p in 0..<d and y in −3d..<4d.
        let passes = (0..<d).map { p in
            (0..<7 * d).map { y in SplineGrid.passed(from: y - 3 * d, to: p, spacing: d) }
        }
        var right = [Double](repeating: 0, count: count)
        var band = [Double](repeating: 0, count: 7)
        for (p, pass) in passes.enumerated() {
            for (index, value) in pass.enumerated() {
                for m in 0..<count {
                    let tap = index - 3 * d + (m + first) * d - p
                    if row.indices.contains(tap) { right[m] += value * row[tap] }
                }
                for k in 0..<7 where index - k * d >= 0 { band[k] += value * pass[index - k * d] }
            }
        }
        let found = SplineGrid.solve(band: band, right)
        // A flat area comes out as it should whatever the shape is off by: a change of some millionths.
        let gain = row.reduce(0, +) / (found.reduce(0, +) * passes[0].reduce(0, +))
        let weights = abs(gain - 1) < 1e-3 ? found.map { $0 * gain } : found
        self.spacing = d
        firstTap = first
        self.weights = weights
        error = SplineGrid.error(of: weights, firstTap: first, passes, row)
    }

    /// What goes from a pixel at `y` over the grid's points to output `p`.
    private static func passed(from y: Int, to p: Int, spacing d: Int) -> Double {
        (-1...2).reduce(0) { (sum: Double, point: Int) -> Double in
            let there = spline(Double(p - point * d) / Double(d))
            let here = spline(Double(y - point * d) / Double(d))
            return sum + there * here
        }
    }

    /// The cubic B-spline: what a grid point counts at distance `u`, in grid steps.
    static func spline(_ u: Double) -> Double {
        let u = abs(u)
        if u >= 2 { return 0 }
        return u < 1 ? (4 - 6 * u * u + 3 * u * u * u) / 6 : (2 - u) * (2 - u) * (2 - u) / 6
    }

    /// Solves the symmetric system whose diagonals are all constant (`band`), by Cholesky's factors.
    private static func solve(band: [Double], _ right: [Double]) -> [Double] {
        let n = right.count
        let width = band.count
        // lower[i][k] stands in row i, k columns before the diagonal.
        var lower = [[Double]](repeating: [Double](repeating: 0, count: width), count: n)
        for i in 0..<n {
            for k in (0..<min(width, i + 1)).reversed() {
                let j = i - k
                var sum = band[k]
                for t in max(0, i - width + 1, j - width + 1)..<j { sum -= lower[i][i - t] * lower[j][j - t] }
                lower[i][k] = k == 0 ? sum.squareRoot() : sum / lower[j][0]
            }
        }
        var x = right
        for i in 0..<n {
            for k in 1..<width where k <= i { x[i] -= lower[i][k] * x[i - k] }
            x[i] /= lower[i][0]
        }
        for i in (0..<n).reversed() {
            for k in 1..<width where i + k < n { x[i] -= lower[i + k][k] * x[i + k] }
            x[i] /= lower[i][0]
        }
        return x
    }

    /// The larger of the sums of positive and of negative differences, for the worst position between grid points.
    private static func error(of weights: [Double], firstTap: Int, _ passes: [[Double]], _ row: [Double]) -> Double {
        let d = passes.count
        let start = (firstTap - 3) * d
        var worst = 0.0
        for (p, pass) in passes.enumerated() {
            var difference = [Double](repeating: 0, count: (weights.count + 6) * d)
            for (m, weight) in weights.enumerated() {
                for (index, value) in pass.enumerated() { difference[m * d + index] += weight * value }
            }
            for (tap, weight) in row.enumerated() { difference[tap + p - start] -= weight }
            var (above, below) = (0.0, 0.0)
            for value in difference { if value > 0 { above += value } else { below -= value } }
            worst = max(worst, above, below)
            if !worst.isFinite || above.isNaN || below.isNaN { return .infinity }
        }
        return worst
    }
}
