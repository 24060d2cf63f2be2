import CLanes

/// The loops over rows of one instruction level that steps use: points, and branches into one.
///
/// - A row is good for `count` samples, and `out` is none of the rows that come in.
package struct RowLoops: @unchecked Sendable {
    // A constant table of plain C functions, which any thread may call.
    let loops: UnsafePointer<kern_lanes>

    package init(_ lanes: Lanes) { loops = lanes.loops }

    /// What becomes of one sample by itself.
    package struct Point {
        /// The loop's number for it, and its numbers.
        let code: (kern_point_rule, Float, Float)

        private init(_ rule: kern_point_rule, _ a: Float = 0, _ b: Float = 0) {
            code = (rule, a, b)
        }

        package static var absolute: Point { Point(KERN_POINT_ABSOLUTE) }
        package static var invert: Point { Point(KERN_POINT_INVERT) }
        package static func scale(_ factor: Float) -> Point { Point(KERN_POINT_SCALE, factor) }
        package static func offset(_ amount: Float) -> Point { Point(KERN_POINT_OFFSET, amount) }
        package static func threshold(_ level: Float) -> Point { Point(KERN_POINT_THRESHOLD, level) }
        package static func clamp(low: Float, high: Float) -> Point { Point(KERN_POINT_CLAMP, low, high) }
        package static var square: Point { Point(KERN_POINT_SQUARE) }
        package static var root: Point { Point(KERN_POINT_ROOT) }
        package static var relu: Point { Point(KERN_POINT_RELU) }
        package static func leaky(_ slope: Float) -> Point { Point(KERN_POINT_LEAKY, slope) }
        package static func elu(_ alpha: Float) -> Point { Point(KERN_POINT_ELU, alpha) }
        package static var gelu: Point { Point(KERN_POINT_GELU) }
        package static var silu: Point { Point(KERN_POINT_SILU) }
        package static var sigmoid: Point { Point(KERN_POINT_SIGMOID) }
        package static var tanh: Point { Point(KERN_POINT_TANGENT) }
        package static func gamma(_ gamma: Float) -> Point { Point(KERN_POINT_POWER, gamma) }
        package static var toLinear: Point { Point(KERN_POINT_TO_LINEAR) }
        package static var fromLinear: Point { Point(KERN_POINT_FROM_LINEAR) }
    }

    package func point(
        _ row: UnsafePointer<Float>, _ point: Point, into out: UnsafeMutablePointer<Float>, _ count: Int
    ) {
        let (code, a, b) = point.code
        loops.pointee.point(out, row, count, code, a, b)
    }

    /// values[k] for each sample, which is k / 255.
    package func lookUp(
        _ row: UnsafePointer<Float>, in values: [Float], into out: UnsafeMutablePointer<Float>, _ count: Int
    ) {
        loops.pointee.look_up(out, row, count, values)
    }

    /// out[x] = e^(row[x] − largest[x]), rounded from a double that is added to sums[x].
    package func powers(
        _ row: UnsafePointer<Float>, below largest: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>,
        addingTo sums: UnsafeMutablePointer<Double>, _ count: Int
    ) {
        loops.pointee.powers(out, sums, row, largest, count)
    }

    /// Which samples are at least `least`: bit x % 64 of word x / 64.
    package func reaching(
        _ least: Float, _ row: UnsafePointer<Float>, _ count: Int, into words: UnsafeMutablePointer<UInt64>
    ) {
        loops.pointee.reaching(words, row, count, least)
    }

    /// How the samples of branches become one.
    package enum Combination {
        case add
        case subtract
        case multiply
        case mean
        case maximum
        case minimum
        case hypotenuse
        /// The direction of the first two, in turns.
        case angle

        fileprivate var code: kern_combine_rule {
            switch self {
            case .add: KERN_COMBINE_ADD
            case .subtract: KERN_COMBINE_SUBTRACT
            case .multiply: KERN_COMBINE_MULTIPLY
            case .mean: KERN_COMBINE_MEAN
            case .maximum: KERN_COMBINE_MAXIMUM
            case .minimum: KERN_COMBINE_MINIMUM
            case .hypotenuse: KERN_COMBINE_HYPOTENUSE
            case .angle: KERN_COMBINE_ANGLE
            }
        }
    }

    /// One row from two.
    package func combine(
        _ first: UnsafePointer<Float>, _ second: UnsafePointer<Float>, _ rule: Combination,
        into out: UnsafeMutablePointer<Float>, _ count: Int
    ) {
        withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: 2) { rows in
            rows[0] = first
            rows[1] = second
            loops.pointee.combine(out, count, rows.baseAddress, 2, rule.code)
        }
    }

    /// One row from several: in their order, each product and sum rounded for itself.
    package func combine(
        _ rows: [UnsafePointer<Float>?], _ rule: Combination, into out: UnsafeMutablePointer<Float>, _ count: Int
    ) {
        precondition(rows.count > 1, "branches are combined, \(rows.count) is none")
        loops.pointee.combine(out, count, rows, rows.count, rule.code)
    }

    /// 0 where neither of both rows is more than `least`, whatever its sign.
    package func clear(
        _ out: UnsafeMutablePointer<Float>, whereFaint first: UnsafePointer<Float>, _ second: UnsafePointer<Float>,
        least: Float, _ count: Int
    ) {
        loops.pointee.clear_faint(out, first, second, least, count)
    }

    /// out[x] lies shares[x] of the way from row[first[x]] to the sample behind it.
    package func between(
        _ row: UnsafePointer<Float>, first: [Int32], shares: [Double], into out: UnsafeMutablePointer<Float>,
        _ count: Int
    ) {
        loops.pointee.between(out, row, first, shares, count)
    }

    /// Each sample divided by its weight, or 0 where the weight is no more than `least`.
    package func unweight(
        _ row: UnsafePointer<Float>, by weights: UnsafePointer<Float>, above least: Float,
        into out: UnsafeMutablePointer<Float>, _ count: Int
    ) {
        loops.pointee.unweight(out, row, weights, least, count)
    }

    /// From `other` at weight 0 to `row` at weight 1; at the ends the very samples.
    package func blend(
        _ row: UnsafePointer<Float>, over other: UnsafePointer<Float>, by weights: UnsafePointer<Float>,
        into out: UnsafeMutablePointer<Float>, _ count: Int
    ) {
        loops.pointee.blend(out, other, row, weights, count)
    }

    /// The weight that colours are blended by where what is blended is transparent itself: each counts as much as it shows.
    package func blendShare(
        _ weights: UnsafePointer<Float>, alpha: UnsafePointer<Float>, other: UnsafePointer<Float>,
        into out: UnsafeMutablePointer<Float>, _ count: Int
    ) {
        loops.pointee.blend_share(out, weights, alpha, other, count)
    }

    /// Magnitudes where they are largest along the gradient, else 0. The magnitude rows begin one sample before the
    /// others and end one behind them.
    package func ridge(
        _ gx: UnsafePointer<Float>, _ gy: UnsafePointer<Float>, above: UnsafePointer<Float>,
        own: UnsafePointer<Float>, below: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>, _ count: Int
    ) {
        loops.pointee.ridge(out, gx, gy, above, own, below, count)
    }
}

extension Machine {
    package var rowLoops: RowLoops { RowLoops(lanes) }
}
