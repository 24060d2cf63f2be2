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
            let span =
                (piece.count - 1) * geometry.y.stride
                + Extent.span(of: geometry.y.kernel, dilation: geometry.y.dilation)
            let between = UnsafeMutablePointer<Float>.allocate(capacity: factors.rank * span * width)
            defer { between.deallocate() }
            let first = geometry.y.start(piece.lowerBound)
            for plane in 0..<input.count * bank.inputs {
                padded.begin(at: piece.lowerBound)
                var isDone = [Bool](repeating: false, count: span)
                for y in piece {
                    var pointers: [UnsafePointer<Float>?] = []
                    pointers.reserveCapacity(weights.count)
                    for term in 0..<factors.rank {
                        for tap in down[term].positions {
                            let place = geometry.y.start(y) + tap * geometry.y.dilation - first
                            pointers.append(UnsafePointer(between + (term * span + place) * width))
                        }
                    }
                    for tap in 0..<geometry.y.kernel {
                        let place = geometry.y.start(y) + tap * geometry.y.dilation - first
                        if isDone[place] { continue }
                        isDone[place] = true
                        for term in 0..<factors.rank {
                            let inputs: [UnsafePointer<Float>?] = across[term].positions.map {
                                padded.row(y, tapX: $0, tapY: tap, slot: 0, plane: plane, of: source)
                            }
                            rowWeights[term].sum(
                                inputs, into: between + (term * span + place) * width, count: width, lanes)
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
