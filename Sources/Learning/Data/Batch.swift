import Pixels

/// Some examples as a net takes them: float, and changed and scaled if so asked. Its memory is used again.
public struct Batch: Sendable {
    /// n·c·h·w
    public internal(set) var inputs: Planes
    /// Classes, one for each picture, or for each pixel of a mask in n·h·w order; −1 for those that do not count.
    public internal(set) var labels: [Int32]
    /// Where pictures are to be found: n·c·h·w, from 0 to 1. Where boxes are, the offsets of each: n·4·1·1.
    public internal(set) var targets: Planes?

    /// Nothing yet.
    public init() {
        inputs = Planes(shape: Shape(count: 0, channels: 0, height: 0, width: 0))
        labels = []
    }

    public var count: Int { inputs.shape.count }
}
