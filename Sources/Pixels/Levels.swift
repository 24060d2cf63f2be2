/// 8-bit samples of a picture as they are decoded, pixel after pixel, or a band of its rows: what `Planes` are to floats.
///
/// Sample (y, x, c) is stored at (y − firstStoredRow)·bytesPerRow + x·channels + c.
package struct Levels: Sendable {
    package let size: Size
    package let channels: Int
    package private(set) var rows: Range<Int>
    private var capacity: Int
    private var firstStoredRow = 0
    private var bytes: [UInt8]

    /// No rows yet, but room for `capacity` of them.
    package init(size: Size, channels: Int, emptyWithRoomFor capacity: Int) {
        self.size = size
        self.channels = channels
        self.capacity = capacity
        rows = 0..<0
        bytes = .onLargePages(0, count: capacity * size.width * channels)
    }

    package var bytesPerRow: Int { size.width * channels }

    /// Forgets the rows above `row`; what they occupied is reused by `makeRoom`.
    package mutating func dropRows(before row: Int) {
        rows = min(max(row, rows.lowerBound), rows.upperBound)..<rows.upperBound
    }

    /// Extends `rows` to end at `end`, moving or growing the store where it must. The new rows hold anything.
    package mutating func makeRoom(upTo end: Int) {
        guard end > rows.upperBound else { return }
        if end - firstStoredRow > capacity {
            let needed = end - rows.lowerBound
            if needed > capacity {
                bytes.append(contentsOf: repeatElement(0, count: (needed - capacity) * bytesPerRow))
                capacity = needed
            }
            let kept = rows.count * bytesPerRow
            let shift = (rows.lowerBound - firstStoredRow) * bytesPerRow
            bytes.withUnsafeMutableBufferPointer { store in
                guard kept > 0, shift > 0, let base = store.baseAddress else { return }
                base.update(from: base + shift, count: kept)
            }
            firstStoredRow = rows.lowerBound
        }
        rows = rows.lowerBound..<end
    }

    /// Puts `count` rows behind those that are there.
    package mutating func append(_ count: Int, from samples: UnsafeRawBufferPointer) {
        let first = rows.upperBound
        makeRoom(upTo: first + count)
        let bytesPerRow = bytesPerRow
        withMutableRows { target in
            guard count > 0, let base = samples.baseAddress else { return }
            UnsafeMutableRawPointer(target.row(first)).copyMemory(from: base, byteCount: count * bytesPerRow)
        }
    }

    package func withRows<Result>(_ body: (ReadableLevels) -> Result) -> Result {
        bytes.withUnsafeBufferPointer { store in
            body(
                ReadableLevels(
                    rows: rows, base: store.baseAddress ?? UnsafePointer(Levels.nowhere), bytesPerRow: bytesPerRow,
                    firstStoredRow: firstStoredRow))
        }
    }

    package mutating func withMutableRows<Result>(_ body: (WritableLevels) -> Result) -> Result {
        let (rows, bytesPerRow, first) = (rows, bytesPerRow, firstStoredRow)
        return bytes.withUnsafeMutableBufferPointer { store in
            body(
                WritableLevels(
                    rows: rows, base: store.baseAddress ?? Levels.nowhere, bytesPerRow: bytesPerRow,
                    firstStoredRow: first))
        }
    }

    /// Where the rows of a picture without samples lie.
    fileprivate static var nowhere: UnsafeMutablePointer<UInt8> {
        UnsafeMutablePointer(bitPattern: 1).unsafelyUnwrapped
    }
}

/// The fence around raw rows of levels: pointers live only inside the closures of `Levels`.
///
/// - A pointer from `row` is good for `bytesPerRow` samples of a row that is in `rows`.
/// - Different rows may be written from different threads at the same time.
package struct ReadableLevels: @unchecked Sendable {
    package let rows: Range<Int>
    package let base: UnsafePointer<UInt8>
    package let bytesPerRow: Int
    package let firstStoredRow: Int

    init(rows: Range<Int>, base: UnsafePointer<UInt8>, bytesPerRow: Int, firstStoredRow: Int) {
        (self.rows, self.base, self.bytesPerRow, self.firstStoredRow) = (rows, base, bytesPerRow, firstStoredRow)
    }

    /// All rows of a picture, one behind the other.
    package init(whole base: UnsafePointer<UInt8>, height: Int, bytesPerRow: Int) {
        self.init(rows: 0..<height, base: base, bytesPerRow: bytesPerRow, firstStoredRow: 0)
    }

    /// Some rows of a picture, one behind the other; nil is where no rows lie.
    package init(_ rows: Range<Int>, at base: UnsafePointer<UInt8>?, bytesPerRow: Int) {
        self.init(
            rows: rows, base: base ?? UnsafePointer(Levels.nowhere), bytesPerRow: bytesPerRow,
            firstStoredRow: rows.lowerBound)
    }

    @inlinable
    package func row(_ y: Int) -> UnsafePointer<UInt8> {
        assert(rows.contains(y), "row \(y) is not among \(rows)")
        return base + (y - firstStoredRow) * bytesPerRow
    }
}

package struct WritableLevels: @unchecked Sendable {
    package let rows: Range<Int>
    package let base: UnsafeMutablePointer<UInt8>
    package let bytesPerRow: Int
    package let firstStoredRow: Int

    init(rows: Range<Int>, base: UnsafeMutablePointer<UInt8>, bytesPerRow: Int, firstStoredRow: Int) {
        (self.rows, self.base, self.bytesPerRow, self.firstStoredRow) = (rows, base, bytesPerRow, firstStoredRow)
    }

    /// Room for some rows of a picture, one behind the other.
    package init(_ rows: Range<Int>, at base: UnsafeMutablePointer<UInt8>, bytesPerRow: Int) {
        self.init(rows: rows, base: base, bytesPerRow: bytesPerRow, firstStoredRow: rows.lowerBound)
    }

    /// Room for all rows of a picture, one behind the other.
    package init(whole base: UnsafeMutablePointer<UInt8>, height: Int, bytesPerRow: Int) {
        self.init(rows: 0..<height, base: base, bytesPerRow: bytesPerRow, firstStoredRow: 0)
    }

    @inlinable
    package func row(_ y: Int) -> UnsafeMutablePointer<UInt8> {
        assert(rows.contains(y), "row \(y) is not among \(rows)")
        return base + (y - firstStoredRow) * bytesPerRow
    }
}
