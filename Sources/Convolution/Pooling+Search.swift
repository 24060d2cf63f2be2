import CLanes
import Pixels

extension Pooling {
    /// Samples of a tile: their numbers have 16 bits, and one more is for samples that take no part.
    private static let mostNumbers = Int(UInt16.max)
    /// Samples of a window beyond which sets of places are quicker, and of levels, counting.
    private static let mostSearched = 1500
    private static let mostSearchedLevels = 150

    /// The windows of a phase's tile along each axis; nil where a tile would be little more than what is around it.
    private static func searchSide(_ geometry: Geometry) -> PerAxis<Int>? {
        let (across, down) = (PhasedAxis(geometry.x), PhasedAxis(geometry.y))
        let wide = (SlicedRows.windows - 1) / across.step + 1
        let samples = mostNumbers / across.span(of: wide)
        guard samples >= geometry.y.kernel else { return nil }
        let tall = min(64, (samples - geometry.y.kernel) / down.step + 1)
        return tall >= min(8, geometry.y.kernel) ? PerAxis(x: wide, y: tall) : nil
    }

    private static func searchSpan(_ geometry: Geometry) -> PerAxis<Int> {
        let side = searchSide(geometry) ?? PerAxis(1)
        return PerAxis(x: PhasedAxis(geometry.x).span(of: side.x), y: PhasedAxis(geometry.y).span(of: side.y))
    }

    /// A window with holes has no other quick way.
    static func fitsSearch(_ geometry: Geometry, isWhole: Bool, areLevels: Bool = false) -> Bool {
        // Windows that are left out by a stride are searched as well.
        let taps = geometry.x.kernel * geometry.y.kernel
        let most = areLevels ? mostSearchedLevels : mostSearched
        return taps <= SlicedRows.mostTaps && (!isWhole || taps * PhasedAxis(geometry.x).step <= most)
            && searchSide(geometry) != nil
    }

    var searchScratchBytes: Int {
        let span = Pooling.searchSpan(geometry)
        return span.x * span.y * (SampleOrder.bytesPerSample + 6) + 4 * SlicedRows.windows + 4 * span.x
            + SlicedRows.bytes(size: PerAxis(x: geometry.x.kernel, y: geometry.y.kernel), step: 1, bits: 16)
    }

    /// Ranks of any samples: those of a tile are numbered in their order, and of many windows side by side the number is
    /// found bit by bit.
    func runSearch(_ source: ReadableRows, rows: Range<Int>, into target: WritableRows, on machine: Machine) {
        guard let side = Pooling.searchSide(geometry) else { preconditionFailure("searched only where it fits") }
        let (across, down) = (PhasedAxis(geometry.x), PhasedAxis(geometry.y))
        let tiles = PhasedTiles(self, side: side)
        tiles.split(rows, on: machine, room: { TileNumbers(self, Pooling.searchSpan(geometry), machine.lanes) }) {
            numbers, tile in
            numbers.number(tile, of: source)
            for y in 0..<tile.height {
                let (start, every) = tile.result(y, in: target)
                numbers.rank(row: y * down.step, windows: tile.map.count, step: across.step, into: start, every: every)
            }
        }
    }
}

/// The samples of a tile as numbers of their values in ascending order: their own where all are levels.
private struct TileNumbers: ~Copyable {
    private let taps: [PerAxis<Int>]
    private let height: Int
    private let loops: kern_lanes
    private var order: SampleOrder
    private var sliced: SlicedRows
    private let numbers: UnsafeMutablePointer<UInt16>
    private let values: UnsafeMutablePointer<Float>
    private let row: UnsafeMutablePointer<Float>
    /// For the windows of one row: how many samples take part, and what was found.
    private let members: UnsafeMutablePointer<UInt16>
    private let found: UnsafeMutablePointer<UInt16>
    private let limits: RankLimits
    private var wantsAll = false
    /// Where a window's samples lie from its first.
    private var places: [UInt32] = []
    private var pitch = 0
    private var bits = 1
    private var allTakePart = true
    /// Of samples that take no part: above every result, and so not in its way.
    private var nowhere: UInt16 = 0

    init(_ pooling: Pooling, _ span: PerAxis<Int>, _ lanes: Lanes) {
        guard case .rank(let fraction) = pooling.reducer else { preconditionFailure("only ranks are ranked") }
        taps = pooling.taps
        height = pooling.geometry.y.kernel
        loops = lanes.loops.pointee
        let capacity = span.x * span.y
        order = SampleOrder(capacity: capacity, width: span.x)
        sliced = SlicedRows(
            size: PerAxis(x: pooling.geometry.x.kernel, y: height), step: 1, taps: taps, bits: 16, lanes)
        numbers = .onCacheLine(capacity + 2 * SlicedRows.windows)
        (members, found) = (numbers + capacity, numbers + capacity + SlicedRows.windows)
        values = .onCacheLine(max(capacity, 256) + 1)
        row = .onCacheLine(span.x)
        limits = RankLimits(fraction, taps: taps.count)
    }

    deinit {
        numbers.deallocate()
        values.deallocate()
        row.deallocate()
    }

    mutating func number(_ tile: PhasedTiles.Tile, of source: ReadableRows) {
        if !numberLevels(of: tile, source) { numberInOrder(tile, of: source) }
        sliced.begin()
        if pitch != tile.map.span {
            pitch = tile.map.span
            places = taps.map { UInt32($0.y * pitch + $0.x) }
        }
    }

    /// Samples that are levels are numbers already; false where some are not.
    private mutating func numberLevels(of tile: PhasedTiles.Tile, _ source: ReadableRows) -> Bool {
        let span = tile.map.span
        allTakePart = true
        for y in 0..<tile.span {
            tile.map.gather(tile.row(y, of: source), into: row)
            switch loops.number_levels(numbers + y * span, row, span) {
            case KERN_LEVELS: break
            case KERN_LEVELS_AND_NAN: allTakePart = false
            default: return false
            }
        }
        for level in 0...255 { values[level] = Float(level) / 255 }
        values[256] = 0
        nowhere = 256
        bits = allTakePart ? 8 : 9
        return true
    }

    private mutating func numberInOrder(_ tile: PhasedTiles.Tile, of source: ReadableRows) {
        order.sort(tile, of: source)
        let samples = tile.map.span * tile.span
        allTakePart = order.count == samples
        var count = 0
        for place in 0..<order.count where order.isNew(place) {
            values[count] = order.value(place)
            count += 1
        }
        nowhere = UInt16(count)
        values[count] = 0
        bits = max(1, Int.bitWidth - (allTakePart ? count - 1 : count).leadingZeroBitCount)
        if !allTakePart { numbers.update(repeating: nowhere, count: samples) }
        var number = -1
        for place in 0..<order.count {
            if order.isNew(place) { number += 1 }
            numbers[order.index(place)] = UInt16(number)
        }
    }

    /// The windows whose first row is `row`.
    mutating func rank(row: Int, windows: Int, step: Int, into out: UnsafeMutablePointer<Float>, every: Int) {
        let count = (windows - 1) * step + 1
        for row in row..<row + height where !sliced.holds(row) {
            sliced.take(row, words: numbers + row * pitch, under: count, bits: bits)
        }
        if !allTakePart {
            loops.count_keys(members, count, numbers + row * pitch, places, taps.count, nowhere)
            for x in 0..<count { members[x] = UInt16(taps.count) - members[x] }
            sliced.want(limits, members: members, count: count)
        } else if !wantsAll {
            members.update(repeating: UInt16(taps.count), count: SlicedRows.windows)
            sliced.want(limits, members: members, count: SlicedRows.windows)
        }
        wantsAll = allTakePart
        let (found, values) = (found, values)
        sliced.select(row: row, count: count, bits: bits) { results, isSecond in
            results.join(count, into: found)
            for index in 0..<windows {
                let value = values[Int(found[index * step])]
                if !isSecond {
                    out[index * every] = value
                } else if out[index * every] != value {
                    out[index * every] = (out[index * every] + value) / 2
                }
            }
        }
        if allTakePart { return }
        for index in 0..<windows where members[index * step] == 0 { out[index * every] = 0 }
    }
}
