import CLanes

/// The loops that learning needs: over stretches of samples, whatever rows they are.
extension RowLoops {
    /// out[x] = gradient[x] · the slope of `rule` at row[x].
    package func slope(
        _ row: UnsafePointer<Float>, _ rule: Point, times gradient: UnsafePointer<Float>,
        into out: UnsafeMutablePointer<Float>, _ count: Int
    ) {
        let (code, a, b) = rule.code
        loops.pointee.point_slope(out, gradient, row, count, code, a, b)
    }

    /// Σ a[x] and Σ a[x] · b[x], in double and in an order that depends on `count` alone.
    package func sums(
        _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int, rows: Int = 1, apart step: Int = 0
    ) -> (plain: Double, products: Double) {
        var sums = (0.0, 0.0)
        withUnsafeMutableBytes(of: &sums) {
            loops.pointee.sums($0.assumingMemoryBound(to: Double.self).baseAddress, a, b, count, rows, step)
        }
        return (plain: sums.0, products: sums.1)
    }

    /// The smallest and the largest sample that is a number; infinity and its negative where there is none.
    package func extremes(_ row: UnsafePointer<Float>, _ count: Int) -> (low: Float, high: Float) {
        var range = (Float.infinity, -Float.infinity)
        withUnsafeMutableBytes(of: &range) {
            loops.pointee.extremes($0.assumingMemoryBound(to: Float.self).baseAddress, row, count)
        }
        return (low: range.0, high: range.1)
    }

    /// out[x] = row[x] · factor + amount; `out` may be `row`.
    package func affine(
        _ row: UnsafePointer<Float>, _ factor: Float, _ amount: Float, into out: UnsafeMutablePointer<Float>,
        _ count: Int
    ) {
        loops.pointee.affine(out, row, count, factor, amount)
    }

    /// out[x] = a[x] · p + b[x] · q + amount
    package func affine(
        _ a: UnsafePointer<Float>, _ p: Float, _ b: UnsafePointer<Float>, _ q: Float, plus amount: Float,
        into out: UnsafeMutablePointer<Float>, _ count: Int
    ) {
        loops.pointee.affine_pair(out, a, b, count, p, q, amount)
    }

    /// out[x] = row[x] · factor + amount, 0 where that is negative.
    package func rectified(
        _ row: UnsafePointer<Float>, _ scaling: (factor: Float, amount: Float),
        into out: UnsafeMutablePointer<Float>, _ count: Int
    ) {
        loops.pointee.affine_rectified(out, row, count, scaling.factor, scaling.amount)
    }

    /// Σ g and Σ g · row[x], where g is the gradient behind what `rectified` left above 0.
    package func sums(
        _ gradient: UnsafePointer<Float>, behind scaling: (factor: Float, amount: Float),
        of row: UnsafePointer<Float>, _ count: Int, rows: Int, apart step: Int
    ) -> (plain: Double, products: Double) {
        var sums = (0.0, 0.0)
        withUnsafeMutableBytes(of: &sums) {
            loops.pointee.rectified_sums(
                $0.assumingMemoryBound(to: Double.self).baseAddress, gradient, row, count, rows, step,
                scaling.factor, scaling.amount)
        }
        return (plain: sums.0, products: sums.1)
    }

    /// out[x] = g · p + row[x] · q + amount, where g is the gradient behind what `rectified` left above 0.
    package func affine(
        _ gradient: UnsafePointer<Float>, _ p: Float, behind scaling: (factor: Float, amount: Float),
        of row: UnsafePointer<Float>, _ q: Float, plus amount: Float, into out: UnsafeMutablePointer<Float>,
        _ count: Int
    ) {
        loops.pointee.rectified_pair(out, gradient, row, count, [p, q, amount], scaling.factor, scaling.amount)
    }

    /// out[x] += row[x] · factor
    package func add(
        _ row: UnsafePointer<Float>, times factor: Float = 1, to out: UnsafeMutablePointer<Float>, _ count: Int
    ) {
        loops.pointee.add_scaled(out, row, count, factor)
    }

    /// Each sample `times` times.
    package func spread(
        _ row: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>, _ count: Int, times: Int
    ) {
        if times == 1 { return out.update(from: row, count: count) }
        loops.pointee.spread_groups(out, row, count, times)
    }

    /// Leaves samples out at random and scales the others.
    package func dropOut(
        _ row: UnsafePointer<Float>, key: UInt64, threshold: UInt32, scale: Float,
        into out: UnsafeMutablePointer<Float>, _ count: Int
    ) {
        loops.pointee.drop_out(out, row, count, key, threshold, scale)
    }
}
