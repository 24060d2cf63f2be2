import CLanes
import Pixels

extension LayerConvolution {
    /// The whole batch while it is learned from: by tiles where these pay, and then with other roundings than `run`.
    public func runWhole(
        _ input: Planes, weights: Planes, bias: Planes?, into output: inout Planes, on machine: Machine
    ) {
        if let tiles {
            tiles.run(input, weights: weights, .forward, start: bias, into: &output, on: machine)
        } else {
            run(input, weights: weights, bias: bias, rows: 0..<self.output.height, into: &output, on: machine)
        }
    }

    /// Computes the output rows `rows`, which `output` has room for, from an input that holds the rows they look at.
    ///
    /// - Parameters:
    ///   - weights: o·i·h·w, measured as `self.weights`.
    ///   - bias: one for each output channel; nil adds nothing.
    public func run(
        _ input: Planes, weights: Planes, bias: Planes?, rows: Range<Int>, into output: inout Planes,
        on machine: Machine
    ) {
        guard !rows.isEmpty, self.output.width > 0 else { return }
        let (inputs, outputs) = (inputsPerGroup, outputsPerGroup)
        let outputStep = LayerConvolution.step(forward.run(ofRows: forward.rows))
        let byRows = forward.takesRows(forward.rows, ofWidth: self.output.width)
        Scratch.shared.withRoom(floats: self.output.channels * (tapCount + 1), offsets: tapCount) { shared in
            let start = self.output.channels * tapCount
            pack(weights, into: shared.floats)
            fill(shared.floats + start, with: bias)
            forward.fillOffsets(shared.offsets, channels: inputs)
            input.withRows { source in
                output.withMutableRows { target in
                    let bands = (rows.count + forward.rows - 1) / forward.rows
                    let jobs = self.input.count * bands
                    let laid = (0..<bands).map { band in
                        let first = rows.lowerBound + band * forward.rows
                        let count = min(forward.rows, rows.upperBound - first)
                        return (rows: forward.rows(from: first, count: count, of: source), first: first, count: count)
                    }
                    machine.split(0..<jobs, grain: LayerConvolution.grain(jobs, on: machine)) { jobs in
                        let room = inputs * forward.channelStep + outputs * outputStep
                        Scratch.shared.withRoom(floats: room) { own in
                            let sums = own.floats + inputs * forward.channelStep
                            for job in jobs {
                                let (n, band) = job.quotientAndRemainder(dividingBy: bands)
                                let (rows, first, count) = laid[band]
                                for group in 0..<groups {
                                    for i in 0..<inputs {
                                        forward.lay(
                                            source, plane: n * self.input.channels + group * inputs + i, rows,
                                            into: own.floats + i * forward.channelStep, machine.lanes)
                                    }
                                    var work = kern_layer_sums(
                                        in: own.floats, offsets: shared.offsets, taps: tapCount,
                                        weights: shared.floats + group * outputs * tapCount,
                                        start: shared.floats + start + group * outputs, out: sums, step: outputStep,
                                        outputs: outputs, count: forward.run(ofRows: count))
                                    if byRows {
                                        work.out = target.row(first, plane: n * self.output.channels + group * outputs)
                                        (work.step, work.count) = (target.planeStride, self.output.width)
                                        var lines = kern_layer_lines(
                                            rows: count, pitch: forward.pitch, out_pitch: target.rowStride,
                                            first_tap: 0, taps: tapCount)
                                        machine.lanes.loops.pointee.layer_rows(&work, &lines)
                                        continue
                                    }
                                    machine.lanes.loops.pointee.layer_sums(&work)
                                    for o in 0..<outputs {
                                        let plane = n * self.output.channels + group * outputs + o
                                        machine.lanes.loops.pointee.lay_rows(
                                            target.row(first, plane: plane), target.rowStride, sums + o * outputStep,
                                            forward.pitch, count, 0, self.output.width, 1, 0)
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    func fill(_ start: UnsafeMutablePointer<Float>, with bias: Planes?) {
        if let bias {
            for o in 0..<output.channels { start[o] = bias.samples[o] }
        } else {
            start.update(repeating: 0, count: output.channels)
        }
    }

    // packed (group, tile, tap, output of the tile) = weights (output, tap)
    private func pack(_ weights: Planes, into packed: UnsafeMutablePointer<Float>) {
        weights.samples.withUnsafeBufferPointer { weights in
            for group in 0..<groups {
                let from = group * outputsPerGroup * tapCount
                LayerConvolution.pack(outputs: outputsPerGroup, taps: tapCount, into: packed + from) {
                    weights[from + $0 * tapCount + $1]
                }
            }
        }
    }

    /// Brings weights into the order in which the row loops take them.
    @inline(__always)
    static func pack(
        outputs: Int, taps: Int, into packed: UnsafeMutablePointer<Float>,
        _ weight: (_ output: Int, _ tap: Int) -> Float
    ) {
        var (next, first) = (packed, 0)
        while first < outputs {
            let size = kern_layer_tile(outputs, first)
            for tap in 0..<taps {
                for o in 0..<size { next[o] = weight(first + o, tap) }
                next += size
            }
            first += size
        }
    }
}
