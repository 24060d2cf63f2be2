import CLanes
import Pixels

/// Any rank under a rectangle, found bit by bit. Without a border, windows at the rim have fewer samples.
struct LevelSelection: LevelFilter {
    private let ground: LevelGround
    private let hasBorder: Bool
    private let taps: [PerAxis<Int>]
    private let limits: RankLimits

    /// Samples of a window beyond which counting its levels is quicker.
    private static let mostTaps = 500

    init?(_ pooling: Pooling) {
        // Outside the picture without a border: above every result, and so not in its way.
        guard case .rank(let fraction) = pooling.reducer,
            let ground = LevelGround(pooling.geometry, border: pooling.border ?? .constant(1), shape: pooling.input),
            pooling.taps.count > 9 || ground.geometry.y.kernel >= 3,
            pooling.taps.count <= LevelSelection.mostTaps
        else { return nil }
        self.ground = ground
        hasBorder = pooling.border != nil
        taps = pooling.taps
        limits = RankLimits(fraction, taps: taps.count)
    }

    var account: String { "on 8-bit samples, bit by bit: exact" }
    var windowRows: Int { ground.geometry.y.kernel }
    var scratchBytes: Int {
        SlicedRows.bytes(size: size, step: ground.step, bits: 8) + lineSamples
    }

    private var size: PerAxis<Int> { PerAxis(x: ground.geometry.x.kernel, y: windowRows) }
    /// A strip's results, or what its windows see of a row.
    private var lineSamples: Int { SlicedRows.windows + size.x * ground.step }

    func run(_ source: ReadableLevels, rows: Range<Int>, into target: WritableLevels, _ lanes: Lanes) -> Int {
        run(source, rows: rows, columns: 0..<ground.geometry.x.output, into: target, lanes)
        return 0
    }

    func run(
        _ source: ReadableLevels, rows: Range<Int>, columns: Range<Int>, into target: WritableLevels, _ lanes: Lanes
    ) {
        if rows.isEmpty || columns.isEmpty { return }
        var sliced = SlicedRows(size: size, step: ground.step, taps: taps, bits: 8, lanes)
        let line = UnsafeMutablePointer<UInt8>.onCacheLine(lineSamples)
        defer { line.deallocate() }
        let width = SlicedRows.windows / ground.step
        for left in stride(from: columns.lowerBound, to: columns.upperBound, by: width) {
            let strip = left..<min(left + width, columns.upperBound)
            let count = strip.count * ground.step
            sliced.begin()
            var seen = -1
            for y in rows {
                let first = ground.geometry.y.start(y)
                for row in first..<first + windowRows where !sliced.holds(row) {
                    ground.pad(row, columns: left..<strip.upperBound + size.x - 1, of: source, into: line)
                    sliced.take(row, levels: line, under: count)
                }
                let rowsSeen = hasBorder ? windowRows : ground.geometry.y.inside(y).count
                if rowsSeen != seen { want(strip, rowsSeen, of: &sliced) }
                seen = rowsSeen
                let out = target.row(y) + left * ground.step
                sliced.select(row: first, count: count, bits: 8) { results, isSecond in
                    if !isSecond { return results.join(count, into: out) }
                    results.join(count, into: line)
                    // Where one place is wanted both are the same.
                    for x in 0..<count {
                        out[x] = UInt8(truncatingIfNeeded: (UInt16(out[x]) &+ UInt16(line[x]) &+ 1) &>> 1)
                    }
                }
            }
        }
    }

    private func want(_ strip: Range<Int>, _ rowsSeen: Int, of sliced: inout SlicedRows) {
        let members = strip.flatMap { x in
            let columnsSeen = hasBorder ? size.x : ground.geometry.x.inside(x).count
            return repeatElement(UInt16(rowsSeen * columnsSeen), count: ground.step)
        }
        members.withUnsafeBufferPointer {
            guard let base = $0.baseAddress else { return }
            sliced.want(limits, members: base, count: members.count)
        }
    }
}
