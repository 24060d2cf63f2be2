import CLanes
import Pixels

extension Pooling {
    /// Columns that a thread holds counts of at one time: about 200 KB, less than a second-level cache.
    private static let columnsAtOnce = 384

    /// Whether a column's counts fit 16 bits, a window's 32, and the border adds nothing but levels.
    static func fitsLevels(_ geometry: Geometry, border: Border?) -> Bool {
        if case .constant(let value) = border, !(value == 0 || value == 1) { return false }
        return geometry.y.kernel <= Int(Int16.max) && geometry.x.kernel * geometry.y.kernel <= Int(Int32.max)
    }

    private var levelStrip: Int {
        let axis = PhasedAxis(geometry.x)
        return max(96, Pooling.columnsAtOnce - axis.axis.kernel, min(axis.axis.kernel, 1024)) / axis.step * axis.phases
            + 1
    }

    var levelScratchBytes: Int {
        let axis = PhasedAxis(geometry.x)
        let span = axis.span(of: (min(levelStrip, output.width) + axis.phases - 1) / axis.phases)
        return span * (2 * Int(KERN_LEVEL_COUNTS) + geometry.y.kernel + 8) + 8 * output.width
    }

    /// Ranks of 8-bit levels by counting: a row of columns counts the levels in the window's height, and a window adds
    /// the counts of the column it reaches and takes away those of the column it leaves. The cost hardly grows with the
    /// window.
    func runLevels(_ source: ReadableRows, rows: Range<Int>, into target: WritableRows, on machine: Machine) {
        let tiles = PoolingTiles(
            planes: input.count * input.channels, width: output.width, rows: rows, strip: levelStrip,
            kernelRows: geometry.y.kernel, threads: machine.threads)
        let (across, down) = (PhasedAxis(geometry.x), PhasedAxis(geometry.y))
        tiles.split(on: machine) { plane, columns, rows in
            for phaseX in 0..<across.phases {
                let map = PhasedColumns(
                    across, outputs: columns, phase: phaseX, border: border, outside: border?.outside ?? 0)
                guard map.count > 0 else { continue }
                var counts = LevelCounts(map, kernelRows: geometry.y.kernel, machine.lanes)
                for phaseY in 0..<down.phases {
                    counts.begin()
                    var held = 0..<0
                    for j in 0..<down.count(of: rows, phase: phaseY) {
                        let window = j * down.step..<j * down.step + geometry.y.kernel
                        for row in held.lowerBound..<min(held.upperBound, window.lowerBound) { counts.remove(row) }
                        for row in max(held.upperBound, window.lowerBound)..<window.upperBound {
                            let position = down.position(of: row, in: rows, phase: phaseY)
                            let from = (border ?? .zero).source(of: position, count: geometry.y.input)
                            if from == nil, border == nil { continue }
                            counts.add(row, from.map { source.row($0, plane: plane) })
                        }
                        held = window
                        let y = rows.lowerBound + phaseY + j * down.phases
                        let out = target.row(y, plane: plane) + columns.lowerBound + phaseX
                        counts.rank(self, step: across.step, into: out, every: across.phases)
                    }
                }
            }
        }
    }
}

/// The counts of levels in each column of a strip, over the rows that the windows see now.
private struct LevelCounts: ~Copyable {
    private let map: PhasedColumns
    private let lanes: Lanes
    private let columns: UnsafeMutablePointer<Int16>
    private let pixels: UnsafeMutablePointer<Float>
    /// The levels of the rows that are counted, row r at r modulo the window's height.
    private let levels: UnsafeMutablePointer<UInt8>
    private let height: Int
    private var isCounted: [Bool]
    private var rowCount = 0
    /// The ranks wanted of each window, for so many rows.
    private var ranks: (low: [Int32], high: [Int32], rows: Int) = ([], [], 0)

    private static let values = (0...255).map { Float($0) / 255 }

    init(_ map: PhasedColumns, kernelRows: Int, _ lanes: Lanes) {
        self.map = map
        self.lanes = lanes
        height = kernelRows
        columns = .onCacheLine(map.span * Int(KERN_LEVEL_COUNTS))
        pixels = .onCacheLine(map.span)
        levels = .onCacheLine(map.span * kernelRows)
        isCounted = Array(repeating: false, count: kernelRows)
    }

    deinit {
        columns.deallocate()
        pixels.deallocate()
        levels.deallocate()
    }

    mutating func begin() {
        columns.initialize(repeating: 0, count: map.span * Int(KERN_LEVEL_COUNTS))
        rowCount = 0
        for slot in isCounted.indices { isCounted[slot] = false }
    }

    mutating func add(_ row: Int, _ source: UnsafePointer<Float>?) {
        let slot = row % height
        map.gather(source, into: pixels)
        lanes.loops.pointee.levels_of(levels + slot * map.span, pixels, map.span)
        isCounted[slot] = true
        rowCount += 1
        count(slot, 1)
    }

    mutating func remove(_ row: Int) {
        let slot = row % height
        guard isCounted[slot] else { return }
        isCounted[slot] = false
        rowCount -= 1
        count(slot, -1)
    }

    private func count(_ slot: Int, _ sign: Int32) {
        let first = map.seen.lowerBound
        lanes.loops.pointee.count_levels(
            columns + first * Int(KERN_LEVEL_COUNTS), levels + slot * map.span + first, map.seen.count, sign)
    }

    mutating func rank(_ pooling: Pooling, step: Int, into out: UnsafeMutablePointer<Float>, every: Int) {
        if ranks.rows != rowCount { wantRanks(pooling, step: step) }
        let (loops, size) = (lanes.loops.pointee, pooling.geometry.x.kernel * height)
        guard let rank = size <= Int(Int16.max) ? loops.rank_levels : loops.rank_many_levels else {
            preconditionFailure("every level has every loop")
        }
        rank(
            out, every, map.count, columns, pooling.geometry.x.kernel, step, ranks.low, ranks.high, LevelCounts.values)
    }

    private mutating func wantRanks(_ pooling: Pooling, step: Int) {
        guard case .rank(let fraction) = pooling.reducer else { preconditionFailure("only ranks are ranked") }
        let rowCount = rowCount
        let places = (0..<map.count).map { index in
            Rank.places(
                of: fraction,
                count: max(1, rowCount * map.seen(by: index, step: step, kernel: pooling.geometry.x.kernel)))
        }
        ranks = (places.map { Int32($0.low) }, places.map { Int32($0.high) }, rowCount)
    }
}
