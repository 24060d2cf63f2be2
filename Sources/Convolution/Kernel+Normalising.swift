/// What the weights of a kernel are brought to.
public enum Normalisation: String, Hashable, Sendable, CaseIterable {
    case none
    /// Brightness stays: weights are divided by their sum.
    case sumIsOne = "sum=1"
    /// Flat areas become 0: the mean weight is taken off every tap.
    case sumIsZero = "sum=0"
    /// The sum of the magnitudes is 1: no result leaves -1…1.
    case magnitudesSumToOne = "abs=1"
}

extension Kernel {
    public var sum: Double { weights.reduce(0, +) }
    public var magnitudeSum: Double { weights.reduce(0) { $0 + abs($1) } }

    /// Whether the weights cancel out, up to rounding: a flat area answers 0.
    public var isSigned: Bool { abs(sum) <= 1e-6 * magnitudeSum && magnitudeSum > 0 }

    public func normalised(_ rule: Normalisation) throws(KernelError) -> Kernel {
        switch rule {
        case .none:
            return self
        case .sumIsOne:
            guard !isSigned, sum != 0 else { throw .cannotNormalise(rule, sum: sum) }
            let sum = sum
            return try mappingWeights { $0 / sum }
        case .sumIsZero:
            let mean = sum / Double(weights.count - holes.count)
            return try mappingWeights { $0 - mean }
        case .magnitudesSumToOne:
            let total = magnitudeSum
            guard total > 0 else { throw .cannotNormalise(rule, sum: sum) }
            return try mappingWeights { $0 / total }
        }
    }

    /// Turned by 180°, the anchor with it: applying it is true convolution with the kernel as written.
    public func flipped(anchor resolved: PerAxis<Int>) throws(KernelError) -> Kernel {
        let last = weights.count - 1
        return try Kernel(
            size: size, weights: weights.reversed(), holes: Set(holes.map { last - $0 }),
            anchor: PerAxis(x: size.width - 1 - resolved.x, y: size.height - 1 - resolved.y))
    }

    public func scaled(by factor: Double) throws(KernelError) -> Kernel { try mappingWeights { $0 * factor } }

    /// Maps the weights; holes stay holes.
    private func mappingWeights(_ transform: (Double) -> Double) throws(KernelError) -> Kernel {
        let mapped = weights.enumerated().map { holes.contains($0.offset) ? 0 : transform($0.element) }
        return try Kernel(size: size, weights: mapped, holes: holes, anchor: anchor)
    }
}
