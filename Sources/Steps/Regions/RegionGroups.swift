import Pixels

/// Pieces of a picture that join their likest neighbours, one pair after the other, until all are one: every piece on the way
/// may be a thing (selective search; Uijlings and others, 2013).
struct RegionGroups {
    /// What neighbours are compared by. Each share lies between 0 and 1, and they are added.
    struct Likeness: OptionSet {
        let rawValue: Int
        static let colour = Likeness(rawValue: 1)
        static let texture = Likeness(rawValue: 2)
        /// Small ones first, and those first that fill each other's box.
        static let shape = Likeness(rawValue: 4)
    }

    /// A piece, in whole pixels; `right` and `bottom` do not belong to it.
    private struct Piece {
        var count = 0
        var left = Int.max
        var top = Int.max
        var right = 0
        var bottom = 0
        /// How its pixels are spread over colours and over directions of edges, each summing to 1.
        var colours: [Float]
        var textures: [Float]

        init(colours: [Float], textures: [Float]) {
            self.colours = colours
            self.textures = textures
        }
    }

    private struct Pair {
        var first: Int
        var second: Int
        var likeness: Float
    }

    private var pieces: [Piece]
    private var pairs: [Pair]
    private let pixels: Int
    private var likeness = Likeness()

    private static let colourBins = 16
    private static let directions = 8

    init(_ segments: Segments, of picture: Planes) {
        pixels = segments.size.width * segments.size.height
        pieces = Self.pieces(segments, picture)
        pairs = Self.neighbours(segments).map { Pair(first: $0, second: $1, likeness: 0) }
    }

    /// The boxes of all pieces, in whole pixels: those of the end first, and those there were at the beginning last.
    func boxes(by likeness: Likeness) -> [Box] {
        var groups = self
        groups.likeness = likeness
        for index in groups.pairs.indices {
            groups.pairs[index].likeness = groups.similarity(of: pairs[index].first, pairs[index].second)
        }
        while let best = groups.pairs.indices.max(by: { groups.pairs[$0].likeness < groups.pairs[$1].likeness }) {
            groups.join(groups.pairs[best].first, groups.pairs[best].second)
        }
        return groups.pieces.reversed().map {
            Box(
                left: Double($0.left), top: Double($0.top), width: Double($0.right - $0.left),
                height: Double($0.bottom - $0.top))
        }
    }

    private mutating func join(_ first: Int, _ second: Int) {
        let joined = pieces.count
        pieces.append(Self.joined(pieces[first], pieces[second]))
        var kept: [Pair] = []
        var neighbours: [Int] = []
        for pair in pairs {
            let (a, b) = (pair.first, pair.second)
            let touches = a == first || a == second || b == first || b == second
            guard touches else {
                kept.append(pair)
                continue
            }
            let other = a == first || a == second ? b : a
            if other != first, other != second, !neighbours.contains(other) { neighbours.append(other) }
        }
        pairs = kept
        for other in neighbours {
            pairs.append(Pair(first: other, second: joined, likeness: similarity(of: other, joined)))
        }
    }

    private static func joined(_ a: Piece, _ b: Piece) -> Piece {
        let count = a.count + b.count
        let share = Float(a.count) / Float(count)
        func mixed(_ one: [Float], _ other: [Float]) -> [Float] {
            zip(one, other).map { $0 * share + $1 * (1 - share) }
        }
        var piece = Piece(colours: mixed(a.colours, b.colours), textures: mixed(a.textures, b.textures))
        piece.count = count
        (piece.left, piece.top) = (min(a.left, b.left), min(a.top, b.top))
        (piece.right, piece.bottom) = (max(a.right, b.right), max(a.bottom, b.bottom))
        return piece
    }

    private func similarity(of first: Int, _ second: Int) -> Float {
        let (a, b) = (pieces[first], pieces[second])
        func common(_ one: [Float], _ other: [Float]) -> Float {
            zip(one, other).reduce(0) { $0 + min($1.0, $1.1) }
        }
        var sum: Float = 0
        if likeness.contains(.colour) { sum += common(a.colours, b.colours) }
        if likeness.contains(.texture) { sum += common(a.textures, b.textures) }
        if likeness.contains(.shape) {
            let across = max(a.right, b.right) - min(a.left, b.left)
            let down = max(a.bottom, b.bottom) - min(a.top, b.top)
            sum += 1 - Float(a.count + b.count) / Float(pixels)
            sum += 1 - Float(across * down - a.count - b.count) / Float(pixels)
        }
        return sum
    }

    // MARK: Where it begins

    private static func pieces(_ segments: Segments, _ picture: Planes) -> [Piece] {
        let (width, height, channels) = (segments.size.width, segments.size.height, picture.shape.channels)
        var pieces = [Piece](repeating: Piece(colours: [], textures: []), count: segments.count)
        for y in 0..<height {
            for x in 0..<width {
                let own = Int(segments.labels[y * width + x])
                pieces[own].count += 1
                (pieces[own].left, pieces[own].top) = (min(pieces[own].left, x), min(pieces[own].top, y))
                (pieces[own].right, pieces[own].bottom) = (
                    max(pieces[own].right, x + 1), max(pieces[own].bottom, y + 1)
                )
            }
        }
        let colours = spread(segments, picture, bins: colourBins) { plane, place, _, _, _, _ in
            (min(colourBins - 1, Int(min(max(plane[place], 0), 1) * Float(colourBins))), 1)
        }
        let textures = spread(segments, picture, bins: directions) { plane, _, left, right, above, below in
            let (dx, dy) = (plane[right] - plane[left], plane[below] - plane[above])
            return (direction(dx, dy), (dx * dx + dy * dy).squareRoot())
        }
        for index in pieces.indices {
            let (colourCount, textureCount) = (colourBins * channels, directions * channels)
            pieces[index].colours = Array(colours[index * colourCount..<(index + 1) * colourCount]).scaledToOne
            pieces[index].textures = Array(textures[index * textureCount..<(index + 1) * textureCount]).scaledToOne
        }
        return pieces
    }

    /// For each piece, each channel and each bin, what the pixels come to: `body` says in which bin one counts, and how much.
    private static func spread(
        _ segments: Segments, _ picture: Planes, bins: Int,
        _ body: (
            _ plane: UnsafeBufferPointer<Float>, _ place: Int, _ left: Int, _ right: Int, _ above: Int, _ below: Int
        ) -> (bin: Int, amount: Float)
    ) -> [Float] {
        let (width, height, channels) = (segments.size.width, segments.size.height, picture.shape.channels)
        var sums = [Float](repeating: 0, count: segments.count * channels * bins)
        picture.samples.withUnsafeBufferPointer { samples in
            for c in 0..<channels {
                let plane = UnsafeBufferPointer(rebasing: samples[c * width * height..<(c + 1) * width * height])
                for y in 0..<height {
                    let (row, above, below) = (y * width, max(y - 1, 0) * width, min(y + 1, height - 1) * width)
                    for x in 0..<width {
                        let (bin, amount) = body(
                            plane, row + x, row + max(x - 1, 0), row + min(x + 1, width - 1), above + x, below + x)
                        sums[(Int(segments.labels[row + x]) * channels + c) * bins + bin] += amount
                    }
                }
            }
        }
        return sums
    }

    /// In which eighth of the circle it points.
    private static func direction(_ dx: Float, _ dy: Float) -> Int {
        (dx < 0 ? 4 : 0) + (dy < 0 ? 2 : 0) + (abs(dy) > abs(dx) ? 1 : 0)
    }

    /// Pieces that touch, each pair once, in order.
    private static func neighbours(_ segments: Segments) -> [(Int, Int)] {
        let (width, height) = (segments.size.width, segments.size.height)
        var found: Set<Int> = []
        for y in 0..<height {
            for x in 0..<width {
                let own = Int(segments.labels[y * width + x])
                for (dx, dy) in [(1, 0), (0, 1)] where x + dx < width && y + dy < height {
                    let other = Int(segments.labels[(y + dy) * width + x + dx])
                    if other != own { found.insert(min(own, other) * segments.count + max(own, other)) }
                }
            }
        }
        return found.sorted().map { ($0 / segments.count, $0 % segments.count) }
    }
}

extension [Float] {
    fileprivate var scaledToOne: [Float] {
        let sum = reduce(0, +)
        return sum > 0 ? map { $0 / sum } : self
    }
}
