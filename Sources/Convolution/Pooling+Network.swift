import CLanes
import Pixels

/// How a small window is ranked for whole rows at a time: its columns are sorted, each once for all windows it is in,
/// and a second network merges them as far as the wanted rank needs.
struct WindowNetwork: Sendable {
    let columns: SelectionNetwork
    let merge: SelectionNetwork

    /// Whether there is a loop with the comparisons written out.
    static func isInRegisters(_ geometry: Geometry, _ reducer: Reducer) -> Bool {
        let x = geometry.x
        return reducer == .rank(0.5) && x.kernel == geometry.y.kernel && (x.kernel == 3 || x.kernel == 5)
            && x.dilation == 1 && x.stride == 1
    }

    /// Comparisons by which a histogram or a set of places is the quicker way.
    private static let mostTaps = 36

    init?(_ geometry: Geometry, fraction: Double) {
        let (across, down) = (geometry.x.kernel, geometry.y.kernel)
        guard across * down <= WindowNetwork.mostTaps, geometry.x.stride <= 4 else { return nil }
        columns = SelectionNetwork(ranks: Array(0..<down), ofRuns: down, length: 1)
        let (low, high) = Rank.places(of: fraction, count: across * down)
        merge = SelectionNetwork(ranks: low == high ? [low] : [low, high], ofRuns: across, length: down)
    }
}

extension Pooling {
    func runNetwork(
        _ network: WindowNetwork, _ source: ReadableRows, rows: Range<Int>, into target: WritableRows,
        on machine: Machine
    ) {
        let columns = geometry.x.outputsInside
        machine.split(rows, grain: 16) { piece in
            var scratch = NetworkScratch(self, network, machine.lanes)
            var window = [Float](repeating: 0, count: taps.count)
            for plane in 0..<input.count * input.channels {
                for y in piece {
                    let out = target.row(y, plane: plane)
                    if !columns.isEmpty, scratch.take(y, plane: plane, of: source) {
                        scratch.rank(columns, into: out)
                        for x in 0..<columns.lowerBound {
                            out[x] = selected(x, y, plane: plane, of: source, in: &window)
                        }
                        for x in columns.upperBound..<output.width {
                            out[x] = selected(x, y, plane: plane, of: source, in: &window)
                        }
                    } else {
                        for x in 0..<output.width { out[x] = selected(x, y, plane: plane, of: source, in: &window) }
                    }
                }
            }
        }
    }
}

extension Axis {
    /// The outputs whose windows lie inside the picture.
    var outputsInside: Range<Int> {
        let first = min(output, (before + stride - 1) / stride)
        let room = input - 1 - dilation * (kernel - 1) + before
        let end = room < 0 ? 0 : min(output, room / stride + 1)
        return first..<max(first, end)
    }
}

/// What one thread ranks rows in.
private struct NetworkScratch: ~Copyable {
    private let pooling: Pooling
    private let network: WindowNetwork
    private let lanes: Lanes
    private let width: Int
    /// Rows under the window; sorted columns; up to two ranks at full width.
    private var rows: [UnsafePointer<Float>?]
    private var taps: [UnsafePointer<Float>?]
    private var sorted: [UnsafeMutablePointer<Float>?]
    private var ranks: [UnsafeMutablePointer<Float>?]
    private let store: UnsafeMutablePointer<Float>
    private let outside: UnsafeMutablePointer<Float>

    init(_ pooling: Pooling, _ network: WindowNetwork, _ lanes: Lanes) {
        self.pooling = pooling
        self.network = network
        self.lanes = lanes
        let (across, down) = (pooling.geometry.x.kernel, pooling.geometry.y.kernel)
        width = pooling.input.width
        let store = UnsafeMutablePointer<Float>.allocate(capacity: (down + 3) * width)
        let width = width
        self.store = store
        outside = store + (down + 2) * width
        outside.initialize(repeating: pooling.border?.outside ?? 0, count: width)
        rows = Array(repeating: nil, count: down)
        taps = Array(repeating: nil, count: across * down)
        sorted = (0..<down).map { store + $0 * width }
        ranks = [store + down * width, store + (down + 1) * width]
    }

    deinit { store.deallocate() }

    /// Finds the rows under output row `y`; false where some take no part or hold a NaN, which has no order.
    mutating func take(_ y: Int, plane: Int, of source: ReadableRows) -> Bool {
        let axis = pooling.geometry.y
        for tap in 0..<axis.kernel {
            let position = axis.start(y) + tap * axis.dilation
            if let row = (pooling.border ?? .zero).source(of: position, count: axis.input) {
                let pixels = source.row(row, plane: plane)
                rows[tap] = pixels
                if !pooling.samplesAreLevels, lanes.loops.pointee.count_nan(pixels, width) > 0 { return false }
            } else if pooling.border != nil, !outside[0].isNaN {
                rows[tap] = UnsafePointer(outside)
            } else {
                return false
            }
        }
        return true
    }

    mutating func rank(_ columns: Range<Int>, into out: UnsafeMutablePointer<Float>) {
        let (x, y) = (pooling.geometry.x, pooling.geometry.y)
        let loops = lanes.loops.pointee
        let first = x.start(columns.lowerBound)
        // Networks go over neighbours; a stride picks from what they give.
        let count = (columns.count - 1) * x.stride + 1
        if WindowNetwork.isInRegisters(pooling.geometry, pooling.reducer) {
            let median = y.kernel == 3 ? loops.median_3x3 : loops.median_5x5
            median?(out + columns.lowerBound, count, rows.map { $0.map { $0 + first } })
            return
        }
        if y.kernel > 1 {
            let last = first + count - 1 + (x.kernel - 1) * x.dilation
            run(network.columns, rows.map { $0.map { $0 + first } }, into: sorted, count: last - first + 1)
        } else {
            sorted[0]?.update(from: (rows[0] ?? UnsafePointer(store)) + first, count: width - first)
        }
        for across in 0..<x.kernel {
            for down in 0..<y.kernel {
                taps[across * y.kernel + down] = sorted[down].map { UnsafePointer($0 + across * x.dilation) }
            }
        }
        guard let low = ranks[0], let high = ranks[1] else { return }
        run(network.merge, taps, into: ranks, count: count)
        let result = out + columns.lowerBound
        if network.merge.wires.count == 2 {
            for index in 0..<columns.count { result[index] = (low[index * x.stride] + high[index * x.stride]) / 2 }
        } else {
            for index in 0..<columns.count { result[index] = low[index * x.stride] }
        }
    }

    private func run(
        _ network: SelectionNetwork, _ rows: [UnsafePointer<Float>?], into out: [UnsafeMutablePointer<Float>?],
        count: Int
    ) {
        lanes.loops.pointee.network(
            out, network.wires, network.wires.count, count, rows, network.inputs, network.pairs, network.comparisons)
    }
}
