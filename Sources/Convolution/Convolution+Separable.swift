import CLanes
import Pixels

extension Convolution {
    // between (term, row, x) = Σ over kx of row (term, kx) · in;  out = bias + Σ over terms, ky of column · between
    //
    // Each input row is filtered along the row once, whatever the threads: first all rows, then all columns.
    func runSeparable(_ source: ReadableRows, rows: Range<Int>, into target: WritableRows, on machine: Machine) {
        guard let factors else { preconditionFailure("a separable plan has factors") }
        let lanes = machine.lanes
        let width = geometry.x.output
        let across = factors.terms.map { SparseTaps($0.row, isExact: isExact) }
        let down = factors.terms.map { SparseTaps($0.column, isExact: isExact) }
        let columnWeights = RowWeights(factors.terms.flatMap { $0.column.filter { $0 != 0 } }, isExact: isExact)
        let padding = RowPadding(geometry.x, border: border, outside: border.outside)
        let between = RowsBetween(geometry.y, border: border, rows: rows, terms: factors.rank, width: width)
        for plane in 0..<input.count * bank.inputs {
            machine.split(0..<between.sources.count, grain: 8) { piece in
                let padded = UnsafeMutablePointer<Float>.allocate(capacity: padding.length)
                defer { padded.deallocate() }
                for slot in piece {
                    padding.fill(padded, from: between.sources[slot].map { source.row($0, plane: plane) })
                    for (term, taps) in across.enumerated() {
                        let pointers: [UnsafePointer<Float>?] = taps.positions.map {
                            UnsafePointer(padded + padding.offset(ofTap: $0))
                        }
                        taps.weights.sum(pointers, into: between.row(slot, term: term), count: width, lanes)
                    }
                }
            }
            machine.split(rows, grain: 16) { piece in
                var pointers: [UnsafePointer<Float>?] = []
                pointers.reserveCapacity(columnWeights.count)
                for y in piece {
                    pointers.removeAll(keepingCapacity: true)
                    for (term, taps) in down.enumerated() {
                        for tap in taps.positions {
                            pointers.append(UnsafePointer(between.row(between.slot(y, tap: tap), term: term)))
                        }
                    }
                    columnWeights.sum(
                        pointers, bias: bank.bias[plane % bank.inputs], into: target.row(y, plane: plane),
                        count: width, lanes)
                }
            }
        }
    }

    /// Bytes that `runSeparable` holds between its passes for `rows` rows.
    func bytesBetween(rows: Int) -> Int {
        4 * (factors?.rank ?? 0) * geometry.y.rowsLookedAt(by: rows) * geometry.x.output
    }
}

/// The rows between the passes: one slot for each input row that is looked at, and one for all rows outside.
///
/// - Rows are written by one thread each before any is read.
private final class RowsBetween: @unchecked Sendable {
    /// The picture's row in each slot; nil for the rows outside that no pixel stands for.
    let sources: [Int?]
    private let axis: Axis
    private let first: Int
    private let slots: [Int32]
    private let width: Int
    private let store: UnsafeMutablePointer<Float>

    init(_ axis: Axis, border: Border, rows: Range<Int>, terms: Int, width: Int) {
        self.axis = axis
        self.width = width
        first = axis.start(rows.lowerBound)
        var slots = [Int32](repeating: -1, count: axis.paddedLength(of: rows.count))
        var sources: [Int?] = []
        var slotOfSource: [Int?: Int32] = [:]
        for y in rows {
            for tap in 0..<axis.kernel {
                let position = axis.start(y) + tap * axis.dilation
                guard slots[position - first] < 0 else { continue }
                let source = border.source(of: position, count: axis.input)
                if slotOfSource[source] == nil {
                    slotOfSource[source] = Int32(sources.count)
                    sources.append(source)
                }
                slots[position - first] = slotOfSource[source] ?? 0
            }
        }
        self.slots = slots
        self.sources = sources
        store = .allocate(capacity: terms * sources.count * width)
    }

    deinit { store.deallocate() }

    func slot(_ y: Int, tap: Int) -> Int { Int(slots[axis.start(y) + tap * axis.dilation - first]) }

    func row(_ slot: Int, term: Int) -> UnsafeMutablePointer<Float> { store + (term * sources.count + slot) * width }
}

/// The weights of a row or column that are not zero, and where they stand.
private struct SparseTaps: Sendable {
    let positions: [Int]
    let weights: RowWeights

    init(_ values: [Double], isExact: Bool) {
        positions = values.indices.filter { values[$0] != 0 }
        weights = RowWeights(positions.map { values[$0] }, isExact: isExact)
    }
}
