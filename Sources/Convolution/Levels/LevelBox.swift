import CLanes
import Pixels

/// The mean under a rectangle, of any size at nearly the same cost: the sums of columns go on from row to row, and those
/// of neighbouring columns are put together by doubling. Exact.
struct LevelBox: LevelFilter {
    private let ground: LevelGround
    private let whole: WholeWeights
    private let scale: kern_level_scale
    /// Where all sums fit 16 bits.
    private let narrow: kern_narrow_scale?

    init?(_ whole: WholeWeights, _ ground: LevelGround) {
        guard let weight = whole.numerators.first, weight == 1, whole.numerators.allSatisfy({ $0 == weight }),
            whole.numerators.count > 1, let scale = whole.scale, !scale.clips
        else { return nil }
        self.ground = ground
        self.whole = whole
        self.scale = scale
        narrow = whole.narrowScale(bias: 0)
    }

    var account: String {
        "running sums\(narrow == nil ? "" : " of 16 bits") on 8-bit samples, over \(whole.divisor): exact"
    }
    var windowRows: Int { whole.size.height }
    var scratchBytes: Int {
        2 * PaddedRing.bytes(ground, height: whole.size.height) + 4 * ground.length
            + 8 * (Int(KERN_BOX_BLOCK) + ground.step * whole.size.width + Int(KERN_LEVEL_SLACK))
    }

    func run(_ source: ReadableLevels, rows: Range<Int>, into target: WritableLevels, _ lanes: Lanes) -> Int {
        if let narrow {
            runNarrow(source, rows, target, narrow, lanes.loops.pointee)
        } else {
            runWide(source, rows, target, lanes.loops.pointee)
        }
        return 0
    }

    private func runWide(
        _ source: ReadableLevels, _ rows: Range<Int>, _ target: WritableLevels, _ loops: kern_lanes
    ) {
        let (width, height) = (whole.size.width, whole.size.height)
        let length = ground.length - Int(KERN_LEVEL_SLACK)
        let sums = UnsafeMutablePointer<UInt32>.allocate(capacity: length)
        let spare = UnsafeMutablePointer<UInt32>.allocate(
            capacity: 2 * (Int(KERN_BOX_BLOCK) + ground.step * width) + 64)
        defer {
            sums.deallocate()
            spare.deallocate()
        }
        sums.update(repeating: 0, count: length)
        var padded = PaddedRing(ground, height: height)
        var scale = scale
        for tap in 0..<height - 1 {
            loops.box_columns(sums, padded.entering(rows.lowerBound, tap: tap, of: source), nil, length)
        }
        for y in rows {
            let last = y > rows.lowerBound ? padded.leaving(y, of: source) : nil
            loops.box_columns(sums, padded.entering(y, tap: height - 1, of: source), last, length)
            loops.box_rows(target.row(y), ground.samples, sums, ground.step, width, spare, &scale)
        }
    }

    private func runNarrow(
        _ source: ReadableLevels, _ rows: Range<Int>, _ target: WritableLevels, _ narrow: kern_narrow_scale,
        _ loops: kern_lanes
    ) {
        let (width, height) = (whole.size.width, whole.size.height)
        let sums = UnsafeMutablePointer<UInt16>.allocate(capacity: ground.length)
        let room = Int(KERN_BOX_BLOCK) + ground.step * width + Int(KERN_LEVEL_SLACK)
        let spare = UnsafeMutablePointer<UInt16>.allocate(capacity: room)
        defer {
            sums.deallocate()
            spare.deallocate()
        }
        sums.update(repeating: 0, count: ground.length)
        spare.update(repeating: 0, count: room)
        var padded = PaddedRing(ground, height: height)
        let groups = LevelBox.groups(width)
        var box = kern_level_box(
            step: ground.step, width: width, inner: groups.inner, outer: groups.outer, columns: sums, next: nil,
            last: nil, spare: spare, narrow: narrow)
        for tap in 0..<height - 1 {
            let row = padded.entering(rows.lowerBound, tap: tap, of: source)
            for x in 0..<ground.length { sums[x] &+= UInt16(row[x]) }
        }
        for y in rows {
            box.last = y > rows.lowerBound ? padded.leaving(y, of: source) : nil
            box.next = padded.entering(y, tap: height - 1, of: source)
            loops.box_narrow(target.row(y), ground.samples, &box)
        }
    }

    /// How a row of neighbours is added with the fewest additions: in groups, groups together, and the rest.
    private static func groups(_ width: Int) -> (inner: Int, outer: Int) {
        var best = (inner: 1, outer: width)
        var fewest = width
        for inner in 2..<max(3, width) where inner <= width / 2 {
            let outer = width / inner
            // A row of groups is stored once and read again.
            let additions = inner + outer + width - inner * outer + 1
            if additions < fewest { (best, fewest) = ((inner, outer), additions) }
        }
        return best
    }
}

/// Padded rows as they come under a window and leave it again. One value belongs to one thread.
private struct PaddedRing: ~Copyable {
    private var all: PaddedLevels
    /// Of a tall window the rows that leave are padded once more.
    private var gone: PaddedLevels?
    private let height: Int

    private static let most = 16

    static func bytes(_ ground: LevelGround, height: Int) -> Int {
        (height <= most ? height + 1 : 2) * ground.length
    }

    init(_ ground: LevelGround, height: Int) {
        self.height = height
        all = PaddedLevels(ground, slots: height <= PaddedRing.most ? height + 1 : 1)
        gone = height <= PaddedRing.most ? nil : PaddedLevels(ground, slots: 1)
    }

    mutating func entering(_ y: Int, tap: Int, of source: ReadableLevels) -> UnsafePointer<UInt8> {
        all.row(y, tap: tap, of: source)
    }

    /// The row above the window of output row `y`.
    mutating func leaving(_ y: Int, of source: ReadableLevels) -> UnsafePointer<UInt8> {
        if height > PaddedRing.most, let row = gone?.row(y - 1, of: source) { return row }
        return all.row(y - 1, of: source)
    }
}
