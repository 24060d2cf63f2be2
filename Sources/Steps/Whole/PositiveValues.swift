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
        let counts = Guarded([Int](repeating: 0, count: PositiveValues.bins))
        eachPiece(on: machine) { rows in
            var own = [Int](repeating: 0, count: PositiveValues.bins)
            each(in: rows) { own[bin($0)] += 1 }
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
            each(in: rows) { if bin($0) == found { own.append($0) } }
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
    private func each(in rows: Range<Int>, _ body: (Float) -> Void) {
        for y in rows {
            let row = source.row(y, plane: plane)
            for x in 0..<source.shape.width where row[x] > above { body(row[x]) }
        }
    }
}
