import CLanes
import Pixels

/// Any window of small whole weights: exact, four rows at a time, two taps in one multiplication.
struct LevelWindow: LevelFilter {
    /// Taps that take as long as one of a product of a column and a row.
    static let tapsForProduct = 4

    private let ground: LevelGround
    private let whole: WholeWeights
    private let scale: kern_level_scale
    private let weights: [UInt32]
    private let starts: [UInt16]
    private let group: Int
    private let bias: Int
    private let narrow: kern_narrow_scale?

    init?(_ whole: WholeWeights, _ ground: LevelGround) {
        guard let scale = whole.scale, whole.numerators.allSatisfy({ (-128...127).contains($0) }) else { return nil }
        let pairs = PairedWeights(whole)
        guard let group = pairs.group, pairs.fitSums else { return nil }
        self.ground = ground
        self.whole = whole
        self.scale = scale
        self.group = group
        weights = pairs.weights
        starts = pairs.starts(group: group)
        bias = -whole.least
        narrow = group >= (whole.size.height + 4) / 2 ? whole.narrowScale(bias: bias) : nil
    }

    var account: String {
        "in whole numbers\(narrow == nil ? "" : " of 16 bits") on 8-bit samples, weights over \(whole.divisor): exact"
    }
    var windowRows: Int { whole.size.height }
    private var pairCount: Int { (whole.size.height + 4) / 2 }
    var scratchBytes: Int { (2 * (pairCount + 1) + 2) * ground.length + 4 * ground.length }

    func run(_ source: ReadableLevels, rows: Range<Int>, into target: WritableLevels, _ lanes: Lanes) -> Int {
        let loops = lanes.loops.pointee
        var padded = PairedLevels(ground, height: whole.size.height, rows: rows)
        var out = [UnsafeMutablePointer<UInt8>?](repeating: nil, count: 4)
        var clipped = 0
        for y in stride(from: rows.lowerBound, to: rows.upperBound, by: 4) {
            let count = min(4, rows.upperBound - y)
            padded.advance(to: y, of: source, loops)
            for index in 0..<4 { out[index] = target.row(y + min(index, count - 1)) }
            clipped += weights.withUnsafeBufferPointer { weights in
                starts.withUnsafeBufferPointer { starts in
                    var window = kern_level_window(
                        width: whole.size.width, height: whole.size.height, step: ground.step, rows: count,
                        weights: weights.baseAddress, group: group, starts: starts.baseAddress, bias: Int32(bias),
                        scale: scale, narrow: narrow ?? kern_narrow_scale())
                    return loops.window_levels(out, ground.samples, padded.pairs, &window)
                }
            }
        }
        return clipped
    }
}

/// Weights as the row loop takes them: for each pair of rows, each column and each of four rows of the result.
private struct PairedWeights {
    let weights: [UInt32]
    /// For each pair and each of the four rows what its sums are at least and at most, over all columns.
    private let least: [Int]
    private let most: [Int]
    /// Whether the sum of two products fits 16 bits.
    let fitSums: Bool

    init(_ whole: WholeWeights) {
        let (width, height) = (whole.size.width, whole.size.height)
        let pairs = (height + 4) / 2
        var weights: [UInt32] = []
        var (least, most) = ([Int](repeating: 0, count: 4 * pairs), [Int](repeating: 0, count: 4 * pairs))
        var fits = true
        for pair in 0..<pairs {
            for x in 0..<width {
                for row in 0..<4 {
                    let both = [2 * pair - row, 2 * pair + 1 - row].map {
                        (0..<height).contains($0) ? whole.numerators[$0 * width + x] : 0
                    }
                    let low = 255 * both.lazy.map { min($0, 0) }.reduce(0, +)
                    let high = 255 * both.lazy.map { max($0, 0) }.reduce(0, +)
                    fits = fits && low >= -32768 && high <= 32767
                    least[4 * pair + row] += low
                    most[4 * pair + row] += high
                    let word =
                        UInt32(UInt8(truncatingIfNeeded: both[0])) | UInt32(UInt8(truncatingIfNeeded: both[1])) << 8
                    weights.append(word | word << 16)
                }
            }
        }
        (self.weights, self.least, self.most) = (weights, least, most)
        fitSums = fits
    }

    /// How many pairs in sequence have sums of 16 bits, the most that do; nil where not even one has.
    var group: Int? {
        let pairs = least.count / 4
        return (1...pairs).reversed().first { group in
            stride(from: 0, to: pairs, by: group).allSatisfy { first in
                (0..<4).allSatisfy { row in
                    let some = first..<min(first + group, pairs)
                    return some.lazy.map { most[4 * $0 + row] - least[4 * $0 + row] }.reduce(0, +) <= 65535
                }
            }
        }
    }

    /// What each group's sums start from so that they never fall below 0; one group more, for what follows the last.
    func starts(group: Int) -> [UInt16] {
        let pairs = least.count / 4
        let groups = (pairs + group - 1) / group
        return (0...groups).flatMap { index in
            (0..<4).map { row in
                let some = min(index * group, pairs)..<min((index + 1) * group, pairs)
                return UInt16(-some.lazy.map { least[4 * $0 + row] }.reduce(0, +))
            }
        }
    }
}
