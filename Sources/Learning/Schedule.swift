/// How the learning rate goes over a training.
public struct Schedule: Hashable, Sendable {
    public enum Course: Hashable, Sendable {
        case constant
        /// Times `factor` after every `epochs`.
        case step(epochs: Int, factor: Double)
        /// Half a wave of the cosine down to 0.
        case cosine
        /// Up to the rate for the first `rise` of the steps, then down to nearly 0, both as half a wave.
        case oneCycle(rise: Double)
        /// Times `factor` whenever the validation has not got better for `patience` epochs.
        case plateau(patience: Int, factor: Double)
    }

    public var rate: Double
    public var course: Course
    /// Steps at the start over which the rate grows from 0 in a line.
    public var warmUp: Int

    public init(rate: Double, course: Course = .constant, warmUp: Int = 0) {
        self.rate = rate
        self.course = course
        self.warmUp = warmUp
    }

    /// The rate of step `step` of `steps`, counted from 0.
    ///
    /// - Parameter setbacks: how often the validation stayed behind for longer than a plateau's patience.
    public func rate(at step: Int, of steps: Int, stepsPerEpoch: Int, setbacks: Int) -> Double {
        let progress = Double(step) / Double(max(1, steps))
        let whole: Double
        switch course {
        case .constant: whole = 1
        case .step(let epochs, let factor): whole = power(factor, step / max(1, epochs * stepsPerEpoch))
        case .cosine: whole = wave(from: 1, to: 0, progress)
        case .oneCycle(let rise):
            whole =
                progress < rise
                ? wave(from: 1.0 / 25, to: 1, progress / rise)
                : wave(from: 1, to: 1e-5, (progress - rise) / max(1e-9, 1 - rise))
        case .plateau(_, let factor): whole = power(factor, setbacks)
        }
        let warm = step < warmUp ? Double(step + 1) / Double(warmUp) : 1
        return rate * whole * warm
    }

    private func wave(from start: Double, to end: Double, _ progress: Double) -> Double {
        end + (start - end) * (1 + cosine(.pi * min(1, progress))) / 2
    }
}
