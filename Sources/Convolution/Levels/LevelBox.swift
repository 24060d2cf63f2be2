import CLanes
import Pixels

/// The mean under a rectangle, of any size at nearly the same cost: the sums of columns go on from row to row, and those
/// of neighbouring columns are put together by doubling. Exact.
struct LevelBox: LevelFilter {
    private let ground: LevelGround
    private let whole: WholeWeights
    private let scale: kern_level_scale

    init?(_ whole: WholeWeights, _ ground: LevelGround) {
        guard let weight = whole.numerators.first, weight == 1, whole.numerators.allSatisfy({ $0 == weight }),
            whole.numerators.count > 1, let scale = whole.scale, !scale.clips
        else { return nil }
        self.ground = ground
        self.whole = whole
        self.scale = scale
    }

    var account: String { "running sums on 8-bit samples, over \(whole.divisor): exact" }
    var windowRows: Int { whole.size.height }
    var scratchBytes: Int { 6 * ground.length + 8 * (Int(KERN_BOX_BLOCK) + ground.step * whole.size.width) + 256 }
    /// Whether all sums fit 16 bits.
    private var isNarrow: Bool { whole.most <= 65535 }

    func run(_ source: ReadableLevels, rows: Range<Int>, into target: WritableLevels, _ lanes: Lanes) -> Int {
        let loops = lanes.loops.pointee
        if isNarrow {
            run(
                source, rows, target, of: UInt16.self, columns: { loops.box_columns_narrow($0, $1, $2, $3) },
                across: { loops.box_rows_narrow($0, $1, $2, $3, $4, $5, $6) })
        } else {
            run(
                source, rows, target, of: UInt32.self, columns: { loops.box_columns($0, $1, $2, $3) },
                across: { loops.box_rows($0, $1, $2, $3, $4, $5, $6) })
        }
        return 0
    }

    private typealias ColumnLoop<Sum> =
        (UnsafeMutablePointer<Sum>, UnsafePointer<UInt8>, UnsafePointer<UInt8>?, Int) -> Void
    private typealias RowLoop<Sum> =
        (
            UnsafeMutablePointer<UInt8>, Int, UnsafePointer<Sum>, Int, Int, UnsafeMutablePointer<Sum>,
            UnsafePointer<kern_level_scale>
        ) -> Void

    private func run<Sum: FixedWidthInteger>(
        _ source: ReadableLevels, _ rows: Range<Int>, _ target: WritableLevels, of: Sum.Type,
        columns: ColumnLoop<Sum>, across: RowLoop<Sum>
    ) {
        let (width, height) = (whole.size.width, whole.size.height)
        let length = ground.length - Int(KERN_LEVEL_SLACK)
        let sums = UnsafeMutablePointer<Sum>.allocate(capacity: length)
        let spare = UnsafeMutablePointer<Sum>.allocate(capacity: 2 * (Int(KERN_BOX_BLOCK) + ground.step * width) + 64)
        defer {
            sums.deallocate()
            spare.deallocate()
        }
        sums.update(repeating: 0, count: length)
        var entering = PaddedLevels(ground, slots: 1)
        var leaving = PaddedLevels(ground, slots: 1)
        var scale = scale
        for tap in 0..<height - 1 { columns(sums, entering.row(rows.lowerBound, tap: tap, of: source), nil, length) }
        for y in rows {
            let last = y > rows.lowerBound ? leaving.row(y - 1, of: source) : nil
            columns(sums, entering.row(y, tap: height - 1, of: source), last, length)
            across(target.row(y), ground.samples, sums, ground.step, width, spare, &scale)
        }
    }
}
