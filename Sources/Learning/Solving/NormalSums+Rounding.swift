/// What rounding does to least squares where the picture was clipped.
///
/// Within one level the error of rounding, r = z − y, is as often positive as negative only if the true values y are
/// spread evenly over the level. Where their density h falls, more of them lie below the level than above it:
/// Σ r v over a level is −σ² h′(z) for the density h of v, σ² = 1/12 if y can be anything. Summed over all levels that
/// cancels out; if levels are left out at the ends it is σ² (h(low end) − h(high end)), which for an edge filter, most of
/// whose answers are near 0, is some tenths of a percent of the kernel. It is known, so it is taken off.
extension NormalSums {
    /// What the three levels nearest to the end weigh in the density at the end: exact where that is a parabola.
    private static let weights = [11.0 / 6, -7.0 / 6, 1.0 / 3]

    /// Notes a window whose pixel is `level` of 0…`top`, if that is near an end.
    mutating func noteEdge(_ values: UnsafePointer<Double>, level: Int, top: Int) {
        // A level of the file is so many of the 255 that everything is counted in.
        let unit = 255 / Double(top)
        if (1...3).contains(level) {
            if lowEdge.isEmpty { lowEdge = [Double](repeating: 0, count: count) }
            for index in 0..<count { lowEdge[index] += unit * Self.weights[level - 1] * values[index] }
        } else if (top - 3...top - 1).contains(level) {
            if highEdge.isEmpty { highEdge = [Double](repeating: 0, count: count) }
            for index in 0..<count { highEdge[index] += unit * Self.weights[top - 1 - level] * values[index] }
        }
    }

    /// Whether the pixel's level is one that `noteEdge` takes.
    static func isNearEdge(_ level: Int, top: Int) -> Bool { level <= 3 || level >= top - 3 }

    /// The answers without what rounding with errors of this variance, in levels of the file, added to them.
    func answers(roundedBy variance: Double) -> [Double] {
        var result = answers
        // Only where something was left out at that end does the density end there.
        if !lowEdge.isEmpty, clippedBelow > 0 {
            for index in result.indices { result[index] -= variance * lowEdge[index] }
        }
        if !highEdge.isEmpty, clippedPixels > clippedBelow {
            for index in result.indices { result[index] += variance * highEdge[index] }
        }
        return result
    }
}
