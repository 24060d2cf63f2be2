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
    struct Band {
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
        let cellStep = LayerConvolution.step((most + down.reach) * pitch + V)
        let phases = phaseTaps()
        let direct = border.isUniform ? bands.map(wholeRows) : []
        let tapRows = takesTapRows
        Scratch.shared.withRoom(
            floats: output.channels * tapCount + input.channels, offsets: outputs * kernelTaps
        ) { shared in
            let starts = shared.floats + output.channels * tapCount
            for i in 0..<input.channels { starts[i] = start?.samples[i] ?? 0 }
            if tapRows {
                packTapRows(weights, into: shared.floats)
            } else {
                packBack(weights, phases, into: shared.floats)
            }
            var next = shared.offsets
            for tap in tapRows ? [phases[0][0]][...] : Array(phases.joined())[...] {
                for o in 0..<outputs {
                    for x in tap.xs {
                        next.pointee = o * outputStep - down.taps[tap.y].offset * pitch - across.taps[x].offset
                        next += 1
                    }
                }
            }
            outputGradient.withRows { source in
                gradient.withMutableRows { target in
                    let collector = LayerCollector(
                        layer: self, source: source, target: target, weights: shared.floats, offsets: shared.offsets,
                        starts: starts, phases: phases.map { $0.reduce(0) { $0 + $1.xs.count } },
                        outputStep: outputStep,
                        cellStep: cellStep, lanes: machine.lanes)
                    // A border that repeats pixels adds rows far apart into one: then one thread has the whole picture.
                    let pieces = border.isUniform ? bands.count : 1
                    let jobs = input.count * pieces
                    machine.split(0..<jobs, grain: LayerConvolution.grain(jobs, on: machine)) { jobs in
                        let cells = tapRows ? (geometry.y.kernel + 1) * cellStep + geometry.y.kernel : inputs * cellStep
                        Scratch.shared.withRoom(floats: outputs * outputStep + cells) { own in
                            for job in jobs {
                                let (n, piece) = job.quotientAndRemainder(dividingBy: pieces)
                                if tapRows {
                                    collector.collectTapRows(of: bands[piece], picture: n, own.floats)
                                } else if border.isUniform, let whole = direct[piece] {
                                    collector.collect(whole, of: bands[piece], picture: n, own.floats)
                                } else {
                                    let here = border.isUniform ? [bands[piece]] : bands
                                    collector.collect(
                                        here, among: pixelRows(of: here, among: rows), picture: n, own.floats)
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    var across: LayerAxis { forward.across }

    /// A row of taps of a phase.
    private struct TapRow {
        var y: Int
        var xs: [Int]
    }

    /// The taps of each phase, row by row.
    private func phaseTaps() -> [[TapRow]] {
        down.phases.indices.flatMap { row in
            across.phases.indices.map { column in
                (0..<geometry.y.kernel).filter { down.taps[$0].phase == row }.map { y in
                    TapRow(y: y, xs: (0..<geometry.x.kernel).filter { across.taps[$0].phase == column })
                }
            }
        }
    }

    // packed (group, phase, tile, row of taps, o, tap of the row, input of the tile) = weights (o, input, tap)
    private func packBack(_ weights: Planes, _ phases: [[TapRow]], into packed: UnsafeMutablePointer<Float>) {
        weights.samples.withUnsafeBufferPointer { weights in
            guard let weights = weights.baseAddress else { return }
            var next = packed
            for group in 0..<groups {
                for taps in phases {
                    var first = 0
                    while first < inputsPerGroup {
                        let size = kern_layer_tile(inputsPerGroup, first)
                        for tap in taps {
                            for o in group * outputsPerGroup..<(group + 1) * outputsPerGroup {
                                let own =
                                    weights + (o * inputsPerGroup + first) * kernelTaps + tap.y * geometry.x.kernel
                                for x in tap.xs {
                                    for i in 0..<size { next[i] = own[i * kernelTaps + x] }
                                    next += size
                                }
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

    /// Rows of pixels, and the taps that see a gradient from any of them.
    struct WholeRows: Sendable {
        var pixels: Range<Int>
        var taps: Range<Int>
    }

    /// Whether positions are pixels, but for those of the padding.
    private var isPixelForPixel: Bool {
        border.isUniform && geometry.x.stride == 1 && geometry.y.stride == 1 && across.phases.count == 1
            && down.phases.count == 1 && across.phases[0].inside.count == input.width
    }

    /// Whether the rows of taps are summed apart, as if each were an input of its own: a single input leaves the multipliers
    /// waiting for what is loaded.
    private var takesTapRows: Bool {
        inputsPerGroup == 1 && isPixelForPixel && down.phases[0].inside.count == input.height && geometry.y.kernel > 1
    }

    // packed (group, tile of rows of taps, o, tap of the row, row of the tile) = weights (o, row, tap)
    private func packTapRows(_ weights: Planes, into packed: UnsafeMutablePointer<Float>) {
        let (wide, high) = (geometry.x.kernel, geometry.y.kernel)
        weights.samples.withUnsafeBufferPointer { weights in
            for group in 0..<groups {
                let first = group * outputsPerGroup * kernelTaps
                LayerConvolution.pack(outputs: high, taps: outputsPerGroup * wide, into: packed + first) { row, tap in
                    weights[first + tap / wide * kernelTaps + row * wide + tap % wide]
                }
            }
        }
    }

    /// The rows of pixels of a piece, where its positions are these pixels and nothing else: they are computed where they belong.
    /// From a picture's rim most taps see no gradient, and a small picture is mostly rim.
    private func wholeRows(of band: Band) -> [WholeRows]? {
        let (x, y) = (geometry.x, geometry.y)
        guard isPixelForPixel, band.rows[0] == band.positions,
            forward.takesRows(band.positions.count, ofWidth: x.input)
        else { return nil }
        var whole: [WholeRows] = []
        // Two registers of each output are the fewest that keep the multipliers busy.
        for first in stride(from: band.positions.lowerBound, to: band.positions.upperBound, by: x.input > V ? 1 : 2) {
            let positions = first..<min(first + (x.input > V ? 1 : 2), band.positions.upperBound)
            let used = down.taps.indices.filter { tap in
                let own = positions.lowerBound - down.taps[tap].offset..<positions.upperBound - down.taps[tap].offset
                return own.overlaps(0..<output.height)
            }
            let row = outputsPerGroup * x.kernel
            let taps = (used.first ?? 0) * row..<((used.last ?? -1) + 1) * row
            let pixels = positions.lowerBound - y.before..<positions.upperBound - y.before
            if let last = whole.indices.last, whole[last].taps == taps {
                whole[last].pixels = whole[last].pixels.lowerBound..<pixels.upperBound
            } else {
                whole.append(WholeRows(pixels: pixels, taps: taps))
            }
        }
        return whole
    }

    /// The rows of pixels that some pieces write to.
    private func pixelRows(of bands: [Band], among rows: Range<Int>) -> Range<Int> {
        guard border.isUniform, let positions = bands.first?.positions else { return rows }
        return positions.lowerBound - geometry.y.before..<positions.upperBound - geometry.y.before
    }
}
