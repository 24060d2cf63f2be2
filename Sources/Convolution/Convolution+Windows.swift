import Pixels

/// Columns of four rows of a plane of the result, and the rows under their windows.
struct WindowBlock {
    let plane: Int
    let count: Int
    let rows: [UnsafePointer<Float>?]
    let out: [UnsafeMutablePointer<Float>?]
}

extension Convolution {
    /// Whether windows are solid blocks that neighbouring rows of the result can share: the sums of four rows are then
    /// kept in registers. A few zero taps cost less than leaving them out.
    var isSolid: Bool { !isExact && bank.hasSolidWindows(geometry) }

    /// Goes through solid windows four rows at a time.
    func forWindows(
        _ padding: RowPadding, _ source: ReadableRows, rows: Range<Int>, into target: WritableRows,
        on machine: Machine, _ body: @Sendable (WindowBlock) -> Void
    ) {
        let pieces = (rows.count + pieceRows - 1) / pieceRows
        machine.split(0..<pieces * input.count * bank.inputs, grain: 1) { jobs in
            var padded = PaddedRows(
                padding, geometry: geometry, border: border, planes: 1, mostRows: min(pieceRows, rows.count),
                machine.lanes)
            let spare = UnsafeMutablePointer<Float>.allocate(capacity: geometry.x.output)
            defer { spare.deallocate() }
            var pointers = [UnsafePointer<Float>?](repeating: nil, count: bank.size.height + 3)
            var out = [UnsafeMutablePointer<Float>?](repeating: nil, count: 4)
            for job in jobs {
                let (plane, piece) = job.quotientAndRemainder(dividingBy: pieces)
                let first = rows.lowerBound + piece * pieceRows
                let end = min(first + pieceRows, rows.upperBound)
                padded.begin(at: first)
                for y in stride(from: first, to: end, by: 4) {
                    for part in padded.pieces {
                        // Behind the last row the same one stands again, and what comes of it is thrown away.
                        for i in out.indices {
                            let row = y + i < end ? target.row(y + i, plane: plane) : spare
                            out[i] = row + part.outputs.lowerBound
                        }
                        let offset = padded.offset(ofTap: 0, in: part)
                        for j in pointers.indices {
                            let row = min(y + j, end - 1 + bank.size.height - 1)
                            let tap = min(j, bank.size.height - 1)
                            pointers[j] =
                                offset
                                + padded.row(row - tap, tapY: tap, slot: 0, plane: plane, of: source, in: part)
                        }
                        body(WindowBlock(plane: plane, count: part.outputs.count, rows: pointers, out: out))
                    }
                }
            }
        }
    }
}

extension Bank {
    /// Whether its windows are blocks with few holes that lie side by side.
    func hasSolidWindows(_ geometry: Geometry) -> Bool {
        guard inputsPerGroup == 1, isShared, size.height >= 3, size.width > 1 else { return false }
        let isPlain = [geometry.x, geometry.y].allSatisfy { $0.stride == 1 && $0.dilation == 1 }
        let zeros = kernels[0].weights.lazy.filter { $0 == 0 }.count
        return isPlain && zeros * 3 <= size.width * size.height
    }
}
