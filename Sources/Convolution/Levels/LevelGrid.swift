import CLanes
import Pixels
import Synchronization

/// A large smooth kernel on a coarse grid, from bytes to bytes: a strip of the picture at a time goes from top to bottom,
/// and of each stage only the rows that the next one looks at are held.
package struct LevelGrid: LevelFilter {
    private let grid: GridConvolution
    private let outside: UInt8
    private let step: Int
    private let down: Passes
    private let middle: Passes
    /// For each position between grid points what the four around it count, one position after the other.
    private let across: [Float]
    private let along: [Float]

    private struct Passes {
        let column: [Float]
        let row: [Float]

        init?(_ convolution: Convolution) {
            guard let term = convolution.factors?.terms.first, convolution.rank == 1 else { return nil }
            column = term.column.map { Float($0) }
            row = term.row.map { Float($0) }
        }
    }

    /// Bytes of rows that are held for a strip, about: they are to stay in the second-level cache.
    private static let room = 384 << 10

    /// Nil where the border adds what is no level.
    package init?(_ grid: GridConvolution) {
        let level = grid.down.border.outside * 255
        guard grid.down.input.count == 1, (1...8).contains(grid.down.input.channels), (0...255).contains(level),
            Float(UInt8(level)) / 255 == grid.down.border.outside,
            let down = Passes(grid.down), let middle = Passes(grid.middle)
        else { return nil }
        self.grid = grid
        (self.down, self.middle) = (down, middle)
        outside = UInt8(level)
        step = grid.down.input.channels
        func weights(_ spacing: Int) -> [Float] {
            (0..<4 * spacing).map { Float(GridUpsampling.weight($0 / 4, $0 % 4, spacing)) }
        }
        across = weights(grid.spacing.x)
        along = weights(grid.spacing.y)
    }

    package var account: String {
        let parts = Int((grid.error * 255 * 10000).rounded(.up))
        let spacing = grid.spacing.x == grid.spacing.y ? "\(grid.spacing.x)" : "\(grid.spacing.x)x\(grid.spacing.y)"
        return
            "grid: on one of \(spacing) pixels, off by at most 0.\(String(10000 + parts).dropFirst()) of an 8-bit level "
            + "before rounding, on 8-bit samples"
    }

    /// Half of the rows that are looked at: rows around a piece are only brought onto the grid, which is the lesser part.
    package var windowRows: Int { middle.column.count * grid.spacing.y / 2 }

    package func rowsNeeded(for rows: Range<Int>) -> Range<Int> {
        grid.down.rowsNeeded(for: grid.middle.rowsNeeded(for: grid.up.rowsNeeded(for: rows)))
    }

    private var stripWidth: Int {
        let perPixel = 4 * step * (middle.column.count + 4 * GridStrip.group + 4 * grid.spacing.x) / grid.spacing.x + 1
        let width = max(LevelGrid.room / perPixel, 2 * middle.row.count * grid.spacing.x)
        let count = max(1, (grid.up.output.width + width - 1) / width)
        return ((grid.up.output.width + count - 1) / count + grid.spacing.x - 1) / grid.spacing.x * grid.spacing.x
    }

    package var scratchBytes: Int {
        let strip = GridStrip(0..<min(stripWidth, grid.up.output.width), grid, step, taps: middle.row.count)
        return 4 * strip.samples(taps: middle.column.count) + grid.down.input.width * step
    }

    package func run(_ source: ReadableLevels, rows: Range<Int>, into target: WritableLevels, _ lanes: Lanes) -> Int {
        run(source, rows: rows, into: target, on: Machine(lanes: lanes, threads: 1))
    }

    /// Threads share the strips before they share the rows: the many rows around a piece would be brought onto the grid twice.
    package func run(
        _ source: ReadableLevels, rows: Range<Int>, into target: WritableLevels, on machine: Machine
    ) -> Int {
        let width = stripWidth
        let strips = (grid.up.output.width + width - 1) / width
        let wanted = (2 * machine.workers + strips - 1) / max(strips, 1)
        let grain = max(8, windowRows / 2, (rows.count + wanted - 1) / max(wanted, 1))
        let pieces = (rows.count + grain - 1) / grain
        let clipped = Atomic(0)
        machine.split(0..<pieces * strips, grain: 1) { jobs in
            for job in jobs {
                let (piece, index) = job.quotientAndRemainder(dividingBy: strips)
                let (top, left) = (rows.lowerBound + piece * grain, index * width)
                let strip = GridStrip(
                    left..<min(left + width, grid.up.output.width), grid, step, taps: middle.row.count)
                let some = top..<min(top + grain, rows.upperBound)
                // Whole cache lines, and the same ones for strip after strip.
                let found = Scratch.shared.withRoom(floats: strip.samples(taps: middle.column.count)) { room in
                    withWeights {
                        run(strip, source, some, target, in: room.floats, $0, $1, machine.lanes.loops.pointee)
                    }
                }
                clipped.add(found, ordering: .relaxed)
            }
        }
        return clipped.load(ordering: .relaxed)
    }

    /// Once for a strip: threads that count the holders of one array, row after row, wait for each other (a twentieth of the time).
    private func withWeights(_ body: (_ across: UnsafePointer<Float>, _ along: UnsafePointer<Float>) -> Int) -> Int {
        across.withUnsafeBufferPointer { across in
            along.withUnsafeBufferPointer { along in
                guard let across = across.baseAddress, let along = along.baseAddress else { return 0 }
                return body(across, along)
            }
        }
    }

    private func run(
        _ strip: GridStrip, _ source: ReadableLevels, _ rows: Range<Int>, _ target: WritableLevels,
        in store: UnsafeMutablePointer<Float>, _ across: UnsafePointer<Float>, _ along: UnsafePointer<Float>,
        _ loops: kern_lanes
    ) -> Int {
        let taps = middle.column.count
        let beyond = UnsafeMutablePointer<UInt8>.allocate(capacity: grid.down.input.width * step)
        defer { beyond.deallocate() }
        store.update(repeating: 0, count: strip.samples(taps: taps))
        beyond.update(repeating: outside, count: grid.down.input.width * step)
        let held = strip.held(taps: taps)
        let filtered = store + held * strip.pointRow
        let points = filtered + GridStrip.group * strip.pointRow
        let spread = points + GridStrip.group * strip.pointRow
        let sums = spread + 4 * strip.pixelRow
        let turned = sums + 4 * strip.sourceRow
        let last = rows.isEmpty ? 0 : (rows.upperBound - 1) / grid.spacing.y + 4
        var (madeDown, madeMiddle) = (Int.min, Int.min)
        var group = 0..<0
        var clipped = 0
        // From each place of the ring on, the four rows that follow each other.
        let ring = UnsafeMutablePointer<UnsafePointer<Float>?>.allocate(capacity: 7)
        defer { ring.deallocate() }
        for place in 0..<7 { ring[place] = UnsafePointer(spread + place % 4 * strip.pixelRow) }
        for y in rows {
            let (q, phase) = y.quotientAndRemainder(dividingBy: grid.spacing.y)
            for m in max(madeMiddle, q)..<q + 4 {
                if m >= group.upperBound {
                    group = m..<min(m + GridStrip.group, last)
                    let needed = max(madeDown, m)..<group.upperBound - 1 + taps
                    for g in stride(from: needed.lowerBound, to: needed.upperBound, by: 4) {
                        bring(g..<min(g + 4, needed.upperBound), into: store, strip, source, beyond, sums, loops)
                    }
                    madeDown = needed.upperBound
                    let column: [UnsafePointer<Float>?] = (m..<madeDown).map {
                        UnsafePointer(store + $0 % held * strip.pointRow)
                    }
                    sumColumns(column, into: filtered, strip, loops)
                    sumRows(group.count, of: filtered, into: points, strip, turned, loops)
                }
                loops.spread_points(
                    spread + m % 4 * strip.pixelRow, points + (m - group.lowerBound) * strip.pointRow, across,
                    grid.spacing.x, strip.points - middle.row.count - 2, step)
            }
            madeMiddle = q + 4
            clipped += loops.blend_levels(
                target.row(y) + strip.columns.lowerBound * step, strip.columns.count * step, ring + q % 4,
                along + 4 * phase)
        }
        return clipped
    }

    /// The kernel down the columns of as many rows of the grid as there are windows in `rows`.
    private func sumColumns(
        _ rows: [UnsafePointer<Float>?], into out: UnsafeMutablePointer<Float>, _ strip: GridStrip, _ loops: kern_lanes
    ) {
        let (taps, count) = (middle.column.count, strip.points * step)
        rows.withUnsafeBufferPointer { rows in
            guard let first = rows.baseAddress else { return }
            let windows = rows.count - taps + 1
            for window in stride(from: 0, to: windows - 3, by: 4) {
                let four: [UnsafeMutablePointer<Float>?] = (0..<4).map { out + (window + $0) * strip.pointRow }
                loops.column_sums(four, count, first + window, middle.column, taps)
            }
            for window in windows / 4 * 4..<windows {
                loops.weighted_sum(out + window * strip.pointRow, count, first + window, middle.column, taps, 0)
            }
        }
    }

    /// The kernel along the first `count` of a group of rows.
    private func sumRows(
        _ count: Int, of rows: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>, _ strip: GridStrip,
        _ room: UnsafeMutablePointer<Float>, _ loops: kern_lanes
    ) {
        let samples = (strip.points - middle.row.count + 1) * step
        // Fewer rows are not worth turning them. (A kernel that gets a grid has many more than eight taps on it.)
        guard count < 6 else {
            loops.row_sums(
                out, strip.pointRow, rows, strip.pointRow, samples, middle.row, middle.row.count, step, room)
            return
        }
        for index in 0..<count {
            let row = rows + index * strip.pointRow
            let taps: [UnsafePointer<Float>?] = middle.row.indices.map { row + $0 * step }
            loops.weighted_sum(out + index * strip.pointRow, samples, taps, middle.row, middle.row.count, 0)
        }
    }

    /// Four rows of the grid or fewer: sums down the picture's columns, what the border adds on either side, sums along
    /// the row.
    private func bring(
        _ rows: Range<Int>, into store: UnsafeMutablePointer<Float>, _ strip: GridStrip, _ source: ReadableLevels,
        _ beyond: UnsafePointer<UInt8>, _ sums: UnsafeMutablePointer<Float>, _ loops: kern_lanes
    ) {
        let (border, axis, taps) = (grid.down.border, grid.down.geometry.y, down.column.count)
        let needed = axis.start(rows.lowerBound)..<axis.start(rows.upperBound - 1) + taps
        let levels: [UnsafePointer<UInt8>] = (0..<taps + 3 * grid.spacing.y).map { offset in
            let y = needed.lowerBound + offset
            guard needed.contains(y) else { return beyond }
            return border.source(of: y, count: axis.input).map { source.row($0) } ?? beyond
        }
        let four: [UnsafeMutablePointer<Float>] = (0..<4).map { sums + $0 * strip.sourceRow }
        func sum(_ column: Int, _ count: Int, at offset: Int) {
            let from: [UnsafePointer<UInt8>?] = levels.map { $0 + column * step }
            let to: [UnsafeMutablePointer<Float>?] = four.map { $0 + offset }
            loops.sum_levels(to, count * step, from, down.column, taps, grid.spacing.y)
        }
        let inside = strip.inside
        sum(inside.lowerBound, inside.count, at: (inside.lowerBound - strip.source.lowerBound) * step)
        let nothing = Float(outside) * down.column.reduce(0, +)
        for part in [strip.source.lowerBound..<inside.lowerBound, inside.upperBound..<strip.source.upperBound] {
            for column in part {
                let place = (column - strip.source.lowerBound) * step
                guard let x = border.source(of: column, count: grid.down.input.width) else {
                    for row in four { (row + place).update(repeating: nothing, count: step) }
                    continue
                }
                if inside.contains(x) {
                    for row in four {
                        (row + place).update(from: row + (x - strip.source.lowerBound) * step, count: step)
                    }
                } else {
                    sum(x, 1, at: place)
                }
            }
        }
        let held = strip.held(taps: middle.column.count)
        for (row, g) in zip(four, rows) {
            loops.gather_points(
                store + g % held * strip.pointRow, row, down.row, down.row.count, grid.spacing.x, strip.points, step)
        }
    }
}

/// Columns of the result, and what of the grid and of the picture they are computed from.
private struct GridStrip {
    let columns: Range<Int>
    /// Points of the grid in a row.
    let points: Int
    /// Samples that turning some rows needs.
    let turnedRoom: Int
    /// Columns of the picture, some of them outside; and those that are inside.
    let source: Range<Int>
    let inside: Range<Int>
    /// Samples that a row has room for: of the grid, of the picture, and of the result.
    let pointRow: Int
    let sourceRow: Int
    let pixelRow: Int

    /// - Parameter columns: from a multiple of the spacing on.
    init(_ columns: Range<Int>, _ grid: GridConvolution, _ step: Int, taps: Int) {
        let d = grid.spacing.x
        self.columns = columns
        points = (columns.count - 1) / d + 4 + taps - 1
        let first = grid.down.geometry.x.start(columns.lowerBound / d)
        source = first..<first + (points - 1) * d + 4 * d - 1
        let lower = min(max(source.lowerBound, 0), min(source.upperBound, grid.down.input.width))
        let start = max(lower, source.lowerBound)
        inside = start..<max(start, min(source.upperBound, grid.down.input.width))
        let samples = (points - taps + 1) * step
        // An odd number of cache lines: the samples of a column must not drive each other out.
        pointRow = ((kern_row_sums_columns(samples, taps, step) + 16) / 16 | 1) * 16
        turnedRoom = kern_row_sums_room(samples, taps, step)
        sourceRow = (source.count * step + 47) / 16 * 16
        pixelRow = (((columns.count - 1) / d + 1) * d * step + 47) / 16 * 16
    }

    /// Rows of the grid that go through the kernel together.
    static let group = 16

    /// Rows of the grid that are held for a kernel of `taps` rows.
    func held(taps: Int) -> Int { taps + GridStrip.group - 1 }

    func samples(taps: Int) -> Int {
        (held(taps: taps) + 2 * GridStrip.group) * pointRow + 4 * sourceRow + 4 * pixelRow + turnedRoom
    }
}
