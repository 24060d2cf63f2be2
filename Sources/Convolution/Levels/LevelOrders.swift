import CLanes
import Pixels

/// Medians of 3x3 and 5x5 pixels, by comparisons. Without a border, windows at the rim have fewer.
struct LevelMedian: LevelFilter {
    private let ground: LevelGround
    /// Windows that leave the picture, where pixels outside take no part.
    private let rim: LevelSelection?
    private let side: Int

    init?(_ pooling: Pooling) {
        guard case .rank(0.5) = pooling.reducer,
            let ground = LevelGround(pooling.geometry, border: pooling.border ?? .edge, shape: pooling.input),
            let selection = LevelSelection(pooling)
        else { return nil }
        side = ground.geometry.x.kernel
        guard side == ground.geometry.y.kernel, side == 3 || side == 5 else { return nil }
        self.ground = ground
        rim = pooling.border == nil ? selection : nil
    }

    var account: String { "on 8-bit samples: exact" }
    var windowRows: Int { side }
    var scratchBytes: Int { side * ground.length + (rim?.scratchBytes ?? 0) }

    func run(_ source: ReadableLevels, rows: Range<Int>, into target: WritableLevels, _ lanes: Lanes) -> Int {
        let all = 0..<ground.geometry.x.output
        var (inside, columns) = (rows, all)
        if let rim {
            inside = rows.clamped(to: ground.geometry.y.outputsInside)
            columns = ground.geometry.x.outputsInside
            if inside.isEmpty || columns.isEmpty { return rim.run(source, rows: rows, into: target, lanes) }
            for beyond in [rows.lowerBound..<inside.lowerBound, inside.upperBound..<rows.upperBound] {
                rim.run(source, rows: beyond, columns: all, into: target, lanes)
            }
        }
        var padded = PaddedLevels(ground, slots: side)
        let loops = lanes.loops.pointee
        guard let median = side == 3 ? loops.median_levels : loops.median_levels_of_25 else {
            preconditionFailure("every level has every loop")
        }
        for y in inside {
            let rows = (0..<side).map { tap -> UnsafePointer<UInt8>? in padded.row(y, tap: tap, of: source) }
            median(target.row(y), ground.samples, rows, ground.step)
        }
        for beyond in [0..<columns.lowerBound, columns.upperBound..<all.upperBound] where !beyond.isEmpty {
            if side == 3 {
                for y in inside { sort(beyond, y, source, target) }
            } else {
                rim?.run(source, rows: inside, columns: beyond, into: target, lanes)
            }
        }
        return 0
    }

    /// A few windows of 3x3 at the rim one by one, which is quicker there than slices: of an even number the mean of two, halves up.
    private func sort(_ columns: Range<Int>, _ y: Int, _ source: ReadableLevels, _ target: WritableLevels) {
        let top = ground.geometry.y.start(y)
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: side * side) { found in
            for x in columns {
                let inside = ground.geometry.x.inside(x)
                for c in 0..<ground.step {
                    var count = 0
                    for row in 0..<side {
                        let pixels = source.row(top + row)
                        for column in inside {
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
