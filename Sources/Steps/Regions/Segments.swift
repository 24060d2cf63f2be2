import Pixels

/// A picture in pieces: neighbours are of one piece where they differ less than the pieces do inside, with an allowance that
/// is the larger the smaller the pieces are (Felzenszwalb and Huttenlocher, 2004).
struct Segments {
    let size: Size
    /// The number of each pixel's piece, counted in the order of their first pixels.
    private(set) var labels: [Int32] = []
    private(set) var count = 0

    /// The steps from a pixel to neighbours that have not been its partner yet.
    private static let directions = [(1, 0), (0, 1), (1, 1), (-1, 1)]
    /// Differences are told apart so finely: an 8-bit level is eight of them.
    private static let bins = 2048

    /// - Parameters:
    ///   - scale: the larger, the larger the pieces.
    ///   - least: pixels below which a piece joins the neighbour it differs least from.
    init(_ picture: Planes, scale: Float, least: Int) {
        size = picture.shape.size
        let (differences, pairs) = Self.pairs(picture)
        var pieces = Pieces(count: size.width * size.height, scale: scale)
        for (difference, pair) in zip(differences, pairs) { pieces.joinIfAlike(pair.0, pair.1, difference) }
        for pair in pairs { pieces.join(pair.0, pair.1, below: least) }
        number(&pieces)
    }

    private mutating func number(_ pieces: inout Pieces) {
        var numbers = [Int32](repeating: -1, count: size.width * size.height)
        labels.reserveCapacity(numbers.count)
        for pixel in numbers.indices {
            let root = pieces.root(of: pixel)
            if numbers[root] < 0 {
                numbers[root] = Int32(count)
                count += 1
            }
            labels.append(numbers[root])
        }
    }

    /// Neighbours, those that differ least first.
    private static func pairs(_ picture: Planes) -> ([Float], [(Int32, Int32)]) {
        let (width, height) = (picture.shape.width, picture.shape.height)
        let area = width * height
        var found: [(difference: Float, first: Int32, second: Int32)] = []
        found.reserveCapacity(area * directions.count)
        picture.samples.withUnsafeBufferPointer { samples in
            for y in 0..<height {
                for x in 0..<width {
                    for (dx, dy) in directions where x + dx >= 0 && x + dx < width && y + dy < height {
                        let (one, other) = (y * width + x, (y + dy) * width + x + dx)
                        var square: Float = 0
                        for c in 0..<picture.shape.channels {
                            let difference = samples[c * area + one] - samples[c * area + other]
                            square += difference * difference
                        }
                        found.append((square.squareRoot(), Int32(one), Int32(other)))
                    }
                }
            }
        }
        // Counted into bins, which keeps the order within each and so depends on nothing else.
        func bin(_ difference: Float) -> Int { min(bins - 1, Int(min(difference, 1) * Float(bins))) }
        var starts = [Int](repeating: 0, count: bins + 1)
        for pair in found { starts[bin(pair.difference) + 1] += 1 }
        for index in 1...bins { starts[index] += starts[index - 1] }
        var differences = [Float](repeating: 0, count: found.count)
        var pairs = [(Int32, Int32)](repeating: (0, 0), count: found.count)
        for pair in found {
            let own = bin(pair.difference)
            differences[starts[own]] = pair.difference
            pairs[starts[own]] = (pair.first, pair.second)
            starts[own] += 1
        }
        return (differences, pairs)
    }
}

/// Pixels on their way to becoming pieces.
private struct Pieces {
    private var forest: Forest
    private var counts: [Int32]
    /// The largest difference at which a piece still joins another.
    private var thresholds: [Float]
    private let scale: Float

    init(count: Int, scale: Float) {
        forest = Forest(count: count)
        counts = [Int32](repeating: 1, count: count)
        thresholds = [Float](repeating: scale, count: count)
        self.scale = scale
    }

    mutating func root(of pixel: Int) -> Int { forest.root(of: pixel) }

    mutating func joinIfAlike(_ one: Int32, _ other: Int32, _ difference: Float) {
        let (a, b) = (root(of: Int(one)), root(of: Int(other)))
        guard a != b, difference <= thresholds[a], difference <= thresholds[b] else { return }
        let joined = join(a, b)
        thresholds[joined] = difference + scale / Float(counts[joined])
    }

    mutating func join(_ one: Int32, _ other: Int32, below least: Int) {
        let (a, b) = (root(of: Int(one)), root(of: Int(other)))
        guard a != b, counts[a] < least || counts[b] < least else { return }
        _ = join(a, b)
    }

    private mutating func join(_ a: Int, _ b: Int) -> Int {
        let (large, small) = counts[a] >= counts[b] ? (a, b) : (b, a)
        forest.put(small, below: large)
        counts[large] += counts[small]
        return large
    }
}
