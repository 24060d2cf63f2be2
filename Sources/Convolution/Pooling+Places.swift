import CLanes
import Pixels

extension Pooling {
    /// Samples of a tile beyond which sorting it would take too much memory.
    private static let mostPlaces = 1 << 22

    /// Outputs of a tile, along each axis: about as many as the window is wide, so that a sample is sorted few times.
    private static func placesSide(_ axis: PhasedAxis) -> Int {
        max(1, min(512, max(48, axis.axis.kernel)) / axis.step)
    }

    /// Samples that the windows of a tile see along each axis.
    private static func placesSpan(_ geometry: Geometry) -> PerAxis<Int> {
        let (across, down) = (PhasedAxis(geometry.x), PhasedAxis(geometry.y))
        return PerAxis(x: across.span(of: placesSide(across)), y: down.span(of: placesSide(down)))
    }

    static func fitsPlaces(_ geometry: Geometry) -> Bool {
        let span = placesSpan(geometry)
        return span.x * span.y <= mostPlaces
    }

    var placesScratchBytes: Int {
        let span = Pooling.placesSpan(geometry)
        return span.x * span.y * (SampleOrder.bytesPerSample + 9)
    }

    /// Ranks of any samples: a tile is sorted once, a window is then a set of places in that order, and moves by one
    /// column or row at a time. O(r) bits are turned for each sample.
    func runPlaces(_ source: ReadableRows, rows: Range<Int>, into target: WritableRows, on machine: Machine) {
        let (across, down) = (PhasedAxis(geometry.x), PhasedAxis(geometry.y))
        let tiles = PhasedTiles(self, side: PerAxis(x: Pooling.placesSide(across), y: Pooling.placesSide(down)))
        tiles.split(rows, on: machine, room: { TilePlaces(Pooling.placesSpan(geometry)) }) { places, tile in
            places.sort(tile, of: source)
            places.walk(self, steps: (across.step, down.step), count: (tile.map.count, tile.height), machine.lanes) {
                x, y, value in
                let (start, every) = tile.result(y, in: target)
                start[x * every] = value
            }
        }
    }
}

/// The samples of a tile as places in their order.
private struct TilePlaces: ~Copyable {
    private var order: SampleOrder
    private let places: UnsafeMutablePointer<UInt32>
    private let values: UnsafeMutablePointer<Float>
    private let bits: UnsafeMutablePointer<UInt64>
    private var span = 0

    init(_ span: PerAxis<Int>) {
        let capacity = span.x * span.y
        order = SampleOrder(capacity: capacity, width: span.x)
        places = .onCacheLine(capacity)
        values = .onCacheLine(capacity)
        bits = .onCacheLine(capacity / 64 + 2)
    }

    deinit {
        places.deallocate()
        values.deallocate()
        bits.deallocate()
    }

    /// Sorts what the windows of the tile see; NaN takes no part.
    mutating func sort(_ tile: PhasedTiles.Tile, of source: ReadableRows) {
        span = tile.map.span
        order.sort(tile, of: source)
        // Those that take no part share the word behind the last.
        let nowhere = UInt32((order.count + 63) / 64 * 64)
        places.update(repeating: nowhere, count: span * tile.span)
        for place in 0..<order.count {
            places[order.index(place)] = UInt32(place)
            values[place] = order.value(place)
        }
    }

    /// Walks over the windows, to the right in one row and to the left in the next.
    func walk(
        _ pooling: Pooling, steps: (x: Int, y: Int), count windows: (x: Int, y: Int), _ lanes: Lanes,
        _ emit: (Int, Int, Float) -> Void
    ) {
        guard case .rank(let fraction) = pooling.reducer else { preconditionFailure("only ranks are ranked") }
        let (across, down) = (pooling.geometry.x.kernel, pooling.geometry.y.kernel)
        let loops = lanes.loops.pointee
        let count = order.count
        bits.initialize(repeating: 0, count: (count + 63) / 64 + 1)
        var set = kern_places(
            bits: bits, values: UnsafePointer(values), count: count, members: 0, word: 0, below: 0)
        func turn(_ x: Int, _ y: Int, _ width: Int, _ height: Int, _ sign: Int32) {
            loops.toggle_places(&set, places + y * span + x, span, height, width, sign)
        }
        /// From the interval at `old` to the one at `new`, along one axis.
        func move(_ old: Int, _ new: Int, _ length: Int, _ turn: (Int, Int, Int32) -> Void) {
            let overlap = max(0, length - abs(new - old))
            turn(new > old ? old : old + overlap, length - overlap, -1)
            turn(new > old ? new + overlap : new, length - overlap, 1)
        }
        turn(0, 0, across, down, 1)
        var (x, known, ranks) = (0, -1, (low: 0, high: 0))
        for y in 0..<windows.y {
            if y > 0 {
                move((y - 1) * steps.y, y * steps.y, down) { turn(x * steps.x, $0, across, $1, $2) }
            }
            for index in 0..<windows.x {
                if index > 0 {
                    let next = y % 2 == 0 ? index : windows.x - 1 - index
                    move(x * steps.x, next * steps.x, across) { turn($0, y * steps.y, $1, down, $2) }
                    x = next
                }
                let members = Int(set.members)
                if members != known {
                    known = members
                    ranks = members > 0 ? Rank.places(of: fraction, count: members) : (0, 0)
                }
                emit(x, y, members > 0 ? loops.rank_places(&set, Int64(ranks.low), Int64(ranks.high)) : 0)
            }
        }
    }
}
