import CLanes
import Pixels

extension Pooling {
    /// Columns of a strip: its rows of extremes stay in a cache.
    private var extremeStrip: Int { max(1024, Extent.span(of: geometry.x.kernel, dilation: geometry.x.dilation)) }

    var extremeScratchBytes: Int {
        let (across, down) = (PhasedAxis(geometry.x), PhasedAxis(geometry.y))
        let width = min(extremeStrip, output.width)
        let rows = down.span(of: min(output.height, max(64, 2 * geometry.y.kernel)) / down.phases + 1)
        return 4 * (rows * width + 2 * across.span(of: width)) + 8 * rows
    }

    /// A whole rectangle is the extreme of its rows' extremes, and each row's is shared by the windows it is in.
    func runExtreme(
        _ source: ReadableRows, rows: Range<Int>, into target: WritableRows, on machine: Machine, largest: Bool
    ) {
        if isWhole, geometry.x.kernel == 2, geometry.x.stride == 2, geometry.x.dilation == 1, !leaves {
            return runPairs(source, rows: rows, into: target, on: machine, largest: largest)
        }
        guard isWhole else {
            return runExtremeOfTaps(source, rows: rows, into: target, on: machine, largest: largest)
        }
        let outside = border?.outside ?? (largest ? -Float.infinity : Float.infinity)
        let tiles = PoolingTiles(
            planes: input.count * input.channels, width: output.width, rows: rows, strip: extremeStrip,
            kernelRows: geometry.y.kernel, threads: machine.threads)
        let (across, down) = (PhasedAxis(geometry.x), PhasedAxis(geometry.y))
        tiles.split(on: machine) { plane, columns, rows in
            let extremes = Extremes(machine.lanes, largest: largest)
            let maps = (0..<min(across.phases, columns.count)).map {
                PhasedColumns(across, outputs: columns, phase: $0, border: border, outside: outside)
            }
            let width = columns.count
            let tallest = down.span(of: down.count(of: rows, phase: 0))
            let longest = maps.map(\.span).max() ?? 0
            let store = UnsafeMutablePointer<Float>.allocate(capacity: tallest * width + 2 * longest)
            defer { store.deallocate() }
            let held = SlidingRows(base: store, width: width)
            let row = SlidingRows(base: store + tallest * width, width: 1)
            for phase in 0..<min(down.phases, rows.count) {
                let count = down.count(of: rows, phase: phase)
                for index in 0..<down.span(of: count)
                where down.step <= geometry.y.kernel || index % down.step < geometry.y.kernel {
                    let position = down.position(of: index, in: rows, phase: phase)
                    let from = (border ?? .zero).source(of: position, count: geometry.y.input)
                        .map { source.row($0, plane: plane) }
                    for (phaseX, map) in maps.enumerated() {
                        map.gather(from, into: row.base)
                        extremes.slide(
                            row, length: map.span, kernel: across.axis.kernel, step: across.step, count: map.count,
                            spare: row.base + longest,
                            into: held.row(index) + phaseX, every: across.phases)
                    }
                }
                extremes.slideRows(
                    held, length: down.span(of: count), kernel: down.axis.kernel, step: down.step, count: count
                ) { target.row(rows.lowerBound + phase + $0 * down.phases, plane: plane) + columns.lowerBound }
            }
        }
    }

    /// Two columns with stride two: neighbours are told apart by shuffles, no row is copied.
    private func runPairs(
        _ source: ReadableRows, rows: Range<Int>, into target: WritableRows, on machine: Machine, largest: Bool
    ) {
        let extremes = Extremes(machine.lanes, largest: largest)
        eachRow(rows, of: source, on: machine) { y, plane, pointers in
            extremes.ofPairs(target.row(y, plane: plane), output.width, pointers, pointers.count)
        }
    }

    private func runExtremeOfTaps(
        _ source: ReadableRows, rows: Range<Int>, into target: WritableRows, on machine: Machine, largest: Bool
    ) {
        let extremes = Extremes(machine.lanes, largest: largest)
        let outside = border?.outside ?? (largest ? -Float.infinity : Float.infinity)
        let padding = RowPadding(geometry.x, border: border ?? .zero, outside: outside)
        let taps = taps.map { Tap(x: $0.x, y: $0.y, input: 0, weight: 1) }
        machine.split(rows, grain: 32) { piece in
            var padded = PaddedRows(
                padding, geometry: geometry, border: border ?? .zero, planes: 1, mostRows: piece.count, machine.lanes)
            let offsets = padded.pieces.map { part in taps.map { padded.offset(ofTap: $0.x, in: part) } }
            var pointers = [UnsafePointer<Float>?](repeating: nil, count: taps.count)
            for plane in 0..<input.count * input.channels {
                padded.begin(at: piece.lowerBound)
                for y in piece {
                    let out = target.row(y, plane: plane)
                    for (index, part) in padded.pieces.enumerated() {
                        padded.point(
                            &pointers, at: taps, offsets: offsets[index], of: y, plane: plane, of: source, in: part)
                        extremes.ofRows(
                            out + part.outputs.lowerBound, part.outputs.count, pointers, pointers.count)
                    }
                    // Holes can leave a window at the rim without a pixel.
                    for x in 0..<output.width where !out[x].isFinite { out[x] = 0 }
                }
            }
        }
    }

    /// Whether any window reaches outside the picture.
    var leaves: Bool { geometry.x.leaves || geometry.y.leaves }
}

/// Rows one behind the other; a row may be a single sample.
private struct SlidingRows {
    let base: UnsafeMutablePointer<Float>
    let width: Int

    func row(_ index: Int) -> UnsafeMutablePointer<Float> { base + index * width }
}

/// The extremes of windows that slide over samples or rows. A wide window is put together from two overlapping halves
/// whose lengths are a power of two, so that its cost grows with the logarithm of its length.
private struct Extremes: @unchecked Sendable {
    typealias Loop =
        @convention(c) (UnsafeMutablePointer<Float>?, Int, UnsafePointer<UnsafePointer<Float>?>?, Int) -> Void

    // Plain C functions, which any thread may call.
    let ofRows: Loop
    let ofPairs: Loop

    init(_ lanes: Lanes, largest: Bool) {
        let loops = lanes.loops.pointee
        let rows = largest ? loops.maximum : loops.minimum
        let pairs = largest ? loops.maximum_pairs : loops.minimum_pairs
        guard let rows, let pairs else { preconditionFailure("every level has every loop") }
        ofRows = rows
        ofPairs = pairs
    }

    private func join(
        _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>, count: Int
    ) {
        withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: 2) { both in
            both[0] = a
            both[1] = b
            ofRows(out, count, both.baseAddress, 2)
        }
    }

    /// The smallest power of two that is at least half of `kernel`, by doubling in place: afterwards entry i is the
    /// extreme of that many entries from i on.
    private func doubled(_ rows: SlidingRows, length: Int, kernel: Int) -> Int {
        var reach = 1
        while 2 * reach < kernel {
            let count = length - 2 * reach + 1
            if rows.width == 1 {
                // The entry behind is read before it is written, as long as the loop goes forwards.
                join(rows.base, rows.base + reach, into: rows.base, count: count)
            } else {
                for index in 0..<count {
                    join(rows.row(index), rows.row(index + reach), into: rows.row(index), count: rows.width)
                }
            }
            reach *= 2
        }
        return reach
    }

    // out[i · every] = extreme of samples i · step … i · step + kernel − 1
    func slide(
        _ samples: SlidingRows, length: Int, kernel: Int, step: Int, count: Int, spare: UnsafeMutablePointer<Float>,
        into out: UnsafeMutablePointer<Float>, every: Int
    ) {
        let reach = doubled(samples, length: length, kernel: kernel)
        let isPlain = step == 1 && every == 1
        let result = isPlain ? out : spare
        let positions = (count - 1) * step + 1
        join(samples.base, samples.base + (kernel - reach), into: result, count: positions)
        if !isPlain { for index in 0..<count { out[index * every] = result[index * step] } }
    }

    func slideRows(
        _ rows: SlidingRows, length: Int, kernel: Int, step: Int, count: Int,
        into out: (Int) -> UnsafeMutablePointer<Float>
    ) {
        // Few rows, or windows that do not overlap: each row once.
        if kernel <= 4 || step >= kernel {
            withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: kernel) { pointers in
                for index in 0..<count {
                    for tap in 0..<kernel { pointers[tap] = UnsafePointer(rows.row(index * step + tap)) }
                    ofRows(out(index), rows.width, pointers.baseAddress, kernel)
                }
            }
            return
        }
        let reach = doubled(rows, length: length, kernel: kernel)
        for index in 0..<count {
            join(
                rows.row(index * step), rows.row(index * step + kernel - reach), into: out(index), count: rows.width)
        }
    }
}
