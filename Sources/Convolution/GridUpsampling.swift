import CLanes
import Pixels

/// From a coarse grid back to pixels, by cubic splines: each pixel is the weighted sum of the 4x4 grid points around it.
///
/// Output x lies behind grid point x / spacing + 1; the grid begins one step before the first pixel.
public struct GridUpsampling: Sendable {
    public let input: Shape
    public let output: Shape
    public let spacing: PerAxis<Int>
    private let across: [Float]
    private let down: [RowWeights]

    init(input: Shape, output: Shape, spacing: PerAxis<Int>) {
        self.input = input
        self.output = output
        self.spacing = spacing
        // As many for each tap as the row loop takes: it stores eight at a time.
        let room = spacing.x == 2 ? 2 : (spacing.x + 7) / 8 * 8
        across = (0..<4).flatMap { tap in
            (0..<room).map { Float($0 < spacing.x ? GridUpsampling.weight($0, tap, spacing.x) : 0) }
        }
        down = (0..<spacing.y).map { phase in
            RowWeights((0..<4).map { GridUpsampling.weight(phase, $0, spacing.y) }, isExact: false)
        }
    }

    /// Grid points that `count` pixels lie among.
    static func points(for count: Int, spacing: Int) -> Int { (count - 1) / spacing + 4 }

    static func weight(_ phase: Int, _ tap: Int, _ spacing: Int) -> Double {
        SplineGrid.spline(Double(phase) / Double(spacing) + 1 - Double(tap))
    }

    public func rowsNeeded(for rows: Range<Int>) -> Range<Int> {
        rows.isEmpty ? 0..<0 : rows.lowerBound / spacing.y..<(rows.upperBound - 1) / spacing.y + 4
    }

    /// Output rows that one thread takes at a time: a few grid rows, so that those around them are not spread too often.
    private var pieceRows: Int { 8 * spacing.y }

    /// What one thread works in, in bytes.
    public var scratchBytes: Int { 4 * (12 * output.width + spacing.x + 8) }

    public func applied(to input: Planes, on machine: Machine = Machine()) -> Planes {
        var result = Planes(shape: output)
        run(input, rows: 0..<output.height, into: &result, on: machine)
        return result
    }

    /// Computes the output rows `rows`, which `output` has room for, from an input that holds `rowsNeeded(for: rows)`.
    package func run(_ input: Planes, rows: Range<Int>, into output: inout Planes, on machine: Machine) {
        guard !rows.isEmpty else { return }
        let width = self.output.width
        let pieces = (rows.count + pieceRows - 1) / pieceRows
        input.withRows { source in
            output.withMutableRows { target in
                machine.split(0..<pieces * self.output.count * self.output.channels, grain: 1) { jobs in
                    let spread = UnsafeMutablePointer<Float>.allocate(capacity: 12 * width + spacing.x + 8)
                    defer { spread.deallocate() }
                    for job in jobs {
                        let (plane, piece) = job.quotientAndRemainder(dividingBy: pieces)
                        let first = rows.lowerBound + piece * pieceRows
                        let some = first..<min(first + pieceRows, rows.upperBound)
                        let needed = rowsNeeded(for: some)
                        for row in needed {
                            spreadRow(
                                source.row(row, plane: plane), into: spread + (row - needed.lowerBound) * width,
                                machine.lanes)
                        }
                        for y in some {
                            let (q, phase) = y.quotientAndRemainder(dividingBy: spacing.y)
                            let rows: [UnsafePointer<Float>?] = (0..<4).map {
                                UnsafePointer(spread + (q + $0 - needed.lowerBound) * width)
                            }
                            down[phase].sum(rows, into: target.row(y, plane: plane), count: width, machine.lanes)
                        }
                    }
                }
            }
        }
    }

    /// One row of the grid at every pixel's column.
    private func spreadRow(_ grid: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>, _ lanes: Lanes) {
        let points = (output.width + spacing.x - 1) / spacing.x
        if spacing.x == 2 {
            lanes.loops.pointee.spread_pairs(out, grid, across, output.width / 2)
            guard output.width % 2 == 1 else { return }
            let last = grid + points - 1
            let near = last[1] * across[2] + last[2] * across[4]
            out[output.width - 1] = near + (last[0] * across[0] + last[3] * across[6])
        } else {
            // What the last point spreads beyond the row is overwritten by the next row.
            lanes.loops.pointee.spread_row(out, grid, across, spacing.x, points)
        }
    }
}
