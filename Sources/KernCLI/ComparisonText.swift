import Pixels
import Programs

/// What `compare` says.
struct ComparisonText {
    let comparison: Comparison
    /// Levels of the coarser of the two pictures; nil where both are float.
    let top: Double?
    let lines: [String]
    /// A sentence for each bound that does not hold.
    let broken: [String]

    init(_ comparison: Comparison, _ headers: [PictureHeader], _ bounds: Compare.Bounds) {
        self.comparison = comparison
        let top = headers.compactMap(\.depth.top).min()
        self.top = top
        func levels(_ value: Double) -> String {
            top.map { " (\(NumberText.short(value * $0)) of \(Int($0)))" } ?? ""
        }
        let ssim = comparison.ssim.map { NumberText.fixed($0, places: 6) }
        let psnr = comparison.psnr.isFinite ? NumberText.fixed(comparison.psnr, places: 3) + " dB" : "infinite"
        let worst = comparison.isIdentical ? "" : " at \(comparison.worst.x),\(comparison.worst.y)"
        lines =
            (comparison.isIdentical ? ["identical"] : [])
            + [
                "max error     \(NumberText.short(comparison.maxError))\(levels(comparison.maxError))\(worst)",
                "mean error    \(NumberText.short(comparison.meanError))\(levels(comparison.meanError))",
                "PSNR          \(psnr)",
                "SSIM          \(ssim ?? "none: the pictures are smaller than its window of 11x11")",
            ]
        broken = ComparisonText.broken(comparison, bounds, levels)
    }

    private static func broken(
        _ comparison: Comparison, _ bounds: Compare.Bounds, _ levels: (Double) -> String
    ) -> [String] {
        var sentences: [String] = []
        // A bound of 2/255 is not broken by the float that two steps of 8 bits come to.
        func exceeds(_ value: Double, _ bound: Double) -> Bool { value > bound + 1e-7 }
        /// Short, unless the two would look alike.
        func text(_ value: Double, beside other: Double) -> String {
            let short = NumberText.short(value)
            return short == NumberText.short(other) ? NumberText.fixed(value, places: 6) : short
        }
        if let bound = bounds.maxError, exceeds(comparison.maxError, bound) {
            sentences.append(
                "the largest error is \(text(comparison.maxError, beside: bound))\(levels(comparison.maxError)), "
                    + "above \(text(bound, beside: comparison.maxError))\(levels(bound))")
        }
        if let bound = bounds.meanError, exceeds(comparison.meanError, bound) {
            sentences.append(
                "the mean error is \(text(comparison.meanError, beside: bound)), above "
                    + text(bound, beside: comparison.meanError))
        }
        if let bound = bounds.minPSNR, comparison.psnr < bound {
            sentences.append("the PSNR is \(NumberText.short(comparison.psnr)) dB, below \(NumberText.short(bound)) dB")
        }
        if let bound = bounds.minSSIM {
            if let ssim = comparison.ssim {
                if ssim < bound {
                    sentences.append(
                        "the SSIM is \(NumberText.fixed(ssim, places: 6)), below \(NumberText.short(bound))")
                }
            } else if !comparison.isIdentical {
                sentences.append("the pictures are smaller than SSIM's window of 11x11, so --min-ssim cannot hold")
            }
        }
        return sentences
    }

    func json(gain: Double?) -> JSON {
        [
            "identical": .bool(comparison.isIdentical), "maxError": .number(comparison.maxError),
            "worst": comparison.isIdentical
                ? .null : .array([.integer(comparison.worst.x), .integer(comparison.worst.y)]),
            "meanError": .number(comparison.meanError), "levels": top.map { .integer(Int($0)) } ?? .null,
            "psnr": .number(comparison.psnr), "ssim": comparison.ssim.map(JSON.number) ?? .null,
            "stretch": gain.map(JSON.number) ?? .null, "holds": .bool(broken.isEmpty),
        ]
    }
}
