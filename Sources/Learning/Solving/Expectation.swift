/// What a first look expects of a pixel, by which a second look lets pixels near a clipped end of the range fade out.
///
/// Leaving out what was clipped looks at the result, rounding included, and so prefers errors of one sign. How much a
/// pixel counts here depends on what comes in alone: errors of rounding then cancel out, however their density falls.
struct Expectation {
    /// A weight for each tap, and what is added, in 8-bit levels.
    let weights: [Double]
    /// Whether anything was clipped at 0, and at the top.
    let fadesBelow: Bool
    let fadesAbove: Bool
    /// A level of the picture after, in those of 8 bits.
    let unit: Double

    /// Levels from the end of the range, where a pixel begins to count and where it counts in full.
    private static let start = 1.0
    private static let full = 13.0
    /// How far a pixel may be from what is expected of it.
    private static let margin = 3.0

    /// Whether a pixel of this value may count in part only.
    func mayFade(_ value: Double) -> Bool {
        let reach = (Expectation.full + Expectation.margin) * unit
        return fadesBelow && value < reach || fadesAbove && value > 255 - reach
    }

    /// How much the window with these samples counts, 0…1.
    func share(_ values: [Double]) -> Double {
        var expected = 0.0
        for (index, weight) in weights.enumerated() { expected += weight * values[index] }
        var share = 1.0
        if fadesBelow { share = min(share, Expectation.fade(expected / unit)) }
        if fadesAbove { share = min(share, Expectation.fade((255 - expected) / unit)) }
        return share
    }

    /// From 0 to 1 without a corner.
    private static func fade(_ distance: Double) -> Double {
        let t = min(1, max(0, (distance - start) / (full - start)))
        return t * t * (3 - 2 * t)
    }
}
