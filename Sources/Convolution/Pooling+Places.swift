import CLanes
import Pixels

extension Pooling {
    /// Samples of a tile beyond which sorting it would take too much memory.
    private static let mostPlaces = 1 << 22

    /// Outputs of a tile, along each axis: about as many as the window is wide, so that a sample is sorted few times.
    private static func tileSide(_ axis: PhasedAxis) -> Int {
        axis.phases * max(1, min(512, max(48, axis.axis.kernel)) / axis.step)
    }

    private static func tileSpan(_ axis: PhasedAxis) -> Int { axis.span(of: tileSide(axis) / axis.phases) }

    static func fitsPlaces(_ geometry: Geometry) -> Bool {
        tileSpan(PhasedAxis(geometry.x)) * tileSpan(PhasedAxis(geometry.y)) <= mostPlaces
    }

    var placesScratchBytes: Int {
        Pooling.tileSpan(PhasedAxis(geometry.x)) * Pooling.tileSpan(PhasedAxis(geometry.y)) * 25
    }

    /// Ranks of any samples: a tile is sorted once, a window is then a set of places in that order, and moves by one
    /// column or row at a time. O(r) bits are turned for each sample.
    func runPlaces(_ source: ReadableRows, rows: Range<Int>, into target: WritableRows, on machine: Machine) {
        let (across, down) = (PhasedAxis(geometry.x), PhasedAxis(geometry.y))
        let (wide, tall) = (Pooling.tileSide(across), Pooling.tileSide(down))
        let planes = input.count * input.channels
        let (strips, pieces) = ((output.width + wide - 1) / wide, (rows.count + tall - 1) / tall)
        machine.split(0..<planes * strips * pieces, grain: 1) { tiles in
            var places = TilePlaces(capacity: Pooling.tileSpan(across) * Pooling.tileSpan(down))
            for tile in tiles {
                let left = tile % strips * wide
                let top = rows.lowerBound + tile / strips % pieces * tall
                let columns = left..<min(left + wide, output.width)
                let rows = top..<min(top + tall, rows.upperBound)
                let plane = tile / (strips * pieces)
                for phaseX in 0..<min(across.phases, columns.count) {
                    let map = PhasedColumns(
                        across, outputs: columns, phase: phaseX, border: border, outside: border?.outside ?? .nan)
                    for phaseY in 0..<min(down.phases, rows.count) {
                        let height = down.count(of: rows, phase: phaseY)
                        places.sort(map, rows: down.span(of: height)) { row in
                            let position = down.position(of: row, in: rows, phase: phaseY)
                            return (border ?? .zero).source(of: position, count: geometry.y.input)
                                .map { source.row($0, plane: plane) }
                        }
                        places.walk(self, steps: (across.step, down.step), count: (map.count, height), machine.lanes) {
                            x, y, value in
                            target.row(rows.lowerBound + phaseY + y * down.phases, plane: plane)[
                                columns.lowerBound + phaseX + x * across.phases] = value
                        }
                    }
                }
            }
        }
    }
}

/// The samples of a tile as places in their order.
private struct TilePlaces: ~Copyable {
    private let keys: UnsafeMutablePointer<UInt64>
    private let spare: UnsafeMutablePointer<UInt64>
    private let places: UnsafeMutablePointer<UInt32>
    private let values: UnsafeMutablePointer<Float>
    private let bits: UnsafeMutablePointer<UInt64>
    private var count = 0
    private var span = 0

    init(capacity: Int) {
        keys = .onCacheLine(capacity)
        spare = .onCacheLine(capacity)
        places = .onCacheLine(capacity)
        values = .onCacheLine(capacity)
        bits = .onCacheLine(capacity / 64 + 2)
    }

    deinit {
        keys.deallocate()
        spare.deallocate()
        places.deallocate()
        values.deallocate()
        bits.deallocate()
    }

    /// Sorts what the windows of the tile see; NaN takes no part.
    mutating func sort(_ map: PhasedColumns, rows: Int, _ source: (Int) -> UnsafePointer<Float>?) {
        span = map.span
        count = 0
        for row in 0..<rows {
            map.gather(source(row), into: values)
            for x in 0..<span {
                let index = row * span + x
                places[index] = .max
                if values[x].isNaN { continue }
                let pattern = values[x].bitPattern
                // Negative floats are ordered the other way round.
                let key = pattern >> 31 == 1 ? ~pattern : pattern | 1 << 31
                keys[count] = UInt64(key) << 32 | UInt64(index)
                count += 1
            }
        }
        var (from, to) = (keys, spare)
        for shift in [32, 43, 54] {
            TilePlaces.sort(from, into: to, count: count, shift: UInt64(shift))
            swap(&from, &to)
        }
        // Those that take no part share the word behind the last.
        let nowhere = UInt32((count + 63) / 64 * 64)
        for index in 0..<rows * span { places[index] = nowhere }
        for place in 0..<count {
            places[Int(from[place] & 0xFFFF_FFFF)] = UInt32(place)
            let key = UInt32(from[place] >> 32)
            values[place] = Float(bitPattern: key >> 31 == 1 ? key ^ 1 << 31 : ~key)
        }
    }

    /// One pass of a radix sort: by 11 bits, keeping the order of equals.
    private static func sort(
        _ from: UnsafeMutablePointer<UInt64>, into to: UnsafeMutablePointer<UInt64>, count: Int, shift: UInt64
    ) {
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: 2048) { starts in
            starts.initialize(repeating: 0)
            for index in 0..<count { starts[Int(from[index] >> shift & 2047)] &+= 1 }
            var sum: Int32 = 0
            for digit in 0..<2048 {
                let own = starts[digit]
                starts[digit] = sum
                sum &+= own
            }
            for index in 0..<count {
                let digit = Int(from[index] >> shift & 2047)
                to[Int(starts[digit])] = from[index]
                starts[digit] &+= 1
            }
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
