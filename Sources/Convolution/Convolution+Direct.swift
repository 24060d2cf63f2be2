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
            return 4 * SeparableScratch.samples(geometry.x, factors?.rank ?? 0)
        case .direct:
            let padded =
                padding.map { PaddedRows.samples(geometry, $0, mostRows: pieceRows) * bank.inputsPerGroup } ?? 0
            let taps = bank.inputsPerGroup * bank.size.width * bank.size.height
            return 4 * padded + (MemoryLayout<Tap>.stride + 24) * taps
        case .transform:
            return transform?.scratchBytes ?? 0
        case .sums:
            return 8 * (sums?.scratchSamples(geometry) ?? 0)
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
        guard let padding else { preconditionFailure("a direct convolution pads its rows") }
        if isSolid {
            let weights = RowWeights(bank.kernels[0].weights, isExact: false)
            forWindows(padding, source, rows: rows, into: target, on: machine) { block in
                weights.windowSums(
                    block.rows, size: bank.size, bias: bank.bias[block.plane % bank.inputs], into: block.out,
                    count: block.count, machine.lanes)
            }
            return
        }
        let lanes = machine.lanes
        let shared = bank.isShared ? taps(of: 0) : []
        let pieces = (rows.count + pieceRows - 1) / pieceRows
        machine.split(0..<pieces * input.count * bank.groups, grain: 1) { jobs in
            var padded = PaddedRows(
                padding, geometry: geometry, border: border, planes: bank.inputsPerGroup,
                mostRows: min(pieceRows, rows.count), lanes)
            for job in jobs {
                let (plane, piece) = job.quotientAndRemainder(dividingBy: pieces)
                let (n, group) = plane.quotientAndRemainder(dividingBy: bank.groups)
                let first = rows.lowerBound + piece * pieceRows
                padded.begin(at: first)
                let inputs = n * bank.inputs + group * bank.inputsPerGroup
                for o in group * bank.outputsPerGroup..<(group + 1) * bank.outputsPerGroup {
                    let taps = bank.isShared ? shared : taps(of: o)
                    let weights = RowWeights(taps.map(\.weight), isExact: isExact)
                    var pointers = [UnsafePointer<Float>?](repeating: nil, count: taps.count)
                    for part in padded.pieces {
                        let offsets = taps.map { padded.offset(ofTap: $0.x, in: part) }
                        for y in first..<min(first + pieceRows, rows.upperBound) {
                            padded.point(
                                &pointers, at: taps, offsets: offsets, of: y, plane: inputs, of: source, in: part)
                            let out = target.row(y, plane: n * bank.outputs + o) + part.outputs.lowerBound
                            weights.sum(
                                pointers, bias: bank.bias[o], into: out, count: part.outputs.count, lanes)
                        }
                    }
                }
            }
        }
    }
}
