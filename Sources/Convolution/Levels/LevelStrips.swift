import CLanes
import Pixels

/// Strips of the result from left to right, as what they are computed from lies in memory: the channels one after the
/// other, `pitch` samples apart, each with the pixels a window reaches around the strip.
struct LevelStrips {
    /// Samples from one channel to the next.
    let pitch: Int
    /// Samples of all channels, and some behind them that may be read and written.
    let length: Int
    let all: [LevelStrip]

    init(_ ground: LevelGround, width: Int) {
        let total = ground.geometry.x.output
        let count = max(1, (total + width - 1) / width)
        // Strips of nearly one width.
        let width = (total + count - 1) / count
        let pitch = (width + ground.geometry.x.kernel - 1 + 31) / 32 * 32
        self.pitch = pitch
        length = pitch * ground.step + Int(KERN_LEVEL_SLACK)
        all = stride(from: 0, to: total, by: max(1, width)).map {
            LevelStrip(first: $0, count: min(width, total - $0), pitch: pitch, planes: pitch * ground.step)
        }
    }
}

struct LevelStrip {
    /// Columns of the result.
    let first: Int
    let count: Int
    let pitch: Int
    /// Samples of all channels.
    let planes: Int
}

extension LevelGround {
    /// One row of what a strip is computed from, its channels apart; `row` may lie outside.
    func deal(
        _ row: Int, _ strip: LevelStrip, of source: ReadableLevels, into out: UnsafeMutablePointer<UInt8>,
        _ loops: kern_lanes
    ) {
        let axis = geometry.x
        guard let y = border.source(of: row, count: geometry.y.input) else {
            out.update(repeating: outside, count: strip.planes)
            return
        }
        let pixels = source.row(y)
        let start = axis.start(strip.first)
        let end = start + strip.count + axis.kernel - 1
        let first = min(max(start, 0), axis.input)
        let inside = first..<max(first, min(end, axis.input))
        loops.deal_levels(
            out + inside.lowerBound - start, strip.pitch, pixels + inside.lowerBound * step, step, inside.count)
        func fill(_ columns: Range<Int>) {
            for column in columns {
                let x = border.source(of: column, count: axis.input)
                for c in 0..<step { out[c * strip.pitch + column - start] = x.map { pixels[$0 * step + c] } ?? outside }
            }
        }
        let left = max(start, min(inside.lowerBound, end))
        fill(start..<left)
        fill(max(inside.upperBound, left)..<end)
    }
}
