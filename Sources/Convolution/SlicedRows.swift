import CLanes
import Pixels

/// Rows of samples cut into slices, as many as a window is high, under up to `windows` windows side by side: a slice holds
/// one bit of a sample of each window, so that the ranks of all are found together.
///
/// One value belongs to one thread.
struct SlicedRows: ~Copyable {
    /// A bit of each fills the widest vector.
    static let windows = Int(KERN_SLICE)
    /// A window of more samples has no room in the counts.
    static let mostTaps = 1 << 14

    private let loops: kern_lanes
    private let rows: Int
    private let width: Int
    private let step: Int
    private let limitBits: Int
    private let bytesPerRow: Int
    private let slices: UnsafeMutablePointer<UInt8>
    private let room: UnsafeMutablePointer<UInt8>
    /// Of the lower and the higher of the two places whose mean is the result.
    private let limits: (low: UnsafeMutablePointer<UInt8>, high: UnsafeMutablePointer<UInt8>)
    private var haveTwo = false
    private let found: UnsafeMutablePointer<UInt8>
    private let line: UnsafeMutablePointer<UInt8>
    /// Where the taps lie if the window's first row is in the first slot, and where they lie now.
    private let offsets: [UInt32]
    private var places: [UInt32]
    private var held: [Int]

    private static let sliceBytes = windows / 8

    static func bytes(size: PerAxis<Int>, step: Int, bits: Int) -> Int {
        sliceBytes * (bits * size.x * size.y + size.x * size.y + 48) + 16 * kern_slicing_pitch(size.x, step)
    }

    /// - Parameters:
    ///   - size: of the window.
    ///   - step: samples from one of its columns to the next.
    ///   - taps: its columns and rows that count.
    ///   - bits: of a sample, at most 16.
    init(size: PerAxis<Int>, step: Int, taps: [PerAxis<Int>], bits: Int, _ lanes: Lanes) {
        precondition(taps.count <= SlicedRows.mostTaps && bits <= 16, "counts have 16 bits")
        loops = lanes.loops.pointee
        (rows, width, self.step) = (size.y, size.x, step)
        limitBits = max(4, Int.bitWidth - taps.count.leadingZeroBitCount)
        bytesPerRow = bits * size.x * SlicedRows.sliceBytes
        slices = .onCacheLine(SlicedRows.bytes(size: size, step: step, bits: bits))
        let behind = slices + rows * bytesPerRow
        limits = (behind, behind + 16 * SlicedRows.sliceBytes)
        found = behind + 32 * SlicedRows.sliceBytes
        room = found + 16 * SlicedRows.sliceBytes
        line = room + taps.count * SlicedRows.sliceBytes
        let bytesPerRow = bytesPerRow
        offsets = taps.map { UInt32($0.y * bytesPerRow + $0.x * SlicedRows.sliceBytes) }
        places = offsets
        held = Array(repeating: .min, count: rows)
    }

    deinit { slices.deallocate() }

    /// Samples of a row under `count` windows.
    func samples(under count: Int) -> Int { count + (width - 1) * step }

    /// Forgets the rows it holds.
    mutating func begin() { for slot in held.indices { held[slot] = .min } }

    func holds(_ row: Int) -> Bool { held[slot(row)] == row }

    private func slot(_ row: Int) -> Int { (row % rows + rows) % rows }

    mutating func take(_ row: Int, levels: UnsafePointer<UInt8>, under count: Int) {
        var slicing = kern_slicing(bits: 8, width: width, step: step, room: line)
        loops.slice_levels(place(of: row), levels, samples(under: count), &slicing)
    }

    /// - Parameter bits: those that are not 0 in all samples of all rows.
    mutating func take(_ row: Int, words: UnsafePointer<UInt16>, under count: Int, bits: Int) {
        var slicing = kern_slicing(bits: bits, width: width, step: step, room: line)
        loops.slice_words(place(of: row), words, samples(under: count), &slicing)
    }

    private mutating func place(of row: Int) -> UnsafeMutablePointer<UInt8> {
        held[slot(row)] = row
        return slices + slot(row) * bytesPerRow
    }

    /// What the next ranks are to be.
    /// - Parameter members: for each window, how many of its samples take part.
    mutating func want(_ wanted: RankLimits, members: UnsafePointer<UInt16>, count: Int) {
        withUnsafeTemporaryAllocation(of: UInt16.self, capacity: count) { allowed in
            guard let base = allowed.baseAddress else { return }
            var slicing = kern_slicing(bits: limitBits, width: 1, step: 1, room: line)
            for x in 0..<count { base[x] = wanted.low[Int(members[x])] }
            loops.slice_words(limits.low, base, count, &slicing)
            haveTwo = false
            for x in 0..<count {
                let high = wanted.high[Int(members[x])]
                haveTwo = haveTwo || high != base[x]
                base[x] = high
            }
            if haveTwo { loops.slice_words(limits.high, base, count, &slicing) }
        }
    }

    /// Finds the samples of the windows whose first row is `row`, and gives `use` the slices of what is wanted first, then of
    /// the second place where there is one.
    mutating func select(row: Int, count: Int, bits: Int, _ use: (borrowing Found, _ isSecond: Bool) -> Void) {
        let (first, all) = (UInt32(slot(row) * bytesPerRow), UInt32(rows * bytesPerRow))
        for index in offsets.indices {
            let place = offsets[index] &+ first
            // Behind the last slot comes the first one: what is below it is large.
            places[index] = min(place, place &- all)
        }
        var windows = kern_sliced_windows(
            slices: slices, limits: limits.low, slice_pitch: width * SlicedRows.sliceBytes, bits: bits,
            count_bits: limitBits, taps: nil, tap_count: places.count, room: room)
        places.withUnsafeBufferPointer {
            windows.taps = $0.baseAddress
            loops.select_slices(found, count, &windows)
            use(Found(slices: found, bits: bits, loops: loops), false)
            guard haveTwo else { return }
            windows.limits = UnsafePointer(limits.high)
            loops.select_slices(found, count, &windows)
            use(Found(slices: found, bits: bits, loops: loops), true)
        }
    }

    /// Results as slices.
    struct Found: ~Copyable {
        fileprivate let slices: UnsafePointer<UInt8>
        fileprivate let bits: Int
        fileprivate let loops: kern_lanes

        func join(_ count: Int, into levels: UnsafeMutablePointer<UInt8>) {
            loops.join_levels(levels, count, slices, bits)
        }

        func join(_ count: Int, into words: UnsafeMutablePointer<UInt16>) {
            loops.join_words(words, count, slices, bits)
        }
    }
}
