import CLanes
import Pixels

/// What the threads share on the way back to the pictures of a batch: gradients laid out with zeros around them, and sums over
/// them for each phase.
struct LayerCollector: @unchecked Sendable {
    let layer: LayerConvolution
    let source: ReadableRows
    let target: WritableRows
    /// Packed as (group, phase, tile, row of taps, output, tap of the row, input of the tile).
    let weights: UnsafePointer<Float>
    let offsets: UnsafePointer<Int>
    let starts: UnsafePointer<Float>
    /// Taps of each phase.
    let phases: [Int]
    /// From one output's gradients to the next, and from one input's cells to the next.
    let outputStep: Int
    let cellStep: Int
    let lanes: Lanes

    /// A piece whose positions are whole rows of pixels.
    func collect(
        _ whole: [LayerConvolution.WholeRows], of band: LayerConvolution.Band, picture n: Int,
        _ room: UnsafeMutablePointer<Float>
    ) {
        let (inputs, pitch) = (layer.inputsPerGroup, layer.forward.pitch)
        for group in 0..<layer.groups {
            lay(band, picture: n, group: group, into: room)
            for rows in whole {
                let first = rows.pixels.lowerBound + layer.geometry.y.before - band.laid.lowerBound
                var work = kern_layer_sums(
                    in: room + first * pitch + layer.geometry.x.before, offsets: offsets,
                    taps: layer.outputsPerGroup * layer.kernelTaps,
                    weights: weights + group * layer.outputsPerGroup * layer.tapCount, start: starts + group * inputs,
                    out: target.row(rows.pixels.lowerBound, plane: n * layer.input.channels + group * inputs),
                    step: target.planeStride, outputs: inputs, count: layer.input.width)
                var lines = kern_layer_lines(
                    rows: rows.pixels.count, pitch: pitch, out_pitch: target.rowStride,
                    first_tap: rows.taps.lowerBound, taps: rows.taps.count)
                lanes.loops.pointee.layer_rows(&work, &lines)
            }
        }
    }

    /// Pieces whose positions stand for pixels in any way; `pixels` are the rows they write to.
    func collect(
        _ bands: [LayerConvolution.Band], among pixels: Range<Int>, picture n: Int, _ room: UnsafeMutablePointer<Float>
    ) {
        let (inputs, outputs, pitch) = (layer.inputsPerGroup, layer.outputsPerGroup, layer.forward.pitch)
        let cells = room + outputs * outputStep
        for i in 0..<layer.input.channels {
            for y in pixels {
                target.row(y, plane: n * layer.input.channels + i).update(
                    repeating: starts[i], count: layer.input.width)
            }
        }
        for band in bands {
            for group in 0..<layer.groups {
                lay(band, picture: n, group: group, into: room)
                var (weights, offsets) = (weights + group * outputs * layer.tapCount, offsets)
                for (index, taps) in phases.enumerated() {
                    let rows = band.rows[index / layer.across.phases.count]
                    defer {
                        weights += inputs * outputs * taps
                        offsets += outputs * taps
                    }
                    if rows.isEmpty { continue }
                    var work = kern_layer_sums(
                        in: room + (rows.lowerBound - band.laid.lowerBound) * pitch, offsets: offsets,
                        taps: outputs * taps, weights: weights, start: starts + group * inputs, out: cells,
                        step: cellStep, outputs: inputs, count: (rows.count * pitch + V - 1) / V * V)
                    lanes.loops.pointee.layer_sums(&work)
                    for i in 0..<inputs {
                        fold(
                            cells + i * cellStep, phase: index, rows: rows,
                            plane: n * layer.input.channels + group * inputs + i)
                    }
                }
            }
        }
    }

    /// A piece where the rows of taps are summed apart: each as if it were an input of its own, and then one under the other.
    func collectTapRows(of band: LayerConvolution.Band, picture n: Int, _ room: UnsafeMutablePointer<Float>) {
        let (axis, pitch) = (layer.geometry.y, layer.forward.pitch)
        let cells = room + layer.outputsPerGroup * outputStep
        let sum = cells + axis.kernel * cellStep
        // Rows of sums for taps: from the first that a position here looks at, and those that have gradients.
        let seen = band.positions.lowerBound - layer.down.reach..<band.positions.upperBound
        let rows = seen.clamped(to: 0..<layer.output.height)
        let taps = layer.outputsPerGroup * layer.geometry.x.kernel
        let ones = [Float](repeating: 1, count: axis.kernel)
        let zeros = sum + cellStep
        zeros.update(repeating: 0, count: axis.kernel)
        for group in 0..<layer.groups {
            lay(band, picture: n, group: group, into: room)
            for tap in 0..<axis.kernel {
                let own = cells + tap * cellStep
                own.update(repeating: 0, count: (rows.lowerBound - seen.lowerBound) * pitch)
                (own + (rows.upperBound - seen.lowerBound) * pitch).update(
                    repeating: 0, count: (seen.upperBound - rows.upperBound) * pitch)
            }
            var work = kern_layer_sums(
                in: room + (rows.lowerBound - band.laid.lowerBound) * pitch, offsets: offsets, taps: taps,
                weights: weights + group * layer.outputsPerGroup * layer.kernelTaps, start: zeros,
                out: cells + (rows.lowerBound - seen.lowerBound) * pitch, step: cellStep, outputs: axis.kernel,
                count: rows.count * pitch)
            lanes.loops.pointee.layer_sums(&work)
            let under = (0..<axis.kernel).map { tap -> UnsafePointer<Float>? in
                let above = layer.down.reach - layer.down.taps[tap].offset
                return UnsafePointer(cells + (tap * cellStep + above * pitch))
            }
            lanes.loops.pointee.weighted_sum(
                sum, band.positions.count * pitch, under, ones, axis.kernel, starts[group])
            lanes.loops.pointee.lay_rows(
                target.row(band.positions.lowerBound - axis.before, plane: n * layer.input.channels + group),
                target.rowStride, sum + layer.across.phases[0].inside.lowerBound, pitch, band.positions.count, 0,
                layer.input.width, 1, 0)
        }
    }

    private func lay(
        _ band: LayerConvolution.Band, picture n: Int, group: Int, into room: UnsafeMutablePointer<Float>
    ) {
        for o in 0..<layer.outputsPerGroup {
            layGradient(
                plane: n * layer.output.channels + group * layer.outputsPerGroup + o, band.laid,
                into: room + o * outputStep)
        }
    }

    private func layGradient(
        plane: Int, _ rows: Range<Int>, into out: UnsafeMutablePointer<Float>
    ) {
        let pitch = layer.forward.pitch
        let inside = rows.clamped(to: source.rows)
        let before = (inside.isEmpty ? rows.count : inside.lowerBound - rows.lowerBound) * pitch
        out.update(repeating: 0, count: before)
        if !inside.isEmpty {
            lanes.loops.pointee.lay_rows(
                out + before, pitch, source.row(inside.lowerBound, plane: plane), source.rowStride, inside.count, 0,
                layer.output.width, 1, 0)
        }
        let laid = before + inside.count * pitch
        (out + laid).update(repeating: 0, count: rows.count * pitch + V - laid)
    }

    /// Brings what the padded positions of a phase collected to the pixels that stand for them.
    private func fold(
        _ cells: UnsafePointer<Float>, phase index: Int, rows: Range<Int>, plane: Int
    ) {
        let (x, y, pitch) = (layer.geometry.x, layer.geometry.y, layer.forward.pitch)
        let (across, down, border) = (layer.across, layer.down, layer.border)
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
