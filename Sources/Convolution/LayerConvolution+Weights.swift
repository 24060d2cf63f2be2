import CLanes
import Pixels

extension LayerConvolution {
    /// The gradients by weights and bias, summed over the batch: sixteen pictures one after another, then these parts in
    /// order.
    public func parameterGradients(
        of outputGradient: Planes, at input: Planes, weights: inout Planes, bias: inout Planes?, on machine: Machine
    ) {
        let parts = (self.input.count + LayerConvolution.picturesInPart - 1) / LayerConvolution.picturesInPart
        // For each output its weights, and behind them the bias: what a channel of ones would be multiplied with.
        let columns = tapCount + (bias == nil ? 0 : 1)
        let size = output.channels * columns
        Scratch.shared.withRoom(floats: parts * size, offsets: columns) { shared in
            shared.floats.update(repeating: 0, count: parts * size)
            segment.fillOffsets(shared.offsets, channels: inputsPerGroup)
            if bias != nil { shared.offsets[tapCount] = inputsPerGroup * segment.channelStep }
            outputGradient.withRows { gradient in
                input.withRows { source in
                    // Few parts are split by outputs too: each sum still belongs to one thread.
                    let splits = max(1, min((machine.workers + parts - 1) / parts, (output.channels + 3) / 4))
                    machine.split(0..<parts * splits, grain: 1) { jobs in
                        for job in jobs {
                            let (part, split) = job.quotientAndRemainder(dividingBy: splits)
                            let first = part * LayerConvolution.picturesInPart
                            let pictures = first..<min(first + LayerConvolution.picturesInPart, self.input.count)
                            let own = output.channels * split / splits..<output.channels * (split + 1) / splits
                            if let weightTiles {
                                weightTiles.gradients(
                                    gradient, source, pictures: pictures, outputs: own, columns: columns,
                                    into: shared.floats + part * size, machine.lanes)
                                continue
                            }
                            add(
                                gradient, source, columns: columns, pictures: pictures, outputs: own,
                                offsets: shared.offsets, into: shared.floats + part * size, machine.lanes)
                        }
                    }
                }
            }
            for part in 1..<max(parts, 1) {
                for i in 0..<size { shared.floats[i] += shared.floats[part * size + i] }
            }
            for o in 0..<output.channels {
                weights.withMutableRows {
                    ($0.base + o * tapCount).update(from: shared.floats + o * columns, count: tapCount)
                }
                bias?.samples[o] = shared.floats[o * columns + tapCount]
            }
        }
    }

    // sums (o,t) += Σ over n,p of gradient (n,o,p) · input (n,p + offset (t))
    private func add(
        _ gradient: ReadableRows, _ source: ReadableRows, columns: Int, pictures: Range<Int>, outputs: Range<Int>,
        offsets: UnsafePointer<Int>, into sums: UnsafeMutablePointer<Float>, _ lanes: Lanes
    ) {
        let (inputs, rows) = (inputsPerGroup, segment.rows)
        let run = segment.run(ofRows: rows)
        let gradientStep = LayerConvolution.step(run)
        let pictureStep = LayerConvolution.step(inputs * segment.channelStep + run)
        let gradientPicture = LayerConvolution.step(outputsPerGroup * gradientStep)
        let mostPictures = min(segmentPictures, pictures.count)
        // Gradients are read as they lie, where registers that end with their rows are hardly more.
        let byRows = segment.takesRows(rows, ofWidth: output.width, price: 1.15)
        Scratch.shared.withRoom(floats: mostPictures * (pictureStep + gradientPicture)) { room in
            let gradients = room.floats + mostPictures * pictureStep
            let laid = stride(from: 0, to: output.height, by: rows).map { y in
                let count = min(rows, output.height - y)
                return (rows: segment.rows(from: y, count: count, of: source), first: y, count: count)
            }
            for n in 0..<mostPictures {
                (room.floats + n * pictureStep + inputs * segment.channelStep).update(repeating: 1, count: run)
            }
            for n in stride(from: pictures.lowerBound, to: pictures.upperBound, by: mostPictures) {
                let together = min(mostPictures, pictures.upperBound - n)
                for (rows, y, count) in laid {
                    for group in outputs.lowerBound / outputsPerGroup...(outputs.upperBound - 1) / outputsPerGroup {
                        let own = outputs.clamped(to: group * outputsPerGroup..<(group + 1) * outputsPerGroup)
                        for k in 0..<together {
                            for i in 0..<inputs {
                                segment.lay(
                                    source, plane: (n + k) * self.input.channels + group * inputs + i, rows,
                                    into: room.floats + k * pictureStep + i * segment.channelStep, lanes)
                            }
                            for o in own where !byRows {
                                layGradient(
                                    gradient, plane: (n + k) * output.channels + o, from: y, count: count,
                                    into: gradients + k * gradientPicture + (o - own.lowerBound) * gradientStep, lanes)
                            }
                        }
                        var work = kern_layer_dots(
                            left: gradients, left_picture: gradientPicture, left_step: gradientStep,
                            right: room.floats, right_picture: pictureStep, offsets: offsets, rows: own.count,
                            taps: columns, count: segment.run(ofRows: count), lines: 1, left_pitch: 0, right_pitch: 0,
                            pictures: together, out: sums + own.lowerBound * columns, step: columns)
                        if byRows {
                            work.left = gradient.row(y, plane: n * output.channels + own.lowerBound)
                            (work.left_picture, work.left_step) = (
                                output.channels * gradient.planeStride, gradient.planeStride
                            )
                            (work.count, work.lines) = (output.width, count)
                            (work.left_pitch, work.right_pitch) = (gradient.rowStride, segment.pitch)
                        }
                        lanes.loops.pointee.layer_dots(&work)
                    }
                }
            }
        }
    }

    /// Gradients at the pitch of the pictures, zeros between and behind the rows.
    private func layGradient(
        _ source: ReadableRows, plane: Int, from first: Int, count: Int, into out: UnsafeMutablePointer<Float>,
        _ lanes: Lanes
    ) {
        let (pitch, width) = (segment.pitch, output.width)
        let last = (count - 1) * pitch
        lanes.loops.pointee.lay_rows(
            out, pitch, source.row(first, plane: plane), source.rowStride, count - 1, 0, width, 1, 0)
        (out + last).update(from: source.row(first + count - 1, plane: plane), count: width)
        (out + last + width).update(repeating: 0, count: segment.run(ofRows: count) - last - width)
    }
}
