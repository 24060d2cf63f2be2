#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A symmetric system with no negative direction, factored once: M = L Lᵀ after its unknowns were brought to one scale.
///
/// What the equations say nothing about is held at 0 by a trace of ridge, whose effect on everything else is taken back by
/// refinement.
struct LinearSystem {
    let count: Int
    private let matrix: [Double]
    private let scale: [Double]
    private var factor: [Double]
    /// Pivots below this part of their diagonal are rounding, not information.
    static let blindness = 1e-11

    /// How many unknowns, of those not determined by the others, the equations say nothing about.
    private(set) var blindCount = 0

    init(_ matrix: [Double], count: Int) {
        self.count = count
        self.matrix = matrix
        scale = (0..<count).map { matrix[$0 * count + $0] > 0 ? 1 / matrix[$0 * count + $0].squareRoot() : 0 }
        factor = matrix
        for i in 0..<count {
            for j in 0..<count { factor[i * count + j] *= scale[i] * scale[j] }
        }
        for i in 0..<count { factor[i * count + i] += LinearSystem.blindness / 10 }
        decompose()
    }

    /// Row-oriented Cholesky: the inner product runs along two rows.
    private mutating func decompose() {
        let n = count
        var blind = 0
        factor.withUnsafeMutableBufferPointer { l in
            for i in 0..<n {
                for j in 0...i {
                    var sum = l[i * n + j]
                    for k in 0..<j { sum -= l[i * n + k] * l[j * n + k] }
                    if i == j {
                        if sum < LinearSystem.blindness { blind += 1 }
                        l[i * n + i] = max(sum, LinearSystem.blindness / 10).squareRoot()
                    } else {
                        l[i * n + j] = sum / l[j * n + j]
                    }
                }
            }
        }
        blindCount = blind
    }

    /// M x = b.
    func solve(_ b: [Double]) -> [Double] {
        var x = substitute(b)
        for _ in 0..<3 {
            let rest = zip(b, image(of: x)).map { $0 - $1 }
            for (index, step) in substitute(rest).enumerated() { x[index] += step }
        }
        return x
    }

    private func substitute(_ b: [Double]) -> [Double] {
        let n = count
        var x = zip(b, scale).map { $0 * $1 }
        for i in 0..<n {
            var sum = x[i]
            for k in 0..<i { sum -= factor[i * n + k] * x[k] }
            x[i] = sum / factor[i * n + i]
        }
        for i in (0..<n).reversed() {
            x[i] /= factor[i * n + i]
            let value = x[i]
            for k in 0..<i { x[k] -= factor[i * n + k] * value }
        }
        return zip(x, scale).map { $0 * $1 }
    }

    /// M x
    func image(of x: [Double]) -> [Double] { LinearSystem.image(matrix, x) }

    private static func image(_ matrix: [Double], _ x: [Double]) -> [Double] {
        let count = x.count
        return (0..<count).map { i in
            var sum = 0.0
            for j in 0..<count { sum += matrix[i * count + j] * x[j] }
            return sum
        }
    }

    /// xᵀ M x, for which nothing need be factored.
    static func form(_ matrix: [Double], _ x: [Double]) -> Double {
        zip(x, image(matrix, x)).reduce(0) { $0 + $1.0 * $1.1 }
    }

    /// xᵀ M⁻¹ x, for the variance of Σ x · unknowns.
    func inverseForm(_ x: [Double]) -> Double {
        let n = count
        var half = zip(x, scale).map { $0 * $1 }
        var total = 0.0
        // L⁻¹ x begins where x does.
        let first = half.firstIndex { $0 != 0 } ?? n
        for i in first..<n {
            var sum = half[i]
            for k in first..<i { sum -= factor[i * n + k] * half[k] }
            half[i] = sum / factor[i * n + i]
            total += half[i] * half[i]
        }
        return total
    }
}
