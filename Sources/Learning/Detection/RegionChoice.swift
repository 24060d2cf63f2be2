import Pixels
import Steps

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Which regions of a picture are learned from: those that lie well on things, the things' own boxes and others beside them,
/// and of those that show nothing eight times as many, if there are so many, half of them near things.
struct RegionChoice {
    private(set) var regions: [Box] = []
    private(set) var targets: [ExampleSet.RegionTarget] = []
    /// How many of the things to be found the search had met with.
    private(set) var met = 0

    /// From this overlap on a region shows a thing, and below that one it shows nothing; what lies between is not clear.
    private static let showing = 0.5
    private static let nothing = 0.4
    /// Below this it is not even near a thing.
    private static let near = 0.1
    /// Boxes beside a thing's own.
    private static let besides = 6
    private static let emptyForEach = 8
    private static let leastEmpty = 12

    init(
        _ picture: BoxedPictures.Picture, found: [Box], size: Size, classes: Int, chance: inout Chance
    ) {
        let things = picture.things.filter { !$0.isUncounted }
        for thing in things {
            add(thing.box, thing)
            for box in Self.beside(thing.box, size: size, &chance) { add(box, thing) }
        }
        met = things.count { thing in found.contains { $0.overlap(with: thing.box) >= Self.showing } }
        var (close, far): ([Box], [Box]) = ([], [])
        for region in found {
            let best = things.max { $0.box.overlap(with: region) < $1.box.overlap(with: region) }
            if let best, best.box.overlap(with: region) >= Self.showing {
                add(region, best)
                continue
            }
            // In a crowd there is something, though it is not told where.
            if picture.things.contains(where: { $0.isUncounted && region.share(inside: $0.box) >= Self.showing }) {
                continue
            }
            let overlap = picture.things.map { $0.box.overlap(with: region) }.max() ?? 0
            if overlap < Self.near { far.append(region) } else if overlap < Self.nothing { close.append(region) }
        }
        let wanted = max(Self.leastEmpty, Self.emptyForEach * regions.count)
        chance.shuffle(&close)
        chance.shuffle(&far)
        let fromFar = max(wanted - close.count, min(far.count, wanted / 2))
        let chosen = close.prefix(max(0, wanted - min(fromFar, far.count))) + far.prefix(fromFar)
        for region in chosen {
            regions.append(region)
            targets.append(ExampleSet.RegionTarget(choice: Int32(classes), offsets: nil))
        }
    }

    private mutating func add(_ region: Box, _ thing: BoxedPictures.Thing) {
        regions.append(region)
        targets.append(
            ExampleSet.RegionTarget(
                choice: Int32(thing.label), offsets: BoxOffsets(from: region, to: thing.box)))
    }

    /// Boxes that lie a little off, as those of a search do.
    private static func beside(_ box: Box, size: Size, _ chance: inout Chance) -> [Box] {
        (0..<besides).compactMap { _ in
            let (x, y) = (chance.uniform(in: -0.2...0.2), chance.uniform(in: -0.2...0.2))
            let (wide, high) = (
                exp(Double(chance.uniform(in: -0.3...0.3))), exp(Double(chance.uniform(in: -0.3...0.3)))
            )
            let moved = Box(
                left: box.left + box.width * (0.5 + Double(x) - wide / 2),
                top: box.top + box.height * (0.5 + Double(y) - high / 2), width: box.width * wide,
                height: box.height * high
            ).clamped(to: size)
            return moved.overlap(with: box) >= showing ? moved : nil
        }
    }
}
