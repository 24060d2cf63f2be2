import CLanes
import Pixels

/// A tap that is not zero.
struct Tap {
    var x: Int
    var y: Int
    /// Channel within the group.
    var input: Int
    var weight: Double
}

extension Convolution {
    /// Output rows that one thread takes at a time: enough that the rows around them are not read too often.
    var pieceRows: Int {
        let reach = Extent.span(of: geometry.y.kernel, dilation: geometry.y.dilation) / geometry.y.stride
        return max(16, min(256, 2 * reach))
    }

    /// What one thread works in, in bytes.
    public var scratchBytes: Int {
        switch method {
        case .reference:
            return 0
        case .separable:
            return 4 * (geometry.x.paddedLength + geometry.x.stride) + bytesBetween(rows: pieceRows)
        case .direct:
            let rows = geometry.y.rowsLookedAt(by: pieceRows)
            let padded = rows * (geometry.x.paddedLength + geometry.x.stride) * bank.inputsPerGroup
            let taps = bank.inputsPerGroup * bank.size.width * bank.size.height
            return 4 * padded + (MemoryLayout<Tap>.stride + 16) * taps
        case .transform:
            let area = transform.map { $0.tile.width * $0.tile.height } ?? 0
            return 6 * area * MemoryLayout<Double>.stride
        }
    }

    func taps(of output: Int) -> [Tap] {
        var taps: [Tap] = []
        for i in 0..<bank.inputsPerGroup {
            let kernel = bank.kernel(output: output, input: i)
            for (index, weight) in kernel.weights.enumerated() where weight != 0 {
                taps.append(
                    Tap(x: index % kernel.size.width, y: index / kernel.size.width, input: i, weight: weight))
            }
        }
        return taps
    }

    // out (n,o,y,:) = bias (o) + Σ over taps of weight · padded row (n, input, y·s + d·ky) from column d·kx on
    func runDirect(_ source: ReadableRows, rows: Range<Int>, into target: WritableRows, on machine: Machine) {
        let lanes = machine.lanes
        let shared = bank.isShared ? taps(of: 0) : []
        machine.split(rows, grain: pieceRows) { piece in
            var padded = PaddedRows(
                geometry: geometry, border: border, outside: border.outside, planes: bank.inputsPerGroup,
                mostRows: piece.count)
            for n in 0..<input.count {
                for group in 0..<bank.groups {
                    padded.begin(at: piece.lowerBound)
                    for o in group * bank.outputsPerGroup..<(group + 1) * bank.outputsPerGroup {
                        let taps = bank.isShared ? shared : taps(of: o)
                        let weights = RowWeights(taps.map(\.weight), isExact: isExact)
                        for y in piece {
                            let pointers: [UnsafePointer<Float>?] = taps.map { tap in
                                let plane = n * bank.inputs + group * bank.inputsPerGroup + tap.input
                                return padded.row(
                                    y, tapX: tap.x, tapY: tap.y, slot: tap.input, plane: plane, of: source)
                            }
                            weights.sum(
                                pointers, bias: bank.bias[o], into: target.row(y, plane: n * bank.outputs + o),
                                count: geometry.x.output, lanes)
                        }
                    }
                }
            }
        }
    }
}
