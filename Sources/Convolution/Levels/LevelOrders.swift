import CLanes
import Pixels

/// Medians of 3x3 pixels. Without a border, windows at the rim have fewer.
struct LevelMedian: LevelFilter {
    private let ground: LevelGround
    private let hasBorder: Bool

    init?(_ pooling: Pooling) {
        guard case .rank(0.5) = pooling.reducer,
            let ground = LevelGround(pooling.geometry, border: pooling.border ?? .edge, shape: pooling.input),
            ground.geometry.x.kernel == 3, ground.geometry.y.kernel == 3
        else { return nil }
        self.ground = ground
        hasBorder = pooling.border != nil
    }

    var account: String { "on 8-bit samples: exact" }
    var windowRows: Int { 3 }
    var scratchBytes: Int { 3 * ground.length }

    func run(_ source: ReadableLevels, rows: Range<Int>, into target: WritableLevels, _ lanes: Lanes) -> Int {
        var padded = PaddedLevels(ground, slots: 3)
        let axis = ground.geometry.x
        for y in rows {
            let three = (0..<3).map { tap -> UnsafePointer<UInt8>? in padded.row(y, tap: tap, of: source) }
            lanes.loops.pointee.median_levels(target.row(y), ground.samples, three, ground.step)
            if hasBorder { continue }
            if ground.geometry.y.inside(y).count < 3 {
                for x in 0..<axis.output { finishRim(x, y, source, target) }
            } else {
                for x in 0..<axis.output {
                    if axis.start(x) >= 0 && axis.start(x) + 3 <= axis.input { break }
                    finishRim(x, y, source, target)
                }
                for x in (0..<axis.output).reversed() {
                    if axis.start(x) >= 0 && axis.start(x) + 3 <= axis.input { break }
                    finishRim(x, y, source, target)
                }
            }
        }
        return 0
    }

    /// The median of the pixels that are there; of an even number the mean of two, halves up.
    private func finishRim(_ x: Int, _ y: Int, _ source: ReadableLevels, _ target: WritableLevels) {
        let (columns, rows) = (ground.geometry.x.inside(x), ground.geometry.y.inside(y))
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 9) { found in
            for c in 0..<ground.step {
                var count = 0
                for row in rows {
                    let pixels = source.row(ground.geometry.y.start(y) + row)
                    for column in columns {
                        let level = pixels[(ground.geometry.x.start(x) + column) * ground.step + c]
                        var place = count
                        while place > 0, found[place - 1] > level {
                            found[place] = found[place - 1]
                            place -= 1
                        }
                        found[place] = level
                        count += 1
                    }
                }
                let sum = Int(found[(count - 1) / 2]) + Int(found[count / 2])
                target.row(y)[x * ground.step + c] = UInt8((sum + 1) / 2)
            }
        }
    }
}

/// Squares of four pixels that stand side by side: their mean, the largest or the smallest.
struct LevelHalving: LevelFilter {
    private let rule: kern_halving
    private let step: Int
    private let width: Int

    init?(_ pooling: Pooling) {
        let axes = [pooling.geometry.x, pooling.geometry.y]
        guard pooling.input.count == 1, pooling.input.channels <= 8,
            axes.allSatisfy({
                $0.kernel == 2 && $0.stride == 2 && $0.dilation == 1 && $0.before == 0 && !$0.leaves
            })
        else { return nil }
        switch pooling.reducer {
        case .average: rule = KERN_HALVE_MEAN
        case .maximum: rule = KERN_HALVE_LARGEST
        case .minimum: rule = KERN_HALVE_SMALLEST
        case .sum, .l2, .rank: return nil
        }
        step = pooling.input.channels
        width = pooling.output.width
    }

    var account: String { "on 8-bit samples: exact" }
    var windowRows: Int { 1 }
    var scratchBytes: Int { 0 }

    func run(_ source: ReadableLevels, rows: Range<Int>, into target: WritableLevels, _ lanes: Lanes) -> Int {
        for y in rows {
            lanes.loops.pointee.halve_levels(
                target.row(y), width, source.row(2 * y), source.row(2 * y + 1), step, rule)
        }
        return 0
    }
}
