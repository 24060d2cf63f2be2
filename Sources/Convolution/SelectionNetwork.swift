/// Comparisons in a fixed order that bring the wanted ranks of some wires to known wires (Batcher's odd-even merges),
/// without those comparisons that no wanted rank depends on.
struct SelectionNetwork: Sendable {
    let inputs: Int
    /// Two wires for each comparison: the smaller value goes to the first.
    private(set) var pairs: [UInt8] = []
    /// The wires of the wanted ranks.
    private(set) var wires: [UInt8] = []

    var comparisons: Int { pairs.count / 2 }

    /// - Parameters:
    ///   - runs: how many groups of wires there are, each already sorted.
    ///   - length: wires in each.
    init(ranks: [Int], ofRuns runs: Int, length: Int) {
        inputs = runs * length
        let sorted = merge((0..<runs).map { run in (0..<length).map { UInt8(run * length + $0) } })
        wires = ranks.map { sorted[$0] }
        prune()
    }

    private mutating func merge(_ runs: [[UInt8]]) -> [UInt8] {
        if runs.count == 1 { return runs[0] }
        let half = runs.count / 2
        let first = merge(Array(runs[..<half]))
        return merge(first, merge(Array(runs[half...])))
    }

    // v = the odd ones of both, merged; w = the even ones; then v₁, w₁ : v₂, w₂ : v₃, … (Knuth, volume 3, 5.3.4)
    private mutating func merge(_ a: [UInt8], _ b: [UInt8]) -> [UInt8] {
        if a.isEmpty || b.isEmpty { return a + b }
        if a.count == 1, b.count == 1 {
            pairs += [a[0], b[0]]
            return a + b
        }
        let v = merge(every(2, of: a, from: 0), every(2, of: b, from: 0))
        let w = merge(every(2, of: a, from: 1), every(2, of: b, from: 1))
        var result = [v[0]]
        for index in 0..<max(w.count, v.count - 1) {
            if index < w.count, index + 1 < v.count { pairs += [w[index], v[index + 1]] }
            if index < w.count { result.append(w[index]) }
            if index + 1 < v.count { result.append(v[index + 1]) }
        }
        return result
    }

    private func every(_ step: Int, of wires: [UInt8], from first: Int) -> [UInt8] {
        stride(from: first, to: wires.count, by: step).map { wires[$0] }
    }

    private mutating func prune() {
        var wanted = Set(wires)
        var kept: [UInt8] = []
        for index in stride(from: pairs.count - 2, through: 0, by: -2)
        where wanted.contains(pairs[index]) || wanted.contains(pairs[index + 1]) {
            wanted.formUnion([pairs[index], pairs[index + 1]])
            kept += [pairs[index + 1], pairs[index]]
        }
        pairs = kept.reversed()
    }
}
