import CLanes
import Pixels

/// Every output a weighted sum of all samples of a picture: for a batch the product of two matrices, forwards and both
/// ways back. Each sum has a fixed order, whatever the batch and the threads.
public struct LayerProduct: Sendable {
    public let input: Shape
    public let outputs: Int
    private let samples: Int

    /// Pictures and outputs that one thread takes at a time.
    private static let pictureBlock = 16
    private static let outputBlock = 24

    public init(input: Shape, outputs: Int) {
        self.input = input
        self.outputs = outputs
        samples = input.channels * input.height * input.width
    }

    // out (n,o) = bias (o) + Σ over i of weight (o,i) · in (n,i)
    public func run(
        _ input: Planes, weights: Planes, bias: Planes?, into output: inout Planes, on machine: Machine
    ) {
        Scratch.shared.withRoom(floats: 0, offsets: outputs) { shared in
            for o in 0..<outputs { shared.offsets[o] = o * samples }
            withFlat(input) { pictures in
                weights.withRows { weights in
                    output.withMutableRows { target in
                        split(self.input.count, outputs, on: machine) { n, o in
                            for n in n {
                                for o in o { target.base[n * outputs + o] = bias?.samples[o] ?? 0 }
                            }
                            var work = kern_layer_dots(
                                left: pictures.base + n.lowerBound * samples, left_picture: 0, left_step: samples,
                                right: weights.base, right_picture: 0, offsets: shared.offsets + o.lowerBound,
                                rows: n.count, taps: o.count, count: samples, lines: 1, left_pitch: 0,
                                right_pitch: 0, pictures: 1,
                                out: target.base + n.lowerBound * outputs + o.lowerBound, step: outputs)
                            machine.lanes.loops.pointee.layer_dots(&work)
                        }
                    }
                }
            }
        }
    }

    // gradient (n,i) = Σ over o of outputGradient (n,o) · weight (o,i)
    public func inputGradient(
        of outputGradient: Planes, weights: Planes, into gradient: inout Planes, on machine: Machine
    ) {
        outputGradient.withRows { above in
            weights.withRows { weights in
                gradient.withMutableRows { target in
                    sums(
                        rows: input.count, taps: outputs, over: weights.base, into: target.base, on: machine
                    ) { above.base[$0 * outputs + $1] }
                }
            }
        }
    }

    // weights (o,i) = Σ over n of outputGradient (n,o) · in (n,i);  bias (o) = Σ over n of outputGradient (n,o)
    public func parameterGradients(
        of outputGradient: Planes, at input: Planes, weights: inout Planes, bias: inout Planes?, on machine: Machine
    ) {
        outputGradient.withRows { above in
            withFlat(input) { pictures in
                weights.withMutableRows { target in
                    sums(
                        rows: outputs, taps: self.input.count, over: pictures.base, into: target.base, on: machine
                    ) { above.base[$1 * outputs + $0] }
                }
            }
            for o in 0..<(bias == nil ? 0 : outputs) {
                var sum: Float = 0
                for n in 0..<self.input.count { sum += above.base[n * outputs + o] }
                bias?.samples[o] = sum
            }
        }
    }

    /// out (row,i) = Σ over taps t of factor (row,t) · in (t,i), both matrices `samples` wide.
    private func sums(
        rows: Int, taps: Int, over source: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>,
        on machine: Machine, _ factor: (_ row: Int, _ tap: Int) -> Float
    ) {
        let blocks = (rows + LayerProduct.outputBlock - 1) / LayerProduct.outputBlock
        Scratch.shared.withRoom(floats: rows * (taps + 1), offsets: taps) { shared in
            for t in 0..<taps { shared.offsets[t] = t * samples }
            let start = rows * taps
            (shared.floats + start).update(repeating: 0, count: rows)
            for block in 0..<blocks {
                let own = rows * block / blocks..<rows * (block + 1) / blocks
                LayerConvolution.pack(
                    outputs: own.count, taps: taps, into: shared.floats + own.lowerBound * taps
                ) { factor(own.lowerBound + $0, $1) }
            }
            let work = Rows(source: source, target: target)
            machine.split(0..<blocks, grain: 1) { range in
                for block in range {
                    let own = rows * block / blocks..<rows * (block + 1) / blocks
                    var sums = kern_layer_sums(
                        in: work.source, offsets: shared.offsets, taps: taps,
                        weights: shared.floats + own.lowerBound * taps, start: shared.floats + start,
                        out: work.target + own.lowerBound * samples, step: samples, outputs: own.count, count: samples)
                    machine.lanes.loops.pointee.layer_sums(&sums)
                }
            }
        }
    }

    /// What the threads share: each writes rows of its own.
    private struct Rows: @unchecked Sendable {
        let source: UnsafePointer<Float>
        let target: UnsafeMutablePointer<Float>
    }

    private func split(
        _ pictures: Int, _ outputs: Int, on machine: Machine,
        _ body: @Sendable (_ pictures: Range<Int>, _ outputs: Range<Int>) -> Void
    ) {
        let (block, own) = (LayerProduct.pictureBlock, LayerProduct.outputBlock)
        let across = (outputs + own - 1) / own
        machine.split(0..<(pictures + block - 1) / block * across, grain: 1) { jobs in
            for job in jobs {
                let (n, o) = job.quotientAndRemainder(dividingBy: across)
                body(
                    n * block..<min(n * block + block, pictures),
                    o * own..<min(o * own + own, outputs))
            }
        }
    }

    /// A batch without gaps between its pictures: as it is, where its planes have room for their own rows alone.
    private func withFlat<Result>(_ planes: Planes, _ body: (ReadableRows) -> Result) -> Result {
        guard planes.rowCapacity != input.height || planes.firstStoredRow != 0 else { return planes.withRows(body) }
        var flat = Planes(shape: input)
        flat.withMutableRows { target in
            planes.withRows { source in
                for plane in 0..<input.count * input.channels {
                    for y in 0..<input.height {
                        target.row(y, plane: plane).update(from: source.row(y, plane: plane), count: input.width)
                    }
                }
            }
        }
        return flat.withRows(body)
    }
}
