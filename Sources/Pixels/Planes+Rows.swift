/// The fence around raw rows: pointers live only inside these closures.
///
/// - A pointer from `row` is good for `shape.width` samples of a row that is in `rows`.
/// - Different rows may be written from different threads at the same time.
package struct ReadableRows: @unchecked Sendable {
    package let shape: Shape
    package let rows: Range<Int>
    package let base: UnsafePointer<Float>
    package let rowCapacity: Int
    package let firstStoredRow: Int

    @inlinable @inline(__always)
    package func row(_ y: Int, plane: Int) -> UnsafePointer<Float> {
        assert(rows.contains(y), "row \(y) is not among \(rows)")
        return base + (plane * rowCapacity + y - firstStoredRow) * shape.width
    }
}

package struct WritableRows: @unchecked Sendable {
    package let shape: Shape
    package let rows: Range<Int>
    package let base: UnsafeMutablePointer<Float>
    package let rowCapacity: Int
    package let firstStoredRow: Int

    @inlinable @inline(__always)
    package func row(_ y: Int, plane: Int) -> UnsafeMutablePointer<Float> {
        assert(rows.contains(y), "row \(y) is not among \(rows)")
        return base + (plane * rowCapacity + y - firstStoredRow) * shape.width
    }
}

extension Planes {
    package func withRows<Result>(_ body: (ReadableRows) -> Result) -> Result {
        samples.withUnsafeBufferPointer { store in
            body(
                ReadableRows(
                    shape: shape, rows: rows, base: store.baseAddress ?? Planes.nowhere,
                    rowCapacity: rowCapacity, firstStoredRow: firstStoredRow))
        }
    }

    package mutating func withMutableRows<Result>(_ body: (WritableRows) -> Result) -> Result {
        let (shape, rows, capacity, first) = (shape, rows, rowCapacity, firstStoredRow)
        return samples.withUnsafeMutableBufferPointer { store in
            body(
                WritableRows(
                    shape: shape, rows: rows,
                    base: store.baseAddress ?? UnsafeMutablePointer(mutating: Planes.nowhere),
                    rowCapacity: capacity, firstStoredRow: first))
        }
    }

    /// Where the rows of a picture without samples lie.
    private static var nowhere: UnsafePointer<Float> {
        UnsafePointer(bitPattern: MemoryLayout<Float>.alignment).unsafelyUnwrapped
    }
}
