import Convolution
import Pixels

/// Where in its window the weight of a learned kernel lies.
struct WeightMap {
    let size: Size
    /// For each tap the root of the sum of its squared weights, over all channels; 0 where that may be noise.
    let strengths: [Double]
    /// Σ strength².
    let total: Double

    init(_ kernel: LearnedKernel) {
        size = kernel.size
        var squares = [Double](repeating: 0, count: kernel.size.width * kernel.size.height)
        var noise = squares
        for output in kernel.outputs {
            for (weights, errors) in zip(output.weights, output.errors) {
                for tap in squares.indices {
                    squares[tap] += weights[tap] * weights[tap]
                    noise[tap] += errors[tap] * errors[tap]
                }
            }
        }
        strengths = zip(squares, noise).map { $0 < 16 * $1 ? 0 : $0.squareRoot() }
        total = strengths.reduce(0) { $0 + $1 * $1 }
    }

    private func place(_ tap: Int) -> (x: Int, y: Int) { (tap % size.width, tap / size.width) }

    /// The mean place of the weight.
    private var centre: (x: Double, y: Double) {
        var (x, y) = (0.0, 0.0)
        for tap in strengths.indices {
            let square = strengths[tap] * strengths[tap]
            x += square * Double(place(tap).x)
            y += square * Double(place(tap).y)
        }
        return (x / total, y / total)
    }

    private var heaviest: (x: Int, y: Int) { place(strengths.indices.max { strengths[$0] < strengths[$1] } ?? 0) }

    /// Taps on which a known kernel's anchor may lie: its own anchor is in its middle, or half a pixel beside it.
    func places(besides anchor: PerAxis<Int>) -> [PerAxis<Int>] {
        var places = [anchor]
        guard total > 0 else { return places }
        func near(_ mean: Double) -> Set<Int> {
            let whole = mean.rounded()
            return abs(mean - whole) <= 0.4 ? [Int(whole)] : [Int(mean.rounded(.down)), Int(mean.rounded(.up))]
        }
        let (centre, heaviest) = (centre, heaviest)
        for y in near(centre.y).sorted() {
            for x in near(centre.x).sorted() { places.append(PerAxis(x: x, y: y)) }
        }
        // Where a part was cut off, the mean has moved away from it.
        places.append(PerAxis(x: heaviest.x, y: heaviest.y))
        return places.enumerated().filter { index, place in !places[..<index].contains(place) }.map(\.element)
    }

    /// The place from which the weight looks the same in opposite directions, in halves of taps; nil where there is none.
    ///
    /// Blurs, edge filters and lines have one, whatever their signs, and it is where they are meant to lie. Of other weight,
    /// wherever most of it lies, nobody can tell where that is meant to be.
    var middle: (x: Double, y: Double)? {
        guard let found = mostAlike, found.unlike < WeightMap.mostUnlike else { return nil }
        return (Double(found.place.0) / 2, Double(found.place.1) / 2)
    }

    /// Whether a known kernel may lie somewhere else than at the anchor: almost all of them look alike in opposite directions, even
    /// where a window cuts a part off.
    var mayBeShifted: Bool { (mostAlike?.unlike ?? 1) < WeightMap.mostUnlikeCut }

    /// The place, doubled, from which opposite weights are most alike.
    private var mostAlike: (place: (Int, Int), unlike: Double)? {
        guard total > 0 else { return nil }
        let (centre, heaviest) = (centre, heaviest)
        let (x, y) = (Int((2 * centre.x).rounded()), Int((2 * centre.y).rounded()))
        var trials = [(2 * heaviest.x, 2 * heaviest.y)]
        for dy in -2...2 {
            for dx in -2...2 { trials.append((x + dx, y + dy)) }
        }
        return trials.map { (place: $0, unlike: unlikeness(mirroredAt: $0)) }.min { $0.unlike < $1.unlike }
    }

    /// As much of the squares may differ: what a window cuts off at one side is left over at the other.
    private static let mostUnlike = 0.02
    /// Of weights that are any numbers it is a quarter.
    private static let mostUnlikeCut = 0.15

    /// What share of the squares is not there again at the opposite place, seen from half of `twice`.
    private func unlikeness(mirroredAt twice: (Int, Int)) -> Double {
        var sum = 0.0
        for tap in strengths.indices where strengths[tap] > 0 {
            let (x, y) = (twice.0 - place(tap).x, twice.1 - place(tap).y)
            let isInside = x >= 0 && x < size.width && y >= 0 && y < size.height
            let other = isInside ? strengths[y * size.width + x] : 0
            let difference = strengths[tap] - other
            // A pair of which both have weight is met twice.
            sum += difference * difference / (other > 0 ? 2 : 1)
        }
        return sum / total
    }
}
