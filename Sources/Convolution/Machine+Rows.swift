import CLanes

extension Machine {
    /// out[x] = Σ over t of weights[t] · rows[t][x].
    package func weightedSum(
        _ out: UnsafeMutablePointer<Float>, _ count: Int, _ rows: [UnsafePointer<Float>?], _ weights: [Float]
    ) {
        lanes.loops.pointee.weighted_sum(out, count, rows, weights, weights.count, 0)
    }
}
