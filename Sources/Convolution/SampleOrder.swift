import Pixels

/// The samples of a tile in ascending order. NaN has no place in it.
struct SampleOrder: ~Copyable {
    /// The pattern of a sample, turned so that patterns are ordered like their values, above where it lies.
    private var keys: UnsafeMutablePointer<UInt64>
    private var spare: UnsafeMutablePointer<UInt64>
    private let row: UnsafeMutablePointer<Float>
    private(set) var count = 0

    static let bytesPerSample = 16

    /// - Parameters:
    ///   - capacity: samples of a tile at most.
    ///   - width: of one of its rows at most.
    init(capacity: Int, width: Int) {
        keys = .onCacheLine(capacity)
        spare = .onCacheLine(capacity)
        row = .onCacheLine(width)
    }

    deinit {
        keys.deallocate()
        spare.deallocate()
        row.deallocate()
    }

    /// Where in the tile, row by row, the sample at `place` of the order lies.
    func index(_ place: Int) -> Int { Int(keys[place] & 0xFFFF_FFFF) }

    func value(_ place: Int) -> Float {
        let key = UInt32(keys[place] >> 32)
        return Float(bitPattern: key >> 31 == 1 ? key ^ 1 << 31 : ~key)
    }

    /// Whether the value at `place` is another than the one before it.
    func isNew(_ place: Int) -> Bool { place == 0 || keys[place] >> 32 != keys[place - 1] >> 32 }

    mutating func sort(_ tile: PhasedTiles.Tile, of source: ReadableRows) {
        let span = tile.map.span
        count = 0
        for y in 0..<tile.span {
            tile.map.gather(tile.row(y, of: source), into: row)
            for x in 0..<span {
                if row[x].isNaN { continue }
                let pattern = row[x].bitPattern
                // Negative floats are ordered the other way round.
                let key = pattern >> 31 == 1 ? ~pattern : pattern | 1 << 31
                keys[count] = UInt64(key) << 32 | UInt64(y * span + x)
                count += 1
            }
        }
        for shift in [32, 43, 54] { sort(shift: UInt64(shift)) }
    }

    /// One pass of a radix sort: by 11 bits, keeping the order of equals.
    private mutating func sort(shift: UInt64) {
        let (from, to, count) = (keys, spare, count)
        let isMoved = withUnsafeTemporaryAllocation(of: Int32.self, capacity: 2048) { starts in
            starts.initialize(repeating: 0)
            for index in 0..<count { starts[Int(from[index] >> shift & 2047)] &+= 1 }
            // Samples of few levels often agree in their last bits.
            if count > 0, starts[Int(from[0] >> shift & 2047)] == count { return false }
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
            return true
        }
        if isMoved { (keys, spare) = (to, from) }
    }
}
