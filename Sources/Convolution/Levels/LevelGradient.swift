import CLanes
import Pixels

/// The magnitude of a gradient, √(a² + b²), of two windows of whole weights, or of one: exact.
package struct LevelGradient: LevelFilter {
    private let ground: LevelGround
    private let size: Size
    private let weights: [UInt32]
    private let divisor: Int

    /// Nil where the windows do not stand alike on 8-bit samples, or their sums are too large.
    package init?(_ first: Convolution, _ second: Convolution?) {
        let both = [first, second ?? first]
        guard let ground = LevelGround(first.geometry, border: first.border, shape: first.input),
            both.allSatisfy({
                $0.bank.isShared && !$0.isExact && $0.geometry == first.geometry && $0.border == first.border
                    && $0.bank.bias.allSatisfy { $0 == 0 } && $0.method != .reference && $0.input == first.input
            }), first.border != .renorm, first.border != .keep,
            let across = WholeWeights(first.bank.kernels[0]), let down = WholeWeights(both[1].bank.kernels[0]),
            across.divisor == down.divisor, across.divisor <= 2,
            [across, down].allSatisfy({ $0.numerators.reduce(0) { $0 + abs($1) } <= 128 && $0.most - $0.least < 32768 }
            ),
            [across, down].allSatisfy({ $0.numerators.allSatisfy { (-128...127).contains($0) } })
        else { return nil }
        self.ground = ground
        size = across.size
        divisor = across.divisor
        weights = LevelGradient.paired(across, second == nil ? nil : down)
    }

    package var account: String { "magnitude in whole numbers on 8-bit samples: exact" }
    package var windowRows: Int { size.height }
    private var pairCount: Int { (size.height + 4) / 2 }
    package var scratchBytes: Int { (2 * pairCount + 2) * ground.length }

    package func run(_ source: ReadableLevels, rows: Range<Int>, into target: WritableLevels, _ lanes: Lanes) -> Int {
        let loops = lanes.loops.pointee
        var padded = PairedLevels(ground, height: size.height, rows: rows)
        var out = [UnsafeMutablePointer<UInt8>?](repeating: nil, count: 4)
        var clipped = 0
        // The largest sum of squares that is not more than half a level above the last.
        let most = (511 * divisor) * (511 * divisor) / 4
        for y in stride(from: rows.lowerBound, to: rows.upperBound, by: 4) {
            let count = min(4, rows.upperBound - y)
            padded.advance(to: y, of: source, loops)
            for index in 0..<4 { out[index] = target.row(y + min(index, count - 1)) }
            clipped += weights.withUnsafeBufferPointer { weights in
                var gradients = kern_level_gradients(
                    width: size.width, height: size.height, step: ground.step, rows: count,
                    weights: weights.baseAddress, factor: 1 / Float(divisor), most: Int32(most))
                return loops.gradient_levels(out, ground.samples, padded.pairs, &gradients)
            }
        }
        return clipped
    }

    private static func paired(_ across: WholeWeights, _ down: WholeWeights?) -> [UInt32] {
        let (width, height) = (across.size.width, across.size.height)
        var words: [UInt32] = []
        for pair in 0..<(height + 4) / 2 {
            for x in 0..<width {
                for whole in [across, down] {
                    for row in 0..<4 {
                        let both = [2 * pair - row, 2 * pair + 1 - row].map { y in
                            (0..<height).contains(y) ? whole?.numerators[y * width + x] ?? 0 : 0
                        }
                        let word =
                            UInt32(UInt8(truncatingIfNeeded: both[0])) | UInt32(UInt8(truncatingIfNeeded: both[1])) << 8
                        words.append(word | word << 16)
                    }
                }
            }
        }
        return words
    }
}
