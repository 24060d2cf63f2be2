/// Columns and rows in fixed point: what a kernel of few products becomes when its weights are words of 16 bits, its sums
/// down the columns again such words, and its results whole numbers over a power of two. It knows how far off it is.
///
///     gaussian 2: words of 16 bits, off by at most 0.0064 of a level before rounding
struct FixedFactors: Sendable {
    struct Term: Sendable {
        let column: [Int]
        /// Some may need more than 16 bits: they are split.
        let row: [Int]
        /// Sums down the column are shifted down by this, rounded to nearest, and taken less `offset`.
        let shift: Int
        let offset: Int
    }

    let terms: [Term]
    /// A level of the result is 2 to this power.
    let shift: Int
    /// Weights along the row are finer by this power of two: sums of some are shifted down before they are added.
    let fine: Int
    /// What all sums along the row start from, so that the result is less by 128 levels and halves go up.
    let start: Int
    /// Whether results can leave 0…255.
    let clips: Bool
    /// The most that a result can be off before it is rounded, in levels.
    let error: Double

    /// A hundredth of a level.
    static let allowed = 0.01
    /// Scales of a column that are looked at.
    private static let candidates = 256

    /// Nil where the words are too coarse, or too many.
    init?(_ factors: Factors, of kernel: Kernel) {
        let weights = kernel.weights
        let most = 255 * weights.lazy.filter { $0 > 0 }.reduce(0, +)
        let least = 255 * weights.lazy.filter { $0 < 0 }.reduce(0, +)
        // 128 levels below and 127 above are all that 32 bits hold at a shift of 24; half a level is to spare.
        let reach = max(128 - least, most - 127) / 128 - 0.001
        guard reach.isFinite, reach <= 256, !factors.terms.isEmpty else { return nil }
        var shift = 24
        while Double(1 << (24 - shift)) < reach { shift -= 1 }
        for fine in 0...3 {
            let terms = factors.terms.compactMap { FixedFactors.term($0.column, $0.row, bits: shift + fine) }
            guard terms.count == factors.terms.count else { return nil }
            self.init(terms, shift: shift, fine: fine, kernel, clips: least < -0.45 || most > 255.45)
            if error <= FixedFactors.allowed { return }
        }
        return nil
    }

    private init(_ terms: [Term], shift: Int, fine: Int, _ kernel: Kernel, clips: Bool) {
        let level = Double(1 << (shift + fine))
        var (above, below, rounding) = (0.0, 0.0, 0.0)
        for y in 0..<kernel.size.height {
            for x in 0..<kernel.size.width {
                var weight = -kernel.weights[y * kernel.size.width + x]
                for term in terms {
                    weight += Double(term.column[y]) * Double(term.row[x]) / Double(1 << term.shift) / level
                }
                if weight > 0 { above += weight } else { below -= weight }
            }
        }
        var start = (1 << (shift - 1)) - (128 << shift)
        for term in terms {
            rounding += term.shift == 0 ? 0 : 0.5 * Double(term.row.lazy.map { abs($0) }.reduce(0, +)) / level
            start += (term.offset * term.row.reduce(0, +)) >> fine
            // Each sum that is shifted loses less than the least part of the result.
            if fine > 0 { rounding += Double(term.row.count + 1) / Double(1 << shift) }
        }
        (self.terms, self.shift, self.fine, self.start, self.clips) = (terms, shift, fine, start, clips)
        error = 255 * max(above, below) + rounding
    }

    /// The words of one product that come nearest to it: a level of the result has 2 to the power of `bits` parts.
    private static func term(_ column: [Double], _ row: [Double], bits: Int) -> Term? {
        let magnitude = column.lazy.map { abs($0) }.reduce(0, +)
        let mostColumn = (column.lazy.map { abs($0) }.max() ?? 0) / magnitude
        let (column, row) = (column.map { $0 / magnitude }, row.map { $0 * magnitude })
        let rowSum = row.lazy.map { abs($0) }.reduce(0, +)
        // Larger weights would be split into very many words.
        guard magnitude > 0, rowSum > 0, rowSum < 4 else { return nil }
        let level = Double(1 << bits)
        // Of a word between the passes, how many make a level: the more the finer, as long as all sums fit 16 bits.
        let most = 65532 / 255.0
        var best: (error: Double, parts: Double, down: Int)?
        for candidate in 0..<candidates {
            let parts = most * (1 - 0.4 * Double(candidate) / Double(candidates))
            // The finest words down the column that a shift takes to these parts.
            var down = 0
            while down < 22, parts * Double(2 << down) * mostColumn <= 32767 { down += 1 }
            let scale = parts * Double(1 << down)
            if scale * mostColumn > 32767 { continue }
            let columnError = spread(column, scale)
            let rowError = spread(row, level / parts)
            let error =
                255 * max(columnError.above * rowSum + rowError.above, columnError.below * rowSum + rowError.below)
                + (down == 0 ? 0 : 0.5 * rowSum / parts)
            if error < best?.error ?? .infinity { best = (error, parts, down) }
        }
        guard let best else { return nil }
        let words = column.map { Int(($0 * best.parts * Double(1 << best.down)).rounded()) }
        let low = 255 * words.lazy.filter { $0 < 0 }.reduce(0, +)
        let high = 255 * words.lazy.filter { $0 > 0 }.reduce(0, +)
        let offset = (high + low) >> (best.down + 1)
        guard high - low < 1 << 31, (high >> best.down) - offset <= 32766, (low >> best.down) - offset >= -32767
        else { return nil }
        return Term(
            column: words, row: row.map { Int(($0 * level / best.parts).rounded()) }, shift: best.down, offset: offset)
    }

    /// What rounding the weights, times `scale`, to whole numbers adds to them and takes from them.
    private static func spread(_ weights: [Double], _ scale: Double) -> (above: Double, below: Double) {
        var (above, below) = (0.0, 0.0)
        for weight in weights {
            let change = (weight * scale).rounded() - weight * scale
            if change > 0 { above += change } else { below -= change }
        }
        return (above / scale, below / scale)
    }
}
