import CLanes
import Pixels

/// Any rank under a window of at most 255 pixels, found bit by bit. Without a border, windows at the rim have fewer.
struct LevelSelection: LevelFilter {
    private let ground: LevelGround
    private let fraction: Double
    private let hasBorder: Bool
    /// For windows that see all their rows.
    private let inside: Limits

    /// For each sample of a row how many of its window may be above the result: of the lower of the two places whose mean
    /// is taken, and of the higher one.
    private struct Limits {
        var low: [UInt8] = []
        var high: [UInt8] = []
        /// Columns in which they differ.
        var mixed: [Range<Int>] = []
    }

    init?(_ pooling: Pooling) {
        // Outside the picture without a border: above every result, and so not in its way.
        guard case .rank(let fraction) = pooling.reducer,
            let ground = LevelGround(pooling.geometry, border: pooling.border ?? .constant(1), shape: pooling.input),
            ground.geometry.y.kernel >= 3, ground.geometry.x.kernel * ground.geometry.y.kernel <= 255
        else { return nil }
        self.ground = ground
        self.fraction = fraction
        hasBorder = pooling.border != nil
        inside = LevelSelection.limits(ground, fraction, hasBorder: hasBorder, rows: ground.geometry.y.kernel)
    }

    var account: String { "on 8-bit samples, bit by bit: exact" }
    var windowRows: Int { ground.geometry.y.kernel }
    var scratchBytes: Int { (ground.geometry.y.kernel + 3 + 4 + 8) * ground.length }

    func run(_ source: ReadableLevels, rows: Range<Int>, into target: WritableLevels, _ lanes: Lanes) -> Int {
        let loops = lanes.loops.pointee
        let height = ground.geometry.y.kernel
        var padded = PaddedLevels(ground, slots: height + 3)
        let other = UnsafeMutablePointer<UInt8>.allocate(capacity: 4 * ground.length)
        defer { other.deallocate() }
        var pixels = [UnsafePointer<UInt8>?](repeating: nil, count: height + 3)
        for y in stride(from: rows.lowerBound, to: rows.upperBound, by: 4) {
            let count = min(4, rows.upperBound - y)
            // Behind the last row that is wanted the last one stands again.
            for tap in pixels.indices { pixels[tap] = padded.row(y, tap: min(tap, height + count - 2), of: source) }
            let wanted = (0..<4).map { limits(of: y + min($0, count - 1)) }
            let out = (0..<4).map { target.row(y + min($0, count - 1)) }
            select(wanted.map { $0.low }, 0..<ground.samples, pixels, count, into: out, loops)
            var ranges: [Range<Int>] = []
            for columns in wanted.prefix(count).flatMap({ $0.mixed }) where !ranges.contains(columns) {
                ranges.append(columns)
            }
            for columns in ranges {
                let second = (0..<4).map { other + $0 * ground.length }
                select(wanted.map { $0.high }, columns, pixels, count, into: second, loops)
                for row in 0..<count where wanted[row].mixed.contains(columns) {
                    for x in columns { out[row][x] = UInt8((UInt16(out[row][x]) + UInt16(second[row][x]) + 1) / 2) }
                }
            }
        }
        return 0
    }

    private func select(
        _ limits: [[UInt8]], _ columns: Range<Int>, _ pixels: [UnsafePointer<UInt8>?], _ count: Int,
        into out: [UnsafeMutablePointer<UInt8>], _ loops: kern_lanes
    ) {
        let first = columns.lowerBound
        let rows = pixels.map { row in row.map { $0 + first } }
        let places: [UnsafeMutablePointer<UInt8>?] = out.map { $0 + first }
        limits[0].withUnsafeBufferPointer { a in
            limits[1].withUnsafeBufferPointer { b in
                limits[2].withUnsafeBufferPointer { c in
                    limits[3].withUnsafeBufferPointer { d in
                        let all = [a, b, c, d].map { $0.baseAddress.map { $0 + first } }
                        var selection = kern_level_selection(
                            width: ground.geometry.x.kernel, height: ground.geometry.y.kernel, step: ground.step,
                            rows: count, limits: (all[0], all[1], all[2], all[3]))
                        loops.select_levels(places, columns.count, rows, &selection)
                    }
                }
            }
        }
    }

    private func limits(of y: Int) -> Limits {
        let rows = hasBorder ? ground.geometry.y.kernel : ground.geometry.y.inside(y).count
        return rows == ground.geometry.y.kernel
            ? inside : LevelSelection.limits(ground, fraction, hasBorder: hasBorder, rows: rows)
    }

    private static func limits(_ ground: LevelGround, _ fraction: Double, hasBorder: Bool, rows: Int) -> Limits {
        let axis = ground.geometry.x
        let area = axis.kernel * ground.geometry.y.kernel
        var limits = Limits()
        for x in 0..<axis.output {
            let count = rows * (hasBorder ? axis.kernel : axis.inside(x).count)
            // Where a window sees nothing of the picture, its result is 0.
            let places = Rank.places(of: fraction, count: max(1, count))
            for c in 0..<ground.step {
                limits.low.append(UInt8(count == 0 ? 255 : area - places.low - 1))
                limits.high.append(UInt8(count == 0 ? 255 : area - places.high - 1))
                guard places.low != places.high else { continue }
                let sample = x * ground.step + c
                if let last = limits.mixed.last, last.upperBound == sample {
                    limits.mixed[limits.mixed.count - 1] = last.lowerBound..<sample + 1
                } else {
                    limits.mixed.append(sample..<sample + 1)
                }
            }
        }
        let slack = [UInt8](repeating: 255, count: Int(KERN_LEVEL_SLACK))
        (limits.low, limits.high) = (limits.low + slack, limits.high + slack)
        return limits
    }
}
