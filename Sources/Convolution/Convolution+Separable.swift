import CLanes
import Pixels

extension Convolution {
    // down (term, x) = Σ over ky of column (term, ky) · in (y·s + d·ky, x);  out = bias + Σ over terms, kx of row · down
    //
    // Columns first, four rows of one plane at a time: they are padded once and filtered along the row while they are in
    // the nearest cache. Nothing lies between the two passes but these rows.
    func runSeparable(_ source: ReadableRows, rows: Range<Int>, into target: WritableRows, on machine: Machine) {
        guard let separable else { preconditionFailure("a separable convolution has its passes") }
        let (columns, across) = (separable.columns, separable.across)
        let pieces = (rows.count + pieceRows - 1) / pieceRows
        machine.split(0..<pieces * input.count * bank.inputs, grain: 1) { jobs in
            let scratch = SeparableScratch(separable, geometry: geometry, outside: border.outside)
            for job in jobs {
                let (plane, piece) = job.quotientAndRemainder(dividingBy: pieces)
                let first = rows.lowerBound + piece * pieceRows
                let end = min(first + pieceRows, rows.upperBound)
                let view = PlaneRows(
                    source: source, plane: plane, axis: geometry.y, border: border, outside: scratch.outside)
                for start in stride(from: first, to: end, by: 4) {
                    let some = start..<min(start + 4, end)
                    for (term, column) in columns.enumerated() {
                        column.run(some, of: view, term: term, scratch, machine.lanes)
                        across.pad(scratch, term: term, count: some.count, machine.lanes)
                    }
                    for y in some {
                        across.run(
                            scratch, row: y - start, bias: bank.bias[plane % bank.inputs],
                            into: target.row(y, plane: plane), machine.lanes)
                    }
                }
            }
        }
    }
}
