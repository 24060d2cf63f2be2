import Pixels
import Steps

/// A parameter of a network: what it is called, whose it is, and whether it is to be learned.
public struct Weight: Sendable {
    /// As in the model file: `conv1.weight`.
    public let name: String
    public let parameter: Parameter
    /// The node that it belongs to, and its place among that node's parameters.
    let node: Int
    let place: Int
    /// Whether it stays as it is.
    public let isFrozen: Bool

    /// Whether an optimiser changes it.
    var isLearned: Bool { !isFrozen && !parameter.isStatistic }
}
