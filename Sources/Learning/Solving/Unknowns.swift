/// The unknowns of one output: each tap is one of them, or several taps are the same.
struct Unknowns {
    /// For each tap its unknown.
    let ofTap: [Int]
    let count: Int
    /// The last unknown is what is added to every pixel.
    let hasOffset: Bool

    /// - Parameter symmetry: for each tap of a kernel the tap it equals.
    init(kernels: Int, taps: Int, symmetry: [Int]?, hasOffset: Bool) {
        var ofTap: [Int] = []
        var next = 0
        for _ in 0..<kernels {
            let base = ofTap.count
            for tap in 0..<taps {
                let same = symmetry?[tap] ?? tap
                if same == tap {
                    ofTap.append(next)
                    next += 1
                } else {
                    ofTap.append(ofTap[base + same])
                }
            }
        }
        self.ofTap = ofTap
        self.hasOffset = hasOffset
        count = next + (hasOffset ? 1 : 0)
    }

    /// Tᵀ v for the values of all taps and the 1 behind them.
    func tie(_ values: [Double]) -> [Double] {
        var tied = [Double](repeating: 0, count: count)
        for (tap, unknown) in ofTap.enumerated() { tied[unknown] += values[tap] }
        if hasOffset { tied[count - 1] = values[ofTap.count] }
        return tied
    }

    /// Tᵀ M T
    func tie(matrix: [Double]) -> [Double] {
        let n = ofTap.count + 1
        var tied = [Double](repeating: 0, count: count * count)
        let all = hasOffset ? ofTap + [count - 1] : ofTap
        for (i, u) in all.enumerated() {
            for (j, v) in all.enumerated() { tied[u * count + v] += matrix[i * n + j] }
        }
        return tied
    }

    /// What each unknown adds to the sum of all weights.
    var multiplicities: [Double] {
        var result = [Double](repeating: 0, count: count)
        for unknown in ofTap { result[unknown] += 1 }
        return result
    }

    /// The weights of all taps.
    func weights(_ solution: [Double]) -> [Double] { ofTap.map { solution[$0] } }

    func offset(_ solution: [Double]) -> Double { hasOffset ? solution[count - 1] : 0 }
}
