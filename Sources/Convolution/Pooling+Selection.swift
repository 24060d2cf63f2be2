import Pixels

extension Pooling {
    /// Ranks by looking at each window for itself: for the rim, for holes, and where nothing better can be done.
    func runSelection(_ source: ReadableRows, rows: Range<Int>, into target: WritableRows, on machine: Machine) {
        machine.split(rows, grain: 4) { piece in
            var window = [Float](repeating: 0, count: taps.count)
            for plane in 0..<input.count * input.channels {
                for y in piece {
                    let out = target.row(y, plane: plane)
                    for x in 0..<output.width { out[x] = selected(x, y, plane: plane, of: source, in: &window) }
                }
            }
        }
    }

    /// The rank of output (x, y); `window` has room for all taps. NaN and what lies outside without a border take no
    /// part.
    func selected(_ x: Int, _ y: Int, plane: Int, of source: ReadableRows, in window: inout [Float]) -> Float {
        guard case .rank(let fraction) = reducer else { preconditionFailure("only ranks are ranked") }
        let (left, top) = (geometry.x.start(x), geometry.y.start(y))
        let (across, down) = (geometry.x.dilation, geometry.y.dilation)
        var count = 0
        func see(_ value: Float) {
            if value.isNaN { return }
            window[count] = value
            count += 1
        }
        if geometry.x.inside(x).count == geometry.x.kernel, geometry.y.inside(y).count == geometry.y.kernel {
            for tap in taps { see(source.row(top + tap.y * down, plane: plane)[left + tap.x * across]) }
        } else {
            for tap in taps {
                let row = (border ?? .zero).source(of: top + tap.y * down, count: geometry.y.input)
                let column = (border ?? .zero).source(of: left + tap.x * across, count: geometry.x.input)
                if let row, let column {
                    see(source.row(row, plane: plane)[column])
                } else if let border {
                    see(border.outside)
                }
            }
        }
        return Rank.select(fraction, of: &window, count: count)
    }
}
