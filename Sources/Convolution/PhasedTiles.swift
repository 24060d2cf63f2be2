import Pixels

/// The outputs of a pooling cut into small tiles, and each tile taken apart into its phases, in which windows slide over
/// neighbours.
struct PhasedTiles: Sendable {
    /// One phase of one tile.
    struct Tile {
        let map: PhasedColumns
        /// Windows beneath each other, and the rows of samples they see.
        let height: Int
        let span: Int
        fileprivate let pooling: Pooling
        fileprivate let down: PhasedAxis
        fileprivate let plane: Int
        fileprivate let firstColumn: Int
        fileprivate let every: Int
        fileprivate let rows: Range<Int>
        fileprivate let phase: Int

        /// The picture's row under row `index` of the samples; nil where there is none.
        func row(_ index: Int, of source: ReadableRows) -> UnsafePointer<Float>? {
            let position = down.position(of: index, in: rows, phase: phase)
            return (pooling.border ?? .zero).source(of: position, count: pooling.geometry.y.input)
                .map { source.row($0, plane: plane) }
        }

        /// Where the result of the first window in row `y` goes; the next lie `every` samples apart.
        func result(_ y: Int, in target: WritableRows) -> (start: UnsafeMutablePointer<Float>, every: Int) {
            let row = target.row(rows.lowerBound + phase + y * down.phases, plane: plane)
            return (row + firstColumn, every)
        }
    }

    private let pooling: Pooling
    private let across: PhasedAxis
    private let down: PhasedAxis
    private let side: PerAxis<Int>

    /// - Parameter side: the windows of a phase's tile along each axis.
    init(_ pooling: Pooling, side: PerAxis<Int>) {
        self.pooling = pooling
        across = PhasedAxis(pooling.geometry.x)
        down = PhasedAxis(pooling.geometry.y)
        self.side = PerAxis(x: side.x * across.phases, y: side.y * down.phases)
    }

    /// Runs `body` for each phase of each tile that gives `rows`, with what its thread works in.
    func split<Room: ~Copyable>(
        _ rows: Range<Int>, on machine: Machine, room: @Sendable () -> Room,
        _ body: @Sendable (inout Room, Tile) -> Void
    ) {
        let output = pooling.output
        let (strips, pieces) = ((output.width + side.x - 1) / side.x, (rows.count + side.y - 1) / side.y)
        let planes = output.count * output.channels
        machine.split(0..<planes * strips * pieces, grain: 1) { numbers in
            var room = room()
            for number in numbers {
                let left = number % strips * side.x
                let top = rows.lowerBound + number / strips % pieces * side.y
                let columns = left..<min(left + side.x, output.width)
                let rows = top..<min(top + side.y, rows.upperBound)
                for phaseX in 0..<min(across.phases, columns.count) {
                    let map = PhasedColumns(
                        across, outputs: columns, phase: phaseX, border: pooling.border,
                        outside: pooling.border?.outside ?? .nan)
                    for phaseY in 0..<min(down.phases, rows.count) {
                        let height = down.count(of: rows, phase: phaseY)
                        body(
                            &room,
                            Tile(
                                map: map, height: height, span: down.span(of: height), pooling: pooling, down: down,
                                plane: number / (strips * pieces),
                                firstColumn: left + phaseX, every: across.phases, rows: rows,
                                phase: phaseY))
                    }
                }
            }
        }
    }
}
