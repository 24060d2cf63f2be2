import Pixels

/// Samples of a whole batch as one stretch, n·c·h·w without gaps: backward passes see nothing else.
///
/// - Different samples may be read and written from different threads at the same time.
package struct SampleRun: @unchecked Sendable {
    let base: UnsafePointer<Float>

    /// Samples that a thread takes at a time.
    package static let length = 16_384
}

struct WritableRun: @unchecked Sendable {
    let base: UnsafeMutablePointer<Float>
}

extension ReadableRows {
    /// Whether all rows are here, so that planes lie one behind the other.
    var isWhole: Bool { rowCapacity == shape.height && rows.count == shape.height }
}

extension WritableRows {
    var isWhole: Bool { rowCapacity == shape.height && rows.count == shape.height }
}

/// Samples that lie one behind the other in two planes at once, from the first of a row on.
struct RowRun {
    let row: Int
    let count: Int

    /// What `rows` come to: one run, or one for each row where the rows lie apart.
    static func all(_ rows: Range<Int>, in source: ReadableRows, _ target: WritableRows) -> [RowRun] {
        let width = source.shape.width
        if source.rowStride == width, target.rowStride == width {
            return [RowRun(row: rows.lowerBound, count: rows.count * width)]
        }
        return rows.map { RowRun(row: $0, count: width) }
    }
}

extension Planes {
    /// Takes rows over as they are from planes of the same shape.
    mutating func copy(_ rows: Range<Int>, from source: Planes) {
        let planes = shape.count * shape.channels
        source.withRows { source in
            withMutableRows { target in
                for run in RowRun.all(rows, in: source, target) where run.count > 0 {
                    for plane in 0..<planes {
                        target.row(run.row, plane: plane).update(
                            from: source.row(run.row, plane: plane), count: run.count)
                    }
                }
            }
        }
    }

    var sampleCount: Int { shape.count * shape.channels * shape.height * shape.width }

    func withSamples(_ body: (SampleRun) -> Void) {
        withRows { rows in
            precondition(rows.isWhole, "learning takes whole pictures, not the rows \(rows.rows) of \(shape)")
            body(SampleRun(base: rows.base))
        }
    }

    mutating func withSamples(_ body: (WritableRun) -> Void) {
        let shape = shape
        withMutableRows { rows in
            precondition(rows.isWhole, "learning takes whole pictures, not the rows \(rows.rows) of \(shape)")
            body(WritableRun(base: rows.base))
        }
    }
}

extension Planes {
    /// Lends the room itself, for `gradients.inputs[0]?.fill { … }`.
    mutating func fill(_ body: (inout Planes) -> Void) { body(&self) }
}
