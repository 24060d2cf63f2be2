import CLanes
import Pixels

extension TiledLayer {
    /// Whose kernels, and which way round they are seen.
    enum Direction {
        case forward
        /// From the outputs of a layer to its inputs: its kernels turned, and its channels exchanged.
        case back
    }

    // output (n,o) = start (o) + Σ over i of kernel (o,i) on input (n,i)
    func run(
        _ input: Planes, weights: Planes, _ direction: Direction, start: Planes?, into output: inout Planes,
        on machine: Machine
    ) {
        let (taps, outputs) = (self.input.channels, self.output.channels)
        let blocks = (allRows + rows - 1) / rows
        // Few blocks are shared by outputs too: the samples' tiles are made more than once, which is little beside the
        // products.
        let shares = max(1, min((machine.workers + blocks - 1) / blocks, outputs / TiledLayer.fewestOutputs))
        let together = shares * TiledLayer.outputsTogether
        let chunks = shares * ((outputs + together - 1) / together)
        let most = (outputs + chunks - 1) / chunks
        let kernelStep = LayerConvolution.step(most * taps + 8)
        let points = TiledLayer.points
        Scratch.shared.withRoom(floats: chunks * points * kernelStep + outputs) { shared in
            let zeros = chunks * points * kernelStep
            (shared.floats + zeros).update(repeating: 0, count: outputs)
            weights.withRows { weights in
                machine.split(0..<chunks, grain: 1) { range in
                    for chunk in range {
                        let own = outputs * chunk / chunks..<outputs * (chunk + 1) / chunks
                        var kernels =
                            switch direction {
                            case .forward:
                                kern_kernels(
                                    weights: weights.base, output_step: taps * 9, tap_step: 9, outputs: own.count,
                                    taps: taps, turned: 0)
                            case .back:
                                kern_kernels(
                                    weights: weights.base, output_step: 9, tap_step: outputs * 9, outputs: own.count,
                                    taps: taps, turned: 1)
                            }
                        kernels.weights += own.lowerBound * kernels.output_step
                        machine.lanes.loops.pointee.kernel_points(
                            shared.floats + chunk * points * kernelStep, kernelStep, &kernels)
                    }
                }
            }
            input.withRows { source in
                output.withMutableRows { target in
                    let jobs = blocks * shares
                    machine.split(0..<jobs, grain: LayerConvolution.grain(jobs, on: machine)) { jobs in
                        withBlock(mostOutputs: most) { block in
                            for job in jobs {
                                let (number, share) = job.quotientAndRemainder(dividingBy: shares)
                                block.load(
                                    source, rows: number * rows..<min((number + 1) * rows, allRows), for: target,
                                    machine.lanes)
                                for chunk in chunks * share / shares..<chunks * (share + 1) / shares {
                                    block.finish(
                                        outputs * chunk / chunks..<outputs * (chunk + 1) / chunks,
                                        kernels: shared.floats + chunk * points * kernelStep, step: kernelStep,
                                        zeros: shared.floats + zeros, start: start, into: target, machine.lanes)
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Some rows of tiles on their way, in a thread's own room.
    private struct Block {
        let layer: TiledLayer
        /// (point, channel, tile), and (point, output, tile)
        let samples: UnsafeMutablePointer<Float>
        let products: UnsafeMutablePointer<Float>
        let sampleStep: Int
        let productStep: Int
        /// One channel as it is laid out; the same place holds an output's tiles.
        let plane: UnsafeMutablePointer<Float>
        let offsets: UnsafeMutablePointer<Int>
        let places: UnsafeMutablePointer<Int>
        let outPlaces: UnsafeMutablePointer<Int>
        var pieces: [Piece] = []
        var outPieces: [Piece] = []
        var outPitch = 0
        var count = 0

        mutating func load(_ source: ReadableRows, rows: Range<Int>, for target: WritableRows, _ lanes: Lanes) {
            let pitch = layer.layout.pitch
            pieces = layer.pieces(of: rows, margin: 2, pitch: pitch)
            let found = layer.fillPlaces(places, pieces, pitch: pitch)
            if layer.isAllTiles {
                outPitch = target.rowStride
                outPieces = layer.pieces(of: rows, rowStride: outPitch, planeStride: target.planeStride)
            } else {
                outPitch = 4 * layer.across
                outPieces = layer.pieces(of: rows, margin: 0, pitch: outPitch)
            }
            _ = layer.fillPlaces(outPlaces, outPieces, pitch: outPitch)
            count = TiledLayer.padded(found)
            // What is only there to fill a vector is the first tile once more.
            for i in found..<count { (places[i], outPlaces[i]) = (places[0], outPlaces[0]) }
            let laid = layer.rows(of: pieces, of: source)
            let insides = laid.map(\.insides)
            for channel in 0..<layer.input.channels {
                layer.lay(source, channel: channel, pieces, channel == 0 ? laid : insides, into: plane, lanes)
                lanes.loops.pointee.picture_tiles(
                    samples + channel * layer.tiles, sampleStep, plane, places, count, pitch)
            }
        }

        func finish(
            _ outputs: Range<Int>, kernels: UnsafePointer<Float>, step: Int, zeros: UnsafePointer<Float>,
            start: Planes?, into target: WritableRows, _ lanes: Lanes
        ) {
            for point in 0..<TiledLayer.points {
                var work = kern_layer_sums(
                    in: samples + point * sampleStep, offsets: offsets, taps: layer.input.channels,
                    weights: kernels + point * step, start: zeros, out: products + point * productStep,
                    step: layer.tiles, outputs: outputs.count, count: count)
                lanes.loops.pointee.layer_sums(&work)
            }
            for o in outputs {
                lanes.loops.pointee.output_tiles(
                    layer.isAllTiles ? target.row(0, plane: o) : plane, outPlaces, outPitch,
                    products + (o - outputs.lowerBound) * layer.tiles, productStep, count, start?.samples[o] ?? 0)
                for piece in outPieces where !layer.isAllTiles {
                    let first = 4 * piece.tiles.lowerBound
                    lanes.loops.pointee.lay_rows(
                        target.row(first, plane: piece.picture * layer.output.channels + o), target.rowStride,
                        plane + piece.place, outPitch, min(4 * piece.tiles.count, layer.output.height - first), 0,
                        layer.output.width, 1, 0)
                }
            }
        }
    }

    private func withBlock(mostOutputs: Int, _ body: (inout Block) -> Void) {
        let sampleStep = LayerConvolution.step(input.channels * tiles)
        let productStep = LayerConvolution.step(mostOutputs * tiles)
        let points = TiledLayer.points
        let plane = max(planeStep, 4 * rows * 4 * across)
        Scratch.shared.withRoom(
            floats: points * (sampleStep + productStep) + plane, offsets: input.channels + 2 * tiles
        ) { room in
            for channel in 0..<input.channels { room.offsets[channel] = channel * tiles }
            let places = room.offsets + input.channels
            let products = room.floats + points * sampleStep
            var block = Block(
                layer: self, samples: room.floats, products: products, sampleStep: sampleStep,
                productStep: productStep, plane: products + points * productStep, offsets: room.offsets,
                places: places, outPlaces: places + tiles)
            body(&block)
        }
    }
}
