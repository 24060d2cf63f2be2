/// The fence around raw rows: pointers live only inside these closures. Public because what is package is not inlined into other
/// modules, and a call for each row was a fortieth of the training of a small net.
///
/// - A pointer from `row` is good for `shape.width` samples of a row that is in `rows`.
/// - Different rows may be written from different threads at the same time.
@frozen public struct ReadableRows: @unchecked Sendable {
    public let shape: Shape
    public let rows: Range<Int>
    public let base: UnsafePointer<Float>
    public let rowCapacity: Int
    public let firstStoredRow: Int
    /// Samples from one row to the next.
    public let rowStride: Int

    @inlinable @inline(__always)
    public func row(_ y: Int, plane: Int) -> UnsafePointer<Float> {
        assert(rows.contains(y), "row \(y) is not among \(rows)")
        return base + (plane * rowCapacity + y - firstStoredRow) * rowStride
    }

    /// Samples from a plane to the next.
    @inlinable public var planeStride: Int { rowCapacity * rowStride }
}

@frozen public struct WritableRows: @unchecked Sendable {
    public let shape: Shape
    public let rows: Range<Int>
    public let base: UnsafeMutablePointer<Float>
    public let rowCapacity: Int
    public let firstStoredRow: Int
    /// Samples from one row to the next.
    public let rowStride: Int

    @inlinable @inline(__always)
    public func row(_ y: Int, plane: Int) -> UnsafeMutablePointer<Float> {
        assert(rows.contains(y), "row \(y) is not among \(rows)")
        return base + (plane * rowCapacity + y - firstStoredRow) * rowStride
    }

    /// Samples from a plane to the next.
    @inlinable public var planeStride: Int { rowCapacity * rowStride }
}

extension Planes {
    package func withRows<Result>(_ body: (ReadableRows) -> Result) -> Result {
        samples.withUnsafeBufferPointer { store in
            body(
                ReadableRows(
                    shape: shape, rows: rows, base: store.baseAddress ?? Planes.nowhere,
                    rowCapacity: rowCapacity, firstStoredRow: firstStoredRow, rowStride: rowStride))
        }
    }

    package mutating func withMutableRows<Result>(_ body: (WritableRows) -> Result) -> Result {
        let (shape, rows, capacity, first, stride) = (shape, rows, rowCapacity, firstStoredRow, rowStride)
        return samples.withUnsafeMutableBufferPointer { store in
            body(
                WritableRows(
                    shape: shape, rows: rows,
                    base: store.baseAddress ?? UnsafeMutablePointer(mutating: Planes.nowhere),
                    rowCapacity: capacity, firstStoredRow: first, rowStride: stride))
        }
    }

    /// Where the rows of a picture without samples lie.
    private static var nowhere: UnsafePointer<Float> {
        UnsafePointer(bitPattern: MemoryLayout<Float>.alignment).unsafelyUnwrapped
    }
}
