import CLanes
import Pixels

extension Convolution {
    // between (term, padded row, x) = Σ over kx of row (term, kx) · in;  out = bias + Σ over terms, ky of column · between
    func runSeparable(_ source: ReadableRows, rows: Range<Int>, into target: WritableRows, on machine: Machine) {
        guard let factors else { preconditionFailure("a separable plan has factors") }
        let lanes = machine.lanes
        let width = geometry.x.output
        let across = factors.terms.map { SparseTaps($0.row) }
        let down = factors.terms.map { SparseTaps($0.column) }
        let weights = RowWeights(down.flatMap(\.weights), isExact: isExact)
        let rowWeights = across.map { RowWeights($0.weights, isExact: isExact) }
        machine.split(rows, grain: pieceRows) { piece in
            var padded = PaddedRows(
                geometry: geometry, border: border, outside: border.outside, planes: 1, mostRows: piece.count)
            let span = geometry.y.paddedLength(of: piece.count)
            let slots = geometry.y.rowsLookedAt(by: piece.count)
            let between = UnsafeMutablePointer<Float>.allocate(capacity: factors.rank * slots * width)
            defer { between.deallocate() }
            let first = geometry.y.start(piece.lowerBound)
            for plane in 0..<input.count * bank.inputs {
                padded.begin(at: piece.lowerBound)
                // Where each padded row went, once filtered along the row.
                var slotOf = [Int](repeating: -1, count: span)
                var used = 0
                for y in piece {
                    for tap in 0..<geometry.y.kernel {
                        let place = geometry.y.start(y) + tap * geometry.y.dilation - first
                        if slotOf[place] >= 0 { continue }
                        slotOf[place] = used
                        for term in 0..<factors.rank {
                            let inputs: [UnsafePointer<Float>?] = across[term].positions.map {
                                padded.row(y, tapX: $0, tapY: tap, slot: 0, plane: plane, of: source)
                            }
                            rowWeights[term].sum(
                                inputs, into: between + (term * slots + used) * width, count: width, lanes)
                        }
                        used += 1
                    }
                    var pointers: [UnsafePointer<Float>?] = []
                    pointers.reserveCapacity(weights.count)
                    for term in 0..<factors.rank {
                        for tap in down[term].positions {
                            let place = geometry.y.start(y) + tap * geometry.y.dilation - first
                            pointers.append(UnsafePointer(between + (term * slots + slotOf[place]) * width))
                        }
                    }
                    weights.sum(
                        pointers, bias: bank.bias[plane % bank.inputs], into: target.row(y, plane: plane),
                        count: width, lanes)
                }
            }
        }
    }
}

/// The weights of a row or column that are not zero, and where they stand.
private struct SparseTaps {
    var positions: [Int]
    var weights: [Double]

    init(_ values: [Double]) {
        positions = values.indices.filter { values[$0] != 0 }
        weights = positions.map { values[$0] }
    }
}
