import Convolution
import Pixels

/// The values above some positive one, by rank: counted by their first bits as they lie, which are in their order,
/// and then only those looked at that share these with the one that is sought.
struct PositiveValues: Sendable {
    let pieces: [[Float]]
    let above: Float

    /// Sixteen bins for each power of two: few, so that a small picture takes no longer for them.
    private static let bins = 1 << 12

    private func bin(_ value: Float) -> Int { Int(value.bitPattern >> 19) }

    /// The value that such a share of the others is below; nil if there are none.
    func value(at share: Double, on machine: Machine) -> Float? {
        let counts = Guarded([Int](repeating: 0, count: PositiveValues.bins))
        eachPiece(on: machine) { values in
            var own = [Int](repeating: 0, count: PositiveValues.bins)
            for value in values where value > above { own[bin(value)] += 1 }
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
        eachPiece(on: machine) { [found] values in
            let own = values.filter { $0 > above && bin($0) == found }
            near.withLock { $0 += own }
        }
        var values = near.withLock { $0 }
        return Rank.select(place, of: &values, count: values.count)
    }

    private func eachPiece(on machine: Machine, _ body: @Sendable ([Float]) -> Void) {
        machine.split(0..<pieces.count, grain: 1) { own in
            for piece in own { body(pieces[piece]) }
        }
    }
}
