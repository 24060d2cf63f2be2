import CLanes
import Pixels

/// The gradients by the kernels: those by the outputs are kernels of 4×4, seen at the same points, and the sums over all
/// tiles come back as kernels of 3×3. Here channels go side by side, and a tile is a tap.
extension TiledLayer {
    // sums (o,i,t) = Σ over n,p of gradient (n,o,p) · input (n,i,p + t);  sums (o, behind the last t) = Σ of gradient (n,o,p)
    func gradients(
        _ gradient: ReadableRows, _ source: ReadableRows, pictures: Range<Int>, outputs: Range<Int>, columns: Int,
        into sums: UnsafeMutablePointer<Float>, _ lanes: Lanes
    ) {
        let (channels, points) = (input.channels, TiledLayer.points)
        let wide = TiledLayer.padded(channels)
        let sampleStep = LayerConvolution.step(tiles * wide)
        let gradientStep = LayerConvolution.step(tiles * outputs.count + 8)
        let kernelStep = LayerConvolution.step(outputs.count * wide)
        let floats = points * (sampleStep + gradientStep + kernelStep) + V * planeStep + 8 * outputs.count
        Scratch.shared.withRoom(floats: floats, offsets: 2 * tiles + V) { room in
            let samples = room.floats
            let gradients = samples + points * sampleStep
            let kernels = gradients + points * gradientStep
            let work = Work(
                planes: kernels + points * kernelStep, totals: kernels + points * kernelStep + V * planeStep,
                places: room.offsets + tiles, channels: room.offsets + 2 * tiles, lanes: lanes)
            for tile in 0..<tiles { room.offsets[tile] = tile * wide }
            kernels.update(repeating: 0, count: points * kernelStep)
            work.totals.update(repeating: 0, count: 8 * outputs.count)
            let all = pictures.lowerBound * down..<pictures.upperBound * down
            for first in stride(from: all.lowerBound, to: all.upperBound, by: rows) {
                let own = first..<min(first + rows, all.upperBound)
                let count = loadSamples(source, own, into: samples, step: sampleStep, wide: wide, work)
                loadGradients(gradient, own, outputs, into: gradients, step: gradientStep, work)
                for point in 0..<points {
                    var products = kern_layer_sums(
                        in: samples + point * sampleStep, offsets: room.offsets, taps: count,
                        weights: gradients + point * gradientStep, start: nil, out: kernels + point * kernelStep,
                        step: wide, outputs: outputs.count, count: wide)
                    lanes.loops.pointee.layer_sums(&products)
                }
            }
            for o in outputs {
                let own = o - outputs.lowerBound
                lanes.loops.pointee.kernels_of(sums + o * columns, kernels + own * wide, kernelStep, channels)
            }
            guard columns > 9 * channels else { return }
            eachTile(of: outputs.count) { tile, own in
                for (lane, o) in own.enumerated() {
                    sums[(outputs.lowerBound + o) * columns + 9 * channels] = work.totals[8 * tile + lane]
                }
            }
        }
    }

    /// Room of one thread.
    private struct Work {
        /// A vector of channels as they are laid out.
        let planes: UnsafeMutablePointer<Float>
        /// For each tile of outputs eight sums of gradients.
        let totals: UnsafeMutablePointer<Float>
        /// Where the tiles of a channel begin, and where the channels do.
        let places: UnsafeMutablePointer<Int>
        let channels: UnsafeMutablePointer<Int>
        let lanes: Lanes

        /// A vector of channels side by side; the last one again where fewer are left.
        func lay(_ count: Int, step: Int, _ lay: (_ channel: Int, UnsafeMutablePointer<Float>) -> Void) {
            for i in 0..<count { lay(i, planes + i * step) }
            for i in 0..<V { channels[i] = min(i, count - 1) * step }
        }
    }

    // samples (point, tile, channel); channels behind the last fill a vector, with any numbers
    private func loadSamples(
        _ source: ReadableRows, _ rows: Range<Int>, into samples: UnsafeMutablePointer<Float>, step: Int, wide: Int,
        _ work: Work
    ) -> Int {
        let pitch = layout.pitch
        let pieces = pieces(of: rows, margin: 2, pitch: pitch)
        let count = fillPlaces(work.places, pieces, pitch: pitch)
        let laid = self.rows(of: pieces, of: source)
        for first in Swift.stride(from: 0, to: wide, by: V) {
            work.lay(min(V, input.channels - first), step: planeStep) {
                lay(source, channel: first + $0, pieces, laid, into: $1, work.lanes)
            }
            for tile in 0..<count {
                work.lanes.loops.pointee.picture_tiles(
                    samples + tile * wide + first, step, work.planes + work.places[tile], work.channels, V, pitch)
            }
        }
        return count
    }

    // gradients (point, tile of outputs, tile, output), as layer_sums takes weights
    private func loadGradients(
        _ source: ReadableRows, _ rows: Range<Int>, _ outputs: Range<Int>,
        into gradients: UnsafeMutablePointer<Float>, step: Int, _ work: Work
    ) {
        let (pitch, size) = (isAllTiles ? source.rowStride : 4 * across, output.size)
        let pieces =
            isAllTiles
            ? pieces(of: rows, rowStride: pitch, planeStride: source.planeStride)
            : pieces(of: rows, margin: 0, pitch: pitch)
        let count = fillPlaces(work.places, pieces, pitch: pitch)
        eachTile(of: outputs.count) { tile, own in
            var planes = UnsafePointer(work.planes)
            if isAllTiles {
                planes = source.row(0, plane: outputs.lowerBound + own.lowerBound)
                for i in 0..<8 { work.channels[i] = min(i, own.count - 1) * source.planeStride }
            } else {
                work.lay(own.count, step: planeStep) { o, plane in
                    for piece in pieces {
                        let first = 4 * piece.tiles.lowerBound
                        let (height, inside) = (4 * piece.tiles.count, min(4 * piece.tiles.count, size.height - first))
                        let channel = outputs.lowerBound + own.lowerBound + o
                        work.lanes.loops.pointee.lay_rows(
                            plane + piece.place, pitch,
                            source.row(first, plane: piece.picture * output.channels + channel), source.rowStride,
                            inside,
                            0,
                            size.width, 1, 0)
                        (plane + piece.place + inside * pitch).update(repeating: 0, count: (height - inside) * pitch)
                    }
                }
            }
            for t in 0..<count {
                work.lanes.loops.pointee.gradient_tiles(
                    gradients + own.lowerBound * count + t * own.count, step, planes + work.places[t],
                    work.channels, 8, pitch, work.totals + 8 * tile)
            }
        }
    }

    /// The tiles of outputs, as weights are packed.
    private func eachTile(of outputs: Int, _ body: (_ tile: Int, _ outputs: Range<Int>) -> Void) {
        var (tile, first) = (0, 0)
        while first < outputs {
            let size = kern_layer_tile(outputs, first)
            body(tile, first..<first + size)
            first += size
            tile += 1
        }
    }
}
