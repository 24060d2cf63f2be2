import CLanes
import Pixels

/// The way back to the picture: each padded position collects, over all outputs that saw it, weight times gradient. The
/// same sums as forwards, over the gradients laid out with zeros around them, for each phase by itself.
extension LayerConvolution {
    /// The gradient by the input from that by the output.
    public func inputGradient(
        of outputGradient: Planes, weights: Planes, into gradient: inout Planes, on machine: Machine
    ) {
        if let backTiles {
            return backTiles.run(outputGradient, weights: weights, .back, start: nil, into: &gradient, on: machine)
        }
        collect(outputGradient, weights: weights, start: nil, rows: 0..<input.height, into: &gradient, on: machine)
    }

    /// A piece of the way back: the padded positions `positions` down, and what of each phase lies there.
    private struct Band {
        var positions: Range<Int>
        /// For each phase down, its rows here.
        var rows: [Range<Int>]
        /// The rows of gradients that are laid out; those beyond the output are zeros.
        var laid: Range<Int>
    }

    // gradient (n,i,source(p)) += start (i) + Σ over o and taps t with p − t·d on an output of weight (o,i,t) · out (n,o,(p − t·d)/s)
    func collect(
        _ outputGradient: Planes, weights: Planes, start: Planes?, rows: Range<Int>, into gradient: inout Planes,
        on machine: Machine
    ) {
        guard !rows.isEmpty, input.width > 0 else { return }
        let (inputs, outputs, pitch) = (inputsPerGroup, outputsPerGroup, forward.pitch)
        let bands = bands(for: rows)
        let laid = bands.map(\.laid.count).max() ?? 0
        let most = bands.map { $0.rows.map(\.count).max() ?? 0 }.max() ?? 0
        let outputStep = LayerConvolution.step(laid * pitch + V)
        let cellStep = LayerConvolution.step(most * pitch + V)
        let phases = phaseTaps()
        let perGroup = outputs * kernelTaps
        Scratch.shared.withRoom(
            floats: output.channels * tapCount + input.channels, offsets: perGroup
        ) { shared in
            let starts = output.channels * tapCount
            for i in 0..<input.channels { shared.floats[starts + i] = start?.samples[i] ?? 0 }
            packBack(weights, phases, into: shared.floats)
            var next = shared.offsets
            for taps in phases {
                for o in 0..<outputs {
                    for tap in taps {
                        next.pointee = o * outputStep - down.taps[tap.y].offset * pitch - across.taps[tap.x].offset
                        next += 1
                    }
                }
            }
            outputGradient.withRows { source in
                gradient.withMutableRows { target in
                    // A border that repeats pixels adds rows far apart into one: then one thread has the whole picture.
                    let pieces = border.isUniform ? bands.count : 1
                    let jobs = input.count * pieces
                    machine.split(0..<jobs, grain: LayerConvolution.grain(jobs, on: machine)) { jobs in
                        Scratch.shared.withRoom(floats: outputs * outputStep + inputs * cellStep) { own in
                            let cells = own.floats + outputs * outputStep
                            for job in jobs {
                                let (n, piece) = job.quotientAndRemainder(dividingBy: pieces)
                                let here = border.isUniform ? [bands[piece]] : bands
                                let direct = wholeRows(of: here)
                                for i in 0..<input.channels where direct == nil {
                                    for y in pixelRows(of: here, among: rows) {
                                        target.row(y, plane: n * input.channels + i).update(
                                            repeating: shared.floats[starts + i], count: input.width)
                                    }
                                }
                                for band in here {
                                    for group in 0..<groups {
                                        for o in 0..<outputs {
                                            layGradient(
                                                source, plane: n * output.channels + group * outputs + o, band.laid,
                                                into: own.floats + o * outputStep, machine.lanes)
                                        }
                                        var (weights, offsets) = (
                                            shared.floats + group * outputs * tapCount, shared.offsets
                                        )
                                        if let pixels = direct {
                                            let first = pixels.lowerBound + geometry.y.before - band.laid.lowerBound
                                            var work = kern_layer_sums(
                                                in: own.floats + first * pitch + geometry.x.before, offsets: offsets,
                                                taps: perGroup, weights: weights,
                                                start: shared.floats + starts + group * inputs,
                                                out: target.row(
                                                    pixels.lowerBound, plane: n * input.channels + group * inputs),
                                                step: target.planeStride, outputs: inputs, count: input.width)
                                            machine.lanes.loops.pointee.layer_rows(
                                                &work, pixels.count, pitch, target.rowStride)
                                            continue
                                        }
                                        for (index, taps) in phases.enumerated() {
                                            let rows = band.rows[index / across.phases.count]
                                            defer {
                                                weights += inputs * outputs * taps.count
                                                offsets += outputs * taps.count
                                            }
                                            if rows.isEmpty { continue }
                                            var work = kern_layer_sums(
                                                in: own.floats + (rows.lowerBound - band.laid.lowerBound) * pitch,
                                                offsets: offsets, taps: outputs * taps.count, weights: weights,
                                                start: shared.floats + starts + group * inputs, out: cells,
                                                step: cellStep,
                                                outputs: inputs, count: (rows.count * pitch + V - 1) / V * V)
                                            machine.lanes.loops.pointee.layer_sums(&work)
                                            for i in 0..<inputs {
                                                fold(
                                                    cells + i * cellStep, phase: index, rows: rows, into: target,
                                                    plane: n * input.channels + group * inputs + i, machine.lanes)
                                            }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    var across: LayerAxis { forward.across }

    /// The taps of each phase, down before across.
    private func phaseTaps() -> [[(x: Int, y: Int)]] {
        var taps = [[(x: Int, y: Int)]](repeating: [], count: across.phases.count * down.phases.count)
        for y in 0..<geometry.y.kernel {
            for x in 0..<geometry.x.kernel {
                taps[down.taps[y].phase * across.phases.count + across.taps[x].phase].append((x, y))
            }
        }
        return taps
    }

    // packed (group, phase, tile, o, tap of the phase, input of the tile) = weights (o, input, tap)
    private func packBack(_ weights: Planes, _ phases: [[(x: Int, y: Int)]], into packed: UnsafeMutablePointer<Float>) {
        weights.samples.withUnsafeBufferPointer { weights in
            var next = packed
            for group in 0..<groups {
                for taps in phases {
                    let places = taps.map { $0.y * geometry.x.kernel + $0.x }
                    var first = 0
                    while first < inputsPerGroup {
                        let size = kern_layer_tile(inputsPerGroup, first)
                        for o in group * outputsPerGroup..<(group + 1) * outputsPerGroup {
                            let own = weights.baseAddress.map { $0 + (o * inputsPerGroup + first) * kernelTaps }
                            guard let own else { return }
                            for place in places {
                                for i in 0..<size { next[i] = own[i * kernelTaps + place] }
                                next += size
                            }
                        }
                        first += size
                    }
                }
            }
        }
    }

    /// The padded positions whose pixels are among `rows`, in pieces.
    private func bands(for rows: Range<Int>) -> [Band] {
        let y = geometry.y
        let margin = down.reach + (across.reach + forward.pitch - 1) / forward.pitch
        let end = down.phases.map { $0.first + ($0.length - 1) * y.stride + 1 }.max() ?? 0
        let all = border.isUniform ? y.before + rows.lowerBound..<y.before + rows.upperBound : 0..<end
        var count = LayerConvolution.cachedSamples / max(1, forward.pitch * outputsPerGroup) * y.stride
        if input.count < 8, border.isUniform { count = min(count, (all.count + 7) / 8) }
        count = max(count, min(margin, 16) * y.stride, 4)
        return stride(from: all.lowerBound, to: all.upperBound, by: count).map { first in
            let positions = first..<min(first + count, all.upperBound)
            let own = down.phases.map { phase in
                let low = min(phase.length, max(0, positions.lowerBound - phase.first + y.stride - 1) / y.stride)
                let high = min(phase.length, max(0, positions.upperBound - phase.first + y.stride - 1) / y.stride)
                return low..<max(low, high)
            }
            let used = own.filter { !$0.isEmpty }
            let low = (used.map(\.lowerBound).min() ?? 0) - margin
            return Band(positions: positions, rows: own, laid: low..<max(low, used.map(\.upperBound).max() ?? low))
        }
    }

    /// The rows of pixels of a piece, where its positions are these pixels and nothing else: they are computed where they belong.
    private func wholeRows(of bands: [Band]) -> Range<Int>? {
        let (x, y) = (geometry.x, geometry.y)
        guard border.isUniform, let band = bands.first, x.stride == 1, y.stride == 1,
            across.phases.count == 1, down.phases.count == 1, across.phases[0].inside.count == x.input,
            band.rows[0] == band.positions, forward.takesRows(band.positions.count, ofWidth: x.input)
        else { return nil }
        return band.positions.lowerBound - y.before..<band.positions.upperBound - y.before
    }

    /// The rows of pixels that some pieces write to.
    private func pixelRows(of bands: [Band], among rows: Range<Int>) -> Range<Int> {
        guard border.isUniform, let positions = bands.first?.positions else { return rows }
        return positions.lowerBound - geometry.y.before..<positions.upperBound - geometry.y.before
    }

    private func layGradient(
        _ source: ReadableRows, plane: Int, _ rows: Range<Int>, into out: UnsafeMutablePointer<Float>, _ lanes: Lanes
    ) {
        let pitch = forward.pitch
        let inside = rows.clamped(to: source.rows)
        let before = (inside.isEmpty ? rows.count : inside.lowerBound - rows.lowerBound) * pitch
        out.update(repeating: 0, count: before)
        if !inside.isEmpty {
            lanes.loops.pointee.lay_rows(
                out + before, pitch, source.row(inside.lowerBound, plane: plane), source.rowStride, inside.count, 0,
                output.width, 1, 0)
        }
        let laid = before + inside.count * pitch
        (out + laid).update(repeating: 0, count: rows.count * pitch + V - laid)
    }

    /// Brings what the padded positions of a phase collected to the pixels that stand for them.
    private func fold(
        _ cells: UnsafePointer<Float>, phase index: Int, rows: Range<Int>, into target: WritableRows, plane: Int,
        _ lanes: Lanes
    ) {
        let (x, y, pitch) = (geometry.x, geometry.y, forward.pitch)
        let (row, column) = index.quotientAndRemainder(dividingBy: across.phases.count)
        let (tall, wide) = (down.phases[row], across.phases[column])
        let left = wide.first - x.before
        if border.isUniform, x.stride == 1, y.stride == 1, wide.inside.count == x.input {
            // Whole rows of pixels, one behind the other, but for those of the padding.
            let first = max(rows.lowerBound, y.before - tall.first)
            let last = min(rows.upperBound, y.before - tall.first + y.input)
            guard first < last else { return }
            lanes.loops.pointee.lay_rows(
                target.row(tall.first + first - y.before, plane: plane), target.rowStride,
                cells + (first - rows.lowerBound) * pitch + wide.inside.lowerBound, pitch, last - first, 0, x.input, 1,
                0)
            return
        }
        for r in rows {
            guard let pixelRow = border.source(of: tall.first + r * y.stride - y.before, count: y.input) else {
                continue
            }
            let pixels = target.row(pixelRow, plane: plane)
            let own = cells + (r - rows.lowerBound) * pitch
            if border.isUniform {
                if x.stride == 1 {
                    (pixels + wide.inside.lowerBound + left).update(
                        from: own + wide.inside.lowerBound, count: wide.inside.count)
                } else {
                    for i in wide.inside { pixels[i * x.stride + left] = own[i] }
                }
            } else {
                for i in 0..<wide.length {
                    if let pixel = border.source(of: i * x.stride + left, count: x.input) { pixels[pixel] += own[i] }
                }
            }
        }
    }
}
