import Pixels

/// Examples to learn from, in memory: pictures of one shape and what is to be found for each.
///
/// Samples stay as small as the files had them; a batch becomes float when its turn comes.
public struct ExampleSet: Sendable {
    /// Samples n·c·h·w.
    public enum Samples: Sendable {
        /// k / 255
        case bytes([UInt8])
        /// k / 65535
        case words([UInt16])
        case floats([Float])
    }

    /// What is to be found for each picture.
    public enum Targets: Sendable {
        /// A class, as an index into `classes`.
        case labels([Int32])
        /// A picture for each, all of one shape.
        case pictures(Shape, Samples)
        /// For each pixel a class, n·1·h·w; 255 for those that do not count.
        case masks(Shape, [UInt8])
    }

    /// `shape.count` pictures.
    public var shape: Shape
    public var samples: Samples
    public var targets: Targets
    /// The names of the classes; empty where pictures are the target.
    public var classes: [String]

    public init(shape: Shape, samples: Samples, targets: Targets, classes: [String] = []) {
        self.shape = shape
        self.samples = samples
        self.targets = targets
        self.classes = classes
    }
}
