import CLanes
import Pixels

/// A large smooth kernel on a coarse grid, from bytes to bytes: a strip of the picture at a time goes from top to bottom,
/// and of each stage only the rows that the next one looks at are held.
package struct LevelGrid: LevelFilter {
    private let grid: GridConvolution
    private let outside: UInt8
    private let step: Int
    private let down: Passes
    private let middle: Passes
    /// For each position between grid points what the four around it count.
    private let across: [Float]
    private let along: [[Float]]

    private struct Passes {
        let column: [Float]
        let row: [Float]

        init?(_ convolution: Convolution) {
            guard let term = convolution.factors?.terms.first, convolution.rank == 1 else { return nil }
            column = term.column.map { Float($0) }
            row = term.row.map { Float($0) }
        }
    }

    /// Bytes of rows of the grid that are held for a strip, about: they are to stay in the second-level cache.
    private static let room = 192 << 10

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
        func weights(_ spacing: Int) -> [[Float]] {
            (0..<spacing).map { phase in (0..<4).map { Float(GridUpsampling.weight(phase, $0, spacing)) } }
        }
        across = weights(grid.spacing.x).flatMap(\.self)
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
        let perPixel = 4 * step * (middle.column.count + 4 * grid.spacing.x) / grid.spacing.x + 1
        let width = max(LevelGrid.room / perPixel, 2 * middle.row.count * grid.spacing.x)
        let count = max(1, (grid.up.output.width + width - 1) / width)
        return ((grid.up.output.width + count - 1) / count + grid.spacing.x - 1) / grid.spacing.x * grid.spacing.x
    }

    package var scratchBytes: Int {
        let strip = GridStrip(0..<min(stripWidth, grid.up.output.width), grid, step, taps: middle.row.count)
        return 4 * strip.samples(rows: middle.column.count) + grid.down.input.width * step
    }

    package func run(_ source: ReadableLevels, rows: Range<Int>, into target: WritableLevels, _ lanes: Lanes) -> Int {
        var clipped = 0
        for first in stride(from: 0, to: grid.up.output.width, by: stripWidth) {
            let columns = first..<min(first + stripWidth, grid.up.output.width)
            let strip = GridStrip(columns, grid, step, taps: middle.row.count)
            clipped += run(strip, source, rows, target, lanes.loops.pointee)
        }
        return clipped
    }

    private func run(
        _ strip: GridStrip, _ source: ReadableLevels, _ rows: Range<Int>, _ target: WritableLevels, _ loops: kern_lanes
    ) -> Int {
        let taps = middle.column.count
        let total = strip.samples(rows: taps)
        let store = UnsafeMutablePointer<Float>.allocate(capacity: total)
        let beyond = UnsafeMutablePointer<UInt8>.allocate(capacity: grid.down.input.width * step)
        defer {
            store.deallocate()
            beyond.deallocate()
        }
        store.update(repeating: 0, count: total)
        beyond.update(repeating: outside, count: grid.down.input.width * step)
        let spread = store + taps * strip.pointRow
        let sums = spread + 4 * strip.pixelRow
        let filtered = sums + strip.sourceRow
        let points = filtered + strip.pointRow
        var (madeDown, madeMiddle) = (Int.min, Int.min)
        var clipped = 0
        for y in rows {
            let (q, phase) = y.quotientAndRemainder(dividingBy: grid.spacing.y)
            for m in max(madeMiddle, q)..<q + 4 {
                for g in max(madeDown, m)..<m + taps {
                    bring(g, onto: store + g % taps * strip.pointRow, strip, source, beyond, sums, loops)
                }
                madeDown = m + taps
                let column: [UnsafePointer<Float>?] = (0..<taps).map {
                    UnsafePointer(store + (m + $0) % taps * strip.pointRow)
                }
                loops.weighted_sum(filtered, strip.points * step, column, middle.column, taps, 0)
                let row: [UnsafePointer<Float>?] = middle.row.indices.map { UnsafePointer(filtered + $0 * step) }
                let count = strip.points - middle.row.count + 1
                loops.weighted_sum(points, count * step, row, middle.row, middle.row.count, 0)
                loops.spread_points(
                    spread + m % 4 * strip.pixelRow, points, across, grid.spacing.x, count - 3, step)
            }
            madeMiddle = q + 4
            let four: [UnsafePointer<Float>?] = (0..<4).map { UnsafePointer(spread + (q + $0) % 4 * strip.pixelRow) }
            clipped += loops.blend_levels(
                target.row(y) + strip.columns.lowerBound * step, strip.columns.count * step, four, along[phase])
        }
        return clipped
    }

    /// One row of the grid: sums down the picture's columns, what the border adds on either side, sums along the row.
    private func bring(
        _ g: Int, onto out: UnsafeMutablePointer<Float>, _ strip: GridStrip, _ source: ReadableLevels,
        _ beyond: UnsafePointer<UInt8>, _ sums: UnsafeMutablePointer<Float>, _ loops: kern_lanes
    ) {
        let (border, axis) = (grid.down.border, grid.down.geometry.y)
        let rows: [UnsafePointer<UInt8>] = down.column.indices.map { tap in
            border.source(of: axis.start(g) + tap, count: axis.input).map { source.row($0) } ?? beyond
        }
        func sum(_ column: Int, _ count: Int, into place: UnsafeMutablePointer<Float>) {
            let pointers: [UnsafePointer<UInt8>?] = rows.map { $0 + column * step }
            loops.sum_levels(place, count * step, pointers, down.column, down.column.count)
        }
        let inside = strip.inside
        sum(inside.lowerBound, inside.count, into: sums + (inside.lowerBound - strip.source.lowerBound) * step)
        let nothing = Float(outside) * down.column.reduce(0, +)
        for part in [strip.source.lowerBound..<inside.lowerBound, inside.upperBound..<strip.source.upperBound] {
            for column in part {
                let place = sums + (column - strip.source.lowerBound) * step
                guard let x = border.source(of: column, count: grid.down.input.width) else {
                    place.update(repeating: nothing, count: step)
                    continue
                }
                if inside.contains(x) {
                    place.update(from: sums + (x - strip.source.lowerBound) * step, count: step)
                } else {
                    sum(x, 1, into: place)
                }
            }
        }
        loops.gather_points(out, sums, down.row, down.row.count, grid.spacing.x, strip.points, step)
    }
}

/// Columns of the result, and what of the grid and of the picture they are computed from.
private struct GridStrip {
    let columns: Range<Int>
    /// Points of the grid in a row.
    let points: Int
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
        pointRow = points * step + 32
        sourceRow = source.count * step + 32
        pixelRow = ((columns.count - 1) / d + 1) * d * step + 32
    }

    func samples(rows: Int) -> Int { (rows + 2) * pointRow + sourceRow + 4 * pixelRow }
}
