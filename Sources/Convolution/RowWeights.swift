import CLanes
import Pixels

/// The weights of a sum of rows, in the precision it is kept in.
struct RowWeights: Sendable {
    private let single: [Float]
    private let double: [Double]

    init(_ weights: [Double], isExact: Bool) {
        single = isExact ? [] : weights.map { Float($0) }
        double = isExact ? weights : []
    }

    var count: Int { max(single.count, double.count) }

    // out[x] = bias + Σ over t of weights[t] · rows[t][x]
    func sum(
        _ rows: [UnsafePointer<Float>?], bias: Double = 0, into out: UnsafeMutablePointer<Float>, count: Int,
        _ lanes: Lanes
    ) {
        if double.isEmpty {
            lanes.loops.pointee.weighted_sum(out, count, rows, single, single.count, Float(bias))
        } else {
            lanes.loops.pointee.weighted_sum_exact(out, count, rows, double, double.count, bias)
        }
    }

    // Four rows: out[i][x] = Σ over t of weights[t] · rows[i + t][x], bit for bit as `sum` has them.
    func columnSums(
        _ rows: [UnsafePointer<Float>?], into out: [UnsafeMutablePointer<Float>?], count: Int, _ lanes: Lanes
    ) {
        lanes.loops.pointee.column_sums(out, count, rows, single, single.count)
    }

    // Four rows of whole windows, likewise: out[i][x] = bias + Σ over ky, kx of weights[ky·w + kx] · rows[i + ky][x + kx]
    func windowSums(
        _ rows: [UnsafePointer<Float>?], size: Size, bias: Double, into out: [UnsafeMutablePointer<Float>?], count: Int,
        _ lanes: Lanes
    ) {
        lanes.loops.pointee.window_sums(out, count, rows, single, size.width, size.height, Float(bias))
    }

    // The magnitude of these windows and of another's, out[i][x] = √(a² + b²)
    func magnitudes(
        with other: RowWeights, _ rows: [UnsafePointer<Float>?], size: Size, into out: [UnsafeMutablePointer<Float>?],
        count: Int, _ lanes: Lanes
    ) {
        lanes.loops.pointee.magnitude_sums(out, count, rows, single, other.single, size.width, size.height)
    }
}
