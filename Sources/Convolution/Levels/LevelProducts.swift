import CLanes
import Pixels

/// A kernel of few products of a column and a row, in floats: columns first, four rows of a strip at a time, so that
/// nothing between the passes leaves the nearest cache.
struct LevelProducts: LevelFilter {
    private let ground: LevelGround
    private let size: Size
    private let columns: [[Float]]
    private let rows: RowWeights
    /// Of each tap along the row: its term and column.
    private let taps: [(term: Int, x: Int)]

    /// Samples of the result that are made at one time.
    private static let strip = 1536

    /// Nil for kernels of less than three rows.
    init?(_ factors: Factors, _ ground: LevelGround) {
        size = Size(width: ground.geometry.x.kernel, height: ground.geometry.y.kernel)
        guard size.height >= 3, factors.rank > 0 else { return nil }
        self.ground = ground
        // Sums down the columns are of samples of 0…1 again.
        columns = factors.terms.map { $0.column.map { Float($0 / 255) } }
        var (taps, weights) = ([(term: Int, x: Int)](), [Double]())
        for (term, factor) in factors.terms.enumerated() {
            for (x, weight) in factor.row.enumerated() where weight != 0 {
                taps.append((term, x))
                weights.append(weight)
            }
        }
        self.taps = taps
        rows = RowWeights(weights, isExact: false)
    }

    var account: String { "columns and rows in floats, from 8-bit samples to 8-bit samples" }
    var windowRows: Int { size.height }
    private var reach: Int { (size.width - 1) * ground.step }
    private var room: Int { min(LevelProducts.strip, ground.samples) + reach + 16 }
    var scratchBytes: Int { (size.height + 3) * ground.length + 4 * (4 * columns.count + 1) * room }

    func run(_ source: ReadableLevels, rows: Range<Int>, into target: WritableLevels, _ lanes: Lanes) -> Int {
        let loops = lanes.loops.pointee
        let room = room
        var padded = PaddedLevels(ground, slots: size.height + 3)
        let store = UnsafeMutablePointer<Float>.allocate(capacity: (4 * columns.count + 1) * room)
        defer { store.deallocate() }
        let result = store + 4 * columns.count * room
        var pixels = [UnsafePointer<UInt8>?](repeating: nil, count: size.height + 3)
        var shifted = pixels
        var pointers = [UnsafePointer<Float>?](repeating: nil, count: taps.count)
        var clipped = 0
        for y in stride(from: rows.lowerBound, to: rows.upperBound, by: 4) {
            let count = min(4, rows.upperBound - y)
            // Behind the last row that is wanted the last one stands again.
            for tap in pixels.indices {
                pixels[tap] = padded.row(y, tap: min(tap, size.height + count - 2), of: source)
            }
            for first in stride(from: 0, to: ground.samples, by: LevelProducts.strip) {
                let samples = min(LevelProducts.strip, ground.samples - first)
                for tap in pixels.indices { shifted[tap] = pixels[tap].map { $0 + first } }
                for (term, column) in columns.enumerated() {
                    let out: [UnsafeMutablePointer<Float>?] = (0..<4).map { store + (4 * term + $0) * room }
                    loops.column_sums_of_levels(out, samples + reach, shifted, column, column.count)
                }
                for row in 0..<count {
                    for (index, tap) in taps.enumerated() {
                        pointers[index] = UnsafePointer(store + (4 * tap.term + row) * room + tap.x * ground.step)
                    }
                    self.rows.sum(pointers, into: result, count: samples, lanes)
                    clipped += loops.join_uint8(target.row(y + row) + first, result, 0, 1, samples)
                }
            }
        }
        return clipped
    }
}
