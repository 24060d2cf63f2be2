import Convolution
import Pixels

/// Marks every strong pixel, and every weak one that is connected to one, corners included.
struct Flood: Sendable {
    let source: ReadableRows
    let target: WritableRows
    let plane: Int
    let low: Float
    let high: Float

    private typealias Place = (x: Int32, y: Int32)

    /// Each thread floods pieces of rows by itself; then what reaches from one piece into the next goes on from there. What is
    /// connected does not depend on who finds it.
    func run(on machine: Machine) {
        let height = source.shape.height
        let count = min(4 * machine.workers, max(1, height / 64))
        let pieces = (0..<count).map { height * $0 / count..<height * ($0 + 1) / count }
        machine.split(0..<count, grain: 1) { own in
            for piece in own { spread(mark(pieces[piece]), within: pieces[piece]) }
        }
        var front: [Place] = []
        for border in pieces.dropFirst().map(\.lowerBound) {
            for (from, to) in [(border - 1, border), (border, border - 1)] {
                let out = target.row(from, plane: plane)
                for x in 0..<source.shape.width where out[x] == 1 { take(around: x, in: to, &front) }
            }
        }
        spread(front, within: 0..<height)
    }

    private func mark(_ rows: Range<Int>) -> [Place] {
        var front: [Place] = []
        for y in rows {
            let (row, out) = (source.row(y, plane: plane), target.row(y, plane: plane))
            for x in 0..<source.shape.width {
                let isStrong = row[x] >= high && row[x] > 0
                out[x] = isStrong ? 1 : 0
                if isStrong { front.append((Int32(x), Int32(y))) }
            }
        }
        return front
    }

    private func spread(_ start: [Place], within rows: Range<Int>) {
        var front = start
        while let (x, y) = front.popLast() {
            for row in max(rows.lowerBound, Int(y) - 1)...min(rows.upperBound - 1, Int(y) + 1) {
                take(around: Int(x), in: row, &front)
            }
        }
    }

    /// Marks what is weak and not yet marked at x and beside it in a row.
    @inline(__always)
    private func take(around x: Int, in y: Int, _ front: inout [Place]) {
        let (row, out) = (source.row(y, plane: plane), target.row(y, plane: plane))
        for x in max(0, x - 1)...min(source.shape.width - 1, x + 1) where out[x] == 0 && row[x] >= low && row[x] > 0 {
            out[x] = 1
            front.append((Int32(x), Int32(y)))
        }
    }
}
