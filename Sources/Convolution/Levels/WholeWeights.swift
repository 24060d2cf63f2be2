import CLanes
import Pixels

/// A kernel's weights as whole numbers over one divisor: `[1 2 1]/4`, a box, a Laplacian.
struct WholeWeights: Sendable {
    let size: Size
    let numerators: [Int]
    let divisor: Int

    /// The largest divisor that is looked for.
    private static let largestDivisor = 1 << 16

    /// Nil where the weights are none to the last bits of a double.
    init?(_ kernel: Kernel) {
        let weights = kernel.weights
        guard let least = weights.lazy.map({ abs($0) }).filter({ $0 > 0 }).min() else { return nil }
        // The least weight is a small number of parts, so the divisor is such a multiple of its inverse.
        for parts in 1...64 {
            let divisor = (Double(parts) / least).rounded()
            guard divisor >= 1, divisor <= Double(WholeWeights.largestDivisor) else {
                if divisor > Double(WholeWeights.largestDivisor) { return nil }
                continue
            }
            let isWhole = weights.allSatisfy { (weight: Double) -> Bool in
                let part = weight * divisor
                return abs(part) < 0x1p20 && abs(part - part.rounded()) <= abs(part) * 0x1p-48
            }
            if isWhole {
                size = kernel.size
                numerators = weights.map { Int(($0 * divisor).rounded()) }
                self.divisor = Int(divisor)
                return
            }
        }
        return nil
    }

    /// What the sums of a window can be at least and at most, of levels.
    var least: Int { 255 * numerators.lazy.filter { $0 < 0 }.reduce(0, +) }
    var most: Int { 255 * numerators.lazy.filter { $0 > 0 }.reduce(0, +) }

    /// How its sums become levels; nil where these do not fit.
    var scale: kern_level_scale? {
        guard most - least < 1 << 24 else { return nil }
        let clips = 2 * least + divisor < 0 || 2 * most > 511 * divisor
        let part = 1 / Double(divisor)
        return kern_level_scale(
            divisor: Int32(divisor), factor: Float(part), nudge: Float(0.5 + 0.25 * part),
            most: Float(256 + 0.5 * part),
            clips: clips)
    }

    /// The same from sums of 16 bits that start from `bias`; nil where these, or what is multiplied, do not fit.
    func narrowScale(bias: Int) -> kern_narrow_scale? {
        guard bias >= -least, most + bias <= 65535, divisor >= 2, divisor <= 256 else { return nil }
        // Halves go up: (sum + ⌊divisor / 2⌋) / divisor, rounded down.
        let half = divisor / 2
        let (less, more) = (max(0, bias - half), max(0, half - bias))
        let top = 256 * divisor - 1
        guard most + bias - less + more < 65535 else { return nil }
        var shift = 0
        while (1 << (17 + shift)) / divisor < 65535 { shift += 1 }
        // The inverse rounded up, or rounded down for sums that are larger by one: one of them is nearly always right.
        let exact = [0, 1].lazy.map { (extra: $0, factor: ((1 << (16 + shift)) + (divisor - 1) * (1 - $0)) / divisor) }
        let found = exact.first { extra, factor in
            func level(_ sum: Int) -> Int { ((sum + extra) * factor) >> (16 + shift) }
            return factor <= 65535 && top + extra <= 65535 && level(top) == 255
                && (1...255).allSatisfy { level($0 * divisor - 1) == $0 - 1 && level($0 * divisor) == $0 }
        }
        guard let (extra, factor) = found else { return nil }
        let (low, high) = (bias - half, bias + 511 * divisor / 2)
        return kern_narrow_scale(
            less: UInt16(less), more: UInt16(more + extra), most: UInt16(top + extra), factor: UInt16(factor),
            shift: UInt16(shift),
            low: UInt16(max(0, low)), high: UInt16(min(65535, high)), clips: scale?.clips ?? true)
    }
}
