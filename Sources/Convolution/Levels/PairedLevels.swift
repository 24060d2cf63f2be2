import CLanes
import Pixels

/// Padded rows two by two, sample beside sample, in a ring: what a window over four rows of the result looks at. One value
/// belongs to one thread.
struct PairedLevels: ~Copyable {
    /// The pairs from the first row under the window on.
    private(set) var pairs: [UnsafePointer<UInt16>?]
    private var padded: PaddedLevels
    private let store: UnsafeMutablePointer<UInt16>
    private let length: Int
    private let height: Int
    private let rows: Range<Int>
    private var made = 0

    /// - Parameters:
    ///   - height: of the window.
    ///   - rows: those of the result that will be asked for, four at a time.
    init(_ ground: LevelGround, height: Int, rows: Range<Int>) {
        let count = (height + 4) / 2
        self.height = height
        self.rows = rows
        length = ground.length
        padded = PaddedLevels(ground, slots: 2)
        store = .allocate(capacity: count * length)
        pairs = Array(repeating: nil, count: count)
    }

    deinit { store.deallocate() }

    /// Moves the window to output row `y`, a multiple of four behind the first.
    mutating func advance(to y: Int, of source: ReadableLevels, _ loops: kern_lanes) {
        let first = (y - rows.lowerBound) / 2
        // Rows behind the last that is wanted stand for nothing.
        let lastTap = min(4, rows.upperBound - y) + height - 2
        for pair in max(made, first)..<first + pairs.count {
            let tap = min(2 * (pair - first), lastTap)
            let low = padded.row(y, tap: tap, of: source)
            let high = padded.row(y, tap: min(tap + 1, lastTap), of: source)
            loops.interleave_levels(store + pair % pairs.count * length, low, high, length)
        }
        // With an even height the last pair has only its upper row yet.
        made = first + pairs.count - (height % 2 == 0 ? 1 : 0)
        for index in pairs.indices { pairs[index] = UnsafePointer(store + (first + index) % pairs.count * length) }
    }
}
