import CLanes
import Pixels

/// The largest or the smallest under a rectangle, of any size at nearly the same cost. Down, rows are taken in blocks of the
/// window's height: a window is the end of one block and the beginning of the next, and the extremes of both are at hand.
/// Across, those of neighbours are put together by doubling.
struct LevelExtreme: LevelFilter {
    private let ground: LevelGround
    private let isLargest: Bool

    /// Bytes of rows that a thread may hold.
    private static let mostScratch = 16 << 20

    init?(_ pooling: Pooling) {
        switch pooling.reducer {
        case .maximum, .rank(1): isLargest = true
        case .minimum, .rank(0): isLargest = false
        case .sum, .average, .l2, .rank: return nil
        }
        // Outside the picture without a border: never the result, unless a window sees nothing else.
        let border = pooling.border ?? .constant(isLargest ? 0 : 1)
        guard let ground = LevelGround(pooling.geometry, border: border, shape: pooling.input) else { return nil }
        let (x, y) = (ground.geometry.x, ground.geometry.y)
        let seesAll = [(x, 0), (x, x.output - 1), (y, 0), (y, y.output - 1)].allSatisfy { !$0.inside($1).isEmpty }
        guard seesAll || isLargest || pooling.border != nil else { return nil }
        self.ground = ground
        guard scratchBytes <= LevelExtreme.mostScratch else { return nil }
    }

    var account: String { "on 8-bit samples: exact" }
    // A thread that takes few rows would look at most of them for the window alone.
    var windowRows: Int { 4 * ground.geometry.y.kernel }
    var scratchBytes: Int { (ground.geometry.y.kernel + 2) * ground.length }

    func run(_ source: ReadableLevels, rows: Range<Int>, into target: WritableLevels, _ lanes: Lanes) -> Int {
        let extreme = isLargest ? lanes.loops.pointee.largest_levels : lanes.loops.pointee.smallest_levels
        guard let extreme else { preconditionFailure("every level has every loop") }
        let (height, length) = (ground.geometry.y.kernel, ground.length)
        let store = UnsafeMutablePointer<UInt8>.allocate(capacity: (height + 2) * length)
        store.initialize(repeating: 0, count: (height + 2) * length)
        defer { store.deallocate() }
        let (begun, both) = (store + height * length, store + (height + 1) * length)
        // Of a block's rows: the extreme from each to the last, and in the place of one that is done with a row of the next.
        func held(_ row: Int) -> UnsafeMutablePointer<UInt8> { store + row * length }
        func pad(_ y: Int, tap: Int) {
            ground.pad(ground.geometry.y.start(y) + tap, of: source, into: held(tap % height))
        }
        let count = length - Int(KERN_LEVEL_SLACK)
        for tap in 0..<height - 1 { pad(rows.lowerBound, tap: tap) }
        for y in rows {
            let place = (y - rows.lowerBound) % height
            if place == 0 {
                ground.pad(ground.geometry.y.start(y) + height - 1, of: source, into: held(height - 1))
                for row in (0..<height - 1).reversed() { extreme(held(row), held(row), held(row + 1), count) }
                finish(held(0), into: target.row(y), both, extreme)
                continue
            }
            let next = held(place - 1)
            ground.pad(ground.geometry.y.start(y) + height - 1, of: source, into: next)
            if place == 1 { begun.update(from: next, count: count) } else { extreme(begun, begun, next, count) }
            extreme(both, held(place), begun, count)
            finish(both, into: target.row(y), both, extreme)
        }
        return 0
    }

    /// The extremes of neighbours in a row of those of columns, by way of `room`.
    private func finish(
        _ columns: UnsafeMutablePointer<UInt8>, into out: UnsafeMutablePointer<UInt8>,
        _ room: UnsafeMutablePointer<UInt8>, _ extreme: Loop
    ) {
        let (width, step) = (ground.geometry.x.kernel, ground.step)
        guard width > 1 else { return out.update(from: columns, count: ground.samples) }
        var (from, together) = (columns, 1)
        var count = ground.length - Int(KERN_LEVEL_SLACK)
        while 2 * together <= width {
            count -= together * step
            extreme(room, from, from + together * step, count)
            (from, together) = (room, 2 * together)
        }
        extreme(out, from, from + (width - together) * step, ground.samples)
    }

    private typealias Loop =
        @convention(c) (
            UnsafeMutablePointer<UInt8>?, UnsafePointer<UInt8>?, UnsafePointer<UInt8>?, Int
        ) -> Void
}
