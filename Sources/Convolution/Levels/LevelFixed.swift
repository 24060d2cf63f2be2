import CLanes
import Pixels

/// A kernel of few products of a column and a row, in fixed point. A strip of the picture at a time goes from top to bottom,
/// its channels apart, so that all rows a result needs stay in the nearest caches.
struct LevelFixed: LevelFilter {
    private let ground: LevelGround
    private let size: Size
    private let factors: FixedFactors
    /// Of each term: its weights for pairs of rows.
    private let columns: [[UInt32]]
    private let row: FixedRow

    /// Bytes of rows that are held for a strip, about: they are to stay in the second-level cache.
    private static let room = 192 << 10

    init?(_ factors: Factors, of kernel: Kernel, _ ground: LevelGround) {
        guard let fixed = FixedFactors(factors, of: kernel) else { return nil }
        self.ground = ground
        self.factors = fixed
        size = kernel.size
        columns = fixed.terms.map { FixedRow.column($0.column) }
        row = FixedRow(fixed)
    }

    /// In parts of 10,000 of a level, rounded up; what is left of a double's own rounding is no error.
    private var error: Int { Int((factors.error * 10000 - 1e-6).rounded(.up)) }
    var isExact: Bool { error <= 0 }

    var account: String {
        if isExact { return "columns and rows in fixed point on 8-bit samples: exact" }
        let digits = String(10000 + error).dropFirst()
        return "columns and rows in fixed point on 8-bit samples, off by at most 0.\(digits) of a level before rounding"
    }
    var windowRows: Int { size.height }
    private var strips: LevelStrips {
        LevelStrips(ground, width: max(256, LevelFixed.room / (2 * pairCount * ground.step)))
    }
    private var pairCount: Int { (size.height + 4) / 2 }
    var scratchBytes: Int {
        let length = strips.length
        return 2 * length + 2 * pairCount * length + 8 * columns.count * length + length
    }

    func run(_ source: ReadableLevels, rows: Range<Int>, into target: WritableLevels, _ lanes: Lanes) -> Int {
        let loops = lanes.loops.pointee
        let strips = strips
        let length = strips.length
        let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: 3 * length)
        let ring = UnsafeMutablePointer<UInt32>.allocate(capacity: pairCount * length / 2)
        let words = UnsafeMutablePointer<Int16>.allocate(capacity: 4 * columns.count * length)
        defer {
            bytes.deallocate()
            ring.deallocate()
            words.deallocate()
        }
        bytes.update(repeating: 0, count: 3 * length)
        words.update(repeating: 0, count: 4 * columns.count * length)
        let result = bytes + 2 * length
        var pairs = [UnsafePointer<UInt32>?](repeating: nil, count: pairCount)
        var out = [UnsafeMutablePointer<Int16>?](repeating: nil, count: 4)
        var from = [UnsafePointer<Int16>?](repeating: nil, count: row.places.count)
        let first = ground.geometry.y.start(rows.lowerBound)
        var clipped = 0
        for strip in strips.all {
            var made = 0
            for y in stride(from: rows.lowerBound, to: rows.upperBound, by: 4) {
                let count = min(4, rows.upperBound - y)
                let top = (y - rows.lowerBound) / 2
                // Rows behind the last that is wanted stand for nothing.
                let end = rows.upperBound - rows.lowerBound + size.height - 1
                for pair in max(made, top)..<top + pairCount {
                    for half in 0..<2 {
                        let row = first + min(2 * pair + half, end - 1)
                        ground.deal(row, strip, of: source, into: bytes + half * length, loops)
                    }
                    loops.couple_levels(ring + pair % pairCount * (length / 2), bytes, bytes + length, length / 2)
                }
                made = top + pairCount
                for index in 0..<pairCount {
                    pairs[index] = UnsafePointer(ring + (top + index) % pairCount * (length / 2))
                }
                for (index, term) in factors.terms.enumerated() {
                    for row in 0..<4 { out[row] = words + (4 * index + row) * length }
                    columns[index].withUnsafeBufferPointer { weights in
                        var column = kern_fixed_columns(
                            height: size.height, weights: weights.baseAddress,
                            start: Int32(truncatingIfNeeded: ((1 << term.shift) >> 1) - (term.offset << term.shift)),
                            shift: Int32(term.shift))
                        loops.fixed_columns(out, strip.planes, pairs, &column)
                    }
                }
                for row in 0..<count {
                    for channel in 0..<ground.step {
                        for (index, place) in self.row.places.enumerated() {
                            from[index] = UnsafePointer(
                                words + (4 * place.term + row) * length + channel * strip.pitch + place.tap)
                        }
                        let to = ground.step == 1 ? target.row(y + row) + strip.first : result + channel * strip.pitch
                        clipped += along(from, to, strip.count, loops)
                    }
                    if ground.step > 1 {
                        loops.gather_levels(
                            target.row(y + row) + strip.first * ground.step, result, strip.pitch, ground.step,
                            strip.count)
                    }
                }
            }
        }
        return clipped
    }

    private func along(
        _ from: [UnsafePointer<Int16>?], _ out: UnsafeMutablePointer<UInt8>, _ count: Int, _ loops: kern_lanes
    ) -> Int {
        row.weights.withUnsafeBufferPointer { weights in
            row.ends.withUnsafeBufferPointer { ends in
                var row = kern_fixed_row(
                    ends: ends.baseAddress, parts: ends.count, weights: weights.baseAddress,
                    start: Int32(truncatingIfNeeded: factors.start), fine: Int32(factors.fine),
                    shift: Int32(factors.shift), clips: factors.clips)
                return loops.fixed_row(out, count, from, &row)
            }
        }
    }
}
