/// One axis of a picture brought to another number of samples: each that comes out is a weighted sum of neighbours.
public struct ResampledAxis: Hashable, Sendable {
    public let input: Int
    public let output: Int
    /// Of each output the sample its first weight belongs to, and where its weights begin; the last entry ends them.
    let first: [Int32]
    let starts: [Int32]
    let weights: [Double]
    /// Where each output lies between two neighbours or on the first of them: how far towards the second.
    private let shares: [Double]?
    /// How often each sample comes in a row, where that is all that happens.
    let repeats: Int?
    /// Samples that come in for each that comes out.
    public let ratio: Double

    /// The most samples an axis can be brought to: far more than any picture is wide.
    public static let longest = 1 << 22

    private init(
        input: Int, output: Int, ratio: Double, repeats: Int? = nil, taps: (Int) -> (first: Int, weights: [Double])
    ) {
        var first: [Int32] = []
        var starts: [Int32] = [0]
        var weights: [Double] = []
        for index in 0..<output {
            let found = taps(index)
            first.append(Int32(found.first))
            weights += found.weights
            starts.append(Int32(weights.count))
        }
        self.input = input
        self.output = output
        self.first = first
        self.starts = starts
        self.weights = weights
        self.repeats = repeats
        self.ratio = ratio
        let shares = (0..<output).compactMap { index -> Double? in
            let own = weights[Int(starts[index])..<Int(starts[index + 1])]
            guard let last = own.last, own.count == 2 || own == [1] else { return nil }
            return own.count == 1 ? 0 : own[own.startIndex] == 1 - last && last > 0 ? last : nil
        }
        self.shares = shares.count == output ? shares : nil
    }

    /// The most samples that one sample is made of.
    public var mostTaps: Int { zip(starts, starts.dropFirst()).lazy.map { max(1, Int($1 - $0)) }.max() ?? 1 }

    /// Every sample `times` times.
    public init(repeating input: Int, times: Int) {
        self.init(input: input, output: input * times, ratio: 1 / Double(times), repeats: times) { ($0 / times, [1]) }
    }

    /// The stretch of `extent` samples from `low` on as `count` samples from `place` on; around them there is nothing.
    /// Shrinking takes the mean of what each sample covers, enlarging goes straight from middle to middle.
    public init(_ input: Int, from low: Double, extent: Double, to count: Int, at place: Int = 0, of output: Int) {
        let ratio = extent / Double(count)
        let isWhole = ratio == 1 && low == low.rounded() && place == 0 && count == output
        let isIdentity = isWhole && low == 0 && count == input
        self.init(input: input, output: output, ratio: ratio, repeats: isIdentity ? 1 : nil) { index in
            guard index >= place, index < place + count else { return (0, []) }
            let position = Double(index - place)
            return ratio > 1
                ? ResampledAxis.area(from: low + position * ratio, ratio, input)
                : ResampledAxis.between(low + (position + 0.5) * ratio - 0.5, input)
        }
    }

    private static func area(from low: Double, _ ratio: Double, _ input: Int) -> (Int, [Double]) {
        let first = min(max(Int(low.rounded(.down)), 0), input - 1)
        let last = min(max(Int((low + ratio).rounded(.up)) - 1, first), input - 1)
        let shares = (first...last).map { sample in
            max(0, min(low + ratio, Double(sample + 1)) - max(low, Double(sample)))
        }
        let sum = shares.reduce(0, +)
        // Beyond the picture its edge goes on.
        guard sum > 0 else { return (first, [1]) }
        return (first, shares.map { $0 / sum })
    }

    private static func between(_ position: Double, _ input: Int) -> (Int, [Double]) {
        let inside = min(max(position, 0), Double(input - 1))
        let first = Int(inside)
        let share = inside - Double(first)
        return share == 0 ? (first, [1]) : (first, [1 - share, share])
    }

    /// Whether it is left as it is.
    var isIdentity: Bool { repeats == 1 }

    /// Whether each output is one sample or nothing.
    var picks: Bool { weights.allSatisfy { $0 == 1 } && (0..<output).allSatisfy { starts[$0 + 1] - starts[$0] <= 1 } }

    func taps(_ index: Int) -> (first: Int, weights: ArraySlice<Double>) {
        (Int(first[index]), weights[Int(starts[index])..<Int(starts[index + 1])])
    }

    /// The samples that the outputs `outputs` are made of.
    package func sources(of outputs: Range<Int>) -> Range<Int> {
        var low = input
        var high = 0
        for index in outputs where starts[index + 1] > starts[index] {
            low = min(low, Int(first[index]))
            high = max(high, Int(first[index]) + Int(starts[index + 1] - starts[index]))
        }
        if low < high { return low..<high }
        // Nothing is asked for: before the first sample, or behind the last.
        let isBefore = starts[outputs.upperBound] == 0
        return isBefore ? 0..<0 : input..<input
    }

    // out[o] = Σ over t of weights[o][t] · row[first[o] + t]
    func run(
        _ row: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>, _ loops: RowLoops
    ) {
        if let repeats { return loops.spread(row, into: out, input, times: repeats) }
        if let shares { return loops.between(row, first: first, shares: shares, into: out, output) }
        first.withUnsafeBufferPointer { first in
            starts.withUnsafeBufferPointer { starts in
                weights.withUnsafeBufferPointer { weights in
                    for index in 0..<output {
                        let samples = row + Int(first[index])
                        let (start, end) = (Int(starts[index]), Int(starts[index + 1]))
                        var sum = 0.0
                        for t in start..<end { sum += weights[t] * Double(samples[t - start]) }
                        out[index] = Float(sum)
                    }
                }
            }
        }
    }

    /// The way back; `out` is overwritten.
    func passBack(_ gradient: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>) {
        out.update(repeating: 0, count: input)
        first.withUnsafeBufferPointer { first in
            starts.withUnsafeBufferPointer { starts in
                weights.withUnsafeBufferPointer { weights in
                    for index in 0..<output {
                        let samples = out + Int(first[index])
                        let (start, end) = (Int(starts[index]), Int(starts[index + 1]))
                        for t in start..<end { samples[t - start] += Float(weights[t]) * gradient[index] }
                    }
                }
            }
        }
    }
}
