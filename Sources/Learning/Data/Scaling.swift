import Convolution
import Pixels

/// What brings samples to mean 0 and deviation 1, channel by channel: (x − mean) / deviation, x from 0 to 1.
public struct Scaling: Hashable, Sendable {
    public var means: [Float]
    public var deviations: [Float]

    public init(means: [Float], deviations: [Float]) {
        precondition(
            means.count == deviations.count && deviations.allSatisfy { $0 > 0 },
            "\(means.count) means need as many deviations, all above 0, not \(deviations)")
        self.means = means
        self.deviations = deviations
    }

    /// Leaves samples as they are.
    public static func none(channels: Int) -> Scaling {
        Scaling(means: Array(repeating: 0, count: channels), deviations: Array(repeating: 1, count: channels))
    }

    /// As the examples at `indices` need it. A channel that is the same everywhere is only shifted.
    ///
    /// Integer samples are summed exactly and floats picture by picture in their order, so that the result depends
    /// neither on threads nor on the order of the work.
    public init(of set: ExampleSet, among indices: [Int], machine: Machine = Machine()) {
        let moments =
            switch set.samples {
            case .bytes(let samples): Self.moments(samples, set.shape, indices, machine, Self.exactMoments)
            case .words(let samples): Self.moments(samples, set.shape, indices, machine, Self.exactMoments)
            case .floats(let samples): Self.moments(samples, set.shape, indices, machine, Self.floatMoments)
            }
        let largest: Double =
            switch set.samples {
            case .bytes: 255
            case .words: 65535
            case .floats: 1
            }
        let count = Double(max(indices.count, 1) * set.shape.height * set.shape.width)
        means = moments.map { Float($0.sum / count / largest) }
        deviations = moments.map { moment in
            let mean = moment.sum / count
            let deviation = Float(max(0, moment.squares / count - mean * mean).squareRoot() / largest)
            return deviation > 1e-6 ? deviation : 1
        }
    }

    private struct Moments: Sendable {
        var sum = 0.0
        var squares = 0.0
    }

    /// Sums of a row of integer samples are below 2^53, and so is what they add up to: doubles hold them exactly.
    private static func exactMoments<Sample: FixedWidthInteger>(_ samples: UnsafeBufferPointer<Sample>) -> Moments {
        var (sum, squares): (UInt64, UInt64) = (0, 0)
        for sample in samples {
            let value = UInt32(truncatingIfNeeded: sample)
            sum &+= UInt64(value)
            squares &+= UInt64(value &* value)
        }
        return Moments(sum: Double(sum), squares: Double(squares))
    }

    private static func floatMoments(_ samples: UnsafeBufferPointer<Float>) -> Moments {
        var moments = Moments()
        for sample in samples {
            moments.sum += Double(sample)
            moments.squares += Double(sample) * Double(sample)
        }
        return moments
    }

    /// Of each channel.
    private static func moments<Sample: Sendable>(
        _ samples: [Sample], _ shape: Shape, _ indices: [Int], _ machine: Machine,
        _ moments: @Sendable (UnsafeBufferPointer<Sample>) -> Moments
    ) -> [Moments] {
        let area = shape.height * shape.width
        let channels = shape.channels
        var all = [Moments](repeating: Moments(), count: indices.count * channels)
        samples.withUnsafeBufferPointer { samples in
            all.withUnsafeMutableBufferPointer { all in
                // Every picture has one owner.
                nonisolated(unsafe) let (samples, all) = (samples, all)
                machine.split(0..<indices.count, grain: 256) { piece in
                    for place in piece {
                        for c in 0..<channels {
                            let start = (indices[place] * channels + c) * area
                            all[place * channels + c] = moments(
                                UnsafeBufferPointer(rebasing: samples[start..<start + area]))
                        }
                    }
                }
            }
        }
        var sums = [Moments](repeating: Moments(), count: channels)
        for (place, one) in all.enumerated() {
            sums[place % channels].sum += one.sum
            sums[place % channels].squares += one.squares
        }
        return sums
    }
}
