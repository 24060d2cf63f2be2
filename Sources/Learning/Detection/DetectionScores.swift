import Pixels

/// How well things are found: the average precision of each class as COCO counts it. What was found is taken from the surest
/// to the least sure, each a hit where it overlaps a thing of its class by enough that no other has taken; precision,
/// made never to rise with recall, is averaged over 101 recalls from 0 to 1.
public struct DetectionScores: Sendable {
    /// Found and whether it was right, at each of `overlaps`; nil where it does not count.
    private struct Found: Sendable {
        var probability: Float
        var label: Int
        var isHit: [Bool?]
    }

    public let classes: Int
    /// The overlaps from which on a box is right.
    public static let overlaps = (0..<10).map { 0.5 + 0.05 * Double($0) }
    private var found: [Found] = []
    /// How many there are of each class.
    public private(set) var wanted: [Int]
    public private(set) var pictures = 0
    /// How many things lie under a region that was looked at.
    public private(set) var met = 0

    public init(classes: Int) {
        self.classes = classes
        wanted = [Int](repeating: 0, count: classes)
    }

    /// Takes in what was found in a picture.
    public mutating func add(_ detections: [Detection], in picture: BoxedPictures.Picture, regions: [Box]) {
        pictures += 1
        for thing in picture.things where !thing.isUncounted {
            wanted[thing.label] += 1
            if regions.contains(where: { $0.overlap(with: thing.box) >= 0.5 }) { met += 1 }
        }
        let order = detections.indices.sorted {
            (-detections[$0].probability, $0) < (-detections[$1].probability, $1)
        }
        var taken = [[Bool]](
            repeating: [Bool](repeating: false, count: picture.things.count), count: Self.overlaps.count)
        for index in order {
            let own = detections[index]
            let hits = Self.overlaps.indices.map { level in
                Self.isHit(own, among: picture.things, at: Self.overlaps[level], &taken[level])
            }
            found.append(Found(probability: own.probability, label: own.label, isHit: hits))
        }
    }

    public static func += (scores: inout DetectionScores, other: DetectionScores) {
        scores.found += other.found
        for label in scores.wanted.indices { scores.wanted[label] += other.wanted[label] }
        scores.pictures += other.pictures
        scores.met += other.met
    }

    private static func isHit(
        _ own: Detection, among things: [BoxedPictures.Thing], at least: Double, _ taken: inout [Bool]
    ) -> Bool? {
        var best: (index: Int, overlap: Double)?
        for (index, thing) in things.enumerated() where thing.label == own.label && !thing.isUncounted && !taken[index]
        {
            let overlap = thing.box.overlap(with: own.box)
            if overlap >= min(least, 1 - 1e-10), overlap > best?.overlap ?? 0 { best = (index, overlap) }
        }
        if let best {
            taken[best.index] = true
            return true
        }
        // A box inside a crowd is neither right nor wrong.
        let isInCrowd = things.contains { thing in
            thing.label == own.label && thing.isUncounted && own.box.share(inside: thing.box) >= least
        }
        return isInCrowd ? nil : false
    }

    /// nil for a class of which there is nothing to be found.
    public func averagePrecision(of label: Int, at level: Int) -> Double? {
        guard wanted[label] > 0 else { return nil }
        let own = sorted(label).compactMap { $0.isHit[level] }
        var hits = 0
        var points: [(recall: Double, precision: Double)] = []
        for (index, isHit) in own.enumerated() {
            hits += isHit ? 1 : 0
            points.append((Double(hits) / Double(wanted[label]), Double(hits) / Double(index + 1)))
        }
        for index in points.indices.dropLast().reversed() {
            points[index].precision = max(points[index].precision, points[index + 1].precision)
        }
        var (sum, place) = (0.0, 0)
        for step in 0...100 {
            while place < points.count, points[place].recall < Double(step) / 100 { place += 1 }
            if place == points.count { break }
            sum += points[place].precision
        }
        return sum / 101
    }

    private func sorted(_ label: Int) -> [Found] {
        let own = found.filter { $0.label == label }
        return own.indices.sorted { (-own[$0].probability, $0) < (-own[$1].probability, $1) }.map { own[$0] }
    }

    /// Over the classes of which there is something to be found.
    public func meanAveragePrecision(at level: Int) -> Double {
        let all = (0..<classes).compactMap { averagePrecision(of: $0, at: level) }
        return all.isEmpty ? 0 : all.reduce(0, +) / Double(all.count)
    }

    /// Over all overlaps from 0.5 to 0.95.
    public var meanAveragePrecision: Double {
        Self.overlaps.indices.reduce(0) { $0 + meanAveragePrecision(at: $1) } / Double(Self.overlaps.count)
    }

    /// Of what is told from a probability of `least` on: how much of a class is found, and how much of that is right, at an
    /// overlap of one half.
    public func counts(of label: Int, from least: Float) -> (found: Int, right: Int) {
        let told = found.filter { $0.label == label && $0.probability >= least }.compactMap { $0.isHit[0] }
        return (told.count, told.count { $0 })
    }
}
