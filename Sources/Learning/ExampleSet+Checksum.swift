import Pixels
import Tensors

extension ExampleSet {
    /// Of the examples themselves: others in the same number and of the same shape have another.
    public var checksum: String {
        var sum = Checksum()
        samples.add(to: &sum)
        switch targets {
        case .labels(let labels): labels.withUnsafeBytes { sum.take($0) }
        case .masks(_, let masks): masks.withUnsafeBytes { sum.take($0) }
        case .pictures(_, let pictures): pictures.add(to: &sum)
        case .regions(let targets):
            for target in targets {
                sum.take(UInt64(truncatingIfNeeded: target.choice))
                for offset in target.offsets?.values ?? [] { sum.take(UInt64(offset.bitPattern)) }
            }
        }
        return sum.text
    }
}

extension ExampleSet.Samples {
    fileprivate func add(to sum: inout Checksum) {
        switch self {
        case .bytes(let samples): samples.withUnsafeBytes { sum.take($0) }
        case .words(let samples): samples.withUnsafeBytes { sum.take($0) }
        case .floats(let samples): samples.withUnsafeBytes { sum.take($0) }
        }
    }
}
