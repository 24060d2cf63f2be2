import Convolution
import Pixels

/// The samples of a plane above some positive value, by rank: counted by their first bits as they lie, which are in their order,
/// and then only those looked at that share these with the one that is sought.
struct PositiveValues: Sendable {
    let source: ReadableRows
    let plane: Int
    let above: Float

    /// Sixteen bins for each power of two: few, so that a small picture takes no longer for them.
    private static let bins = 1 << 12

    private func bin(_ value: Float) -> Int { Int(value.bitPattern >> 19) }

    /// The value that such a share of the others is below; nil if there are none.
    func value(at share: Double, on machine: Machine) -> Float? {
        let loops = machine.rowLoops
        let counts = Guarded([Int](repeating: 0, count: PositiveValues.bins))
        eachPiece(on: machine) { rows in
            var own = [Int](repeating: 0, count: PositiveValues.bins)
            each(in: rows, from: above.nextUp, loops) { own[bin($0)] += 1 }
            counts.withLock { all in for i in all.indices { all[i] += own[i] } }
        }
        let all = counts.withLock { $0 }
        let count = all.reduce(0, +)
        guard count > 0 else { return nil }
        var (place, found) = (Rank.position(of: share, count: count), 0)
        while place >= all[found] {
            place -= all[found]
            found += 1
        }
        let near = Guarded([Float]())
        eachPiece(on: machine) { [found] rows in
            var own: [Float] = []
            // The bin's smallest value, or the smallest of all that count.
            let least = max(above.nextUp, Float(bitPattern: UInt32(found) << 19))
            each(in: rows, from: least, loops) { if bin($0) == found { own.append($0) } }
            near.withLock { $0 += own }
        }
        var values = near.withLock { $0 }
        return Rank.select(place, of: &values, count: values.count)
    }

    private func eachPiece(on machine: Machine, _ body: @Sendable (Range<Int>) -> Void) {
        let height = source.shape.height
        machine.split(0..<height, grain: max(1, height / (4 * machine.workers)), body)
    }

    @inline(__always)
    private func each(in rows: Range<Int>, from least: Float, _ loops: RowLoops, _ body: (Float) -> Void) {
        let words = (source.shape.width + 63) / 64
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: words) { flags in
            guard let reached = flags.baseAddress else { return }
            for y in rows {
                let row = source.row(y, plane: plane)
                loops.reaching(least, row, source.shape.width, into: reached)
                for word in 0..<words {
                    var bits = reached[word]
                    while bits != 0 {
                        body(row[64 * word + bits.trailingZeroBitCount])
                        bits &= bits &- 1
                    }
                }
            }
        }
    }
}
