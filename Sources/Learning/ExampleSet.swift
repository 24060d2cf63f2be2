import Pixels
import Steps

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

        public var count: Int {
            switch self {
            case .bytes(let samples): samples.count
            case .words(let samples): samples.count
            case .floats(let samples): samples.count
            }
        }
    }

    /// What is to be found for each picture.
    public enum Targets: Sendable {
        /// A class, as an index into `classes`.
        case labels([Int32])
        /// A picture for each, all of one shape.
        case pictures(Shape, Samples)
        /// For each pixel a class, n·1·h·w; 255 for those that do not count.
        case masks(Shape, [UInt8])
        /// The pictures are regions of others: what each shows.
        case regions([RegionTarget])
    }

    /// What a region shows.
    public struct RegionTarget: Hashable, Sendable {
        /// An index into `classes`, or their number where it shows nothing.
        public var choice: Int32
        /// What leads from the region to the box of the thing; nil where there is none.
        public var offsets: BoxOffsets?

        public init(choice: Int32, offsets: BoxOffsets?) {
            self.choice = choice
            self.offsets = offsets
        }
    }

    /// The pixels of a mask that do not count.
    public static let uncounted: UInt8 = 255

    /// `shape.count` pictures.
    public var shape: Shape
    public var samples: Samples
    public var targets: Targets
    /// The names of the classes; empty where pictures are the target.
    public var classes: [String]
    /// The file of each picture; empty where many came in one file.
    public var names: [String]

    public init(shape: Shape, samples: Samples, targets: Targets, classes: [String] = [], names: [String] = []) {
        self.shape = shape
        self.samples = samples
        self.targets = targets
        self.classes = classes
        self.names = names
    }

    public var count: Int { shape.count }

    /// Whether every pixel is to be learned, not one answer for each picture.
    public var isOfPixels: Bool {
        switch targets {
        case .labels, .regions: false
        case .pictures, .masks: true
        }
    }

    /// What example `index` is called in a message.
    public func name(of index: Int) -> String { names.isEmpty ? "picture \(index)" : names[index] }

    /// How many of the examples at `indices` each class has; for masks, how many of their pixels. Behind the classes, how many
    /// regions show nothing.
    public func classCounts(among indices: [Int]) -> [Int] {
        var counts = [Int](repeating: 0, count: classes.count)
        switch targets {
        case .labels(let labels): for index in indices { counts[Int(labels[index])] += 1 }
        case .pictures: break
        case .regions(let targets):
            counts.append(0)
            for index in indices { counts[Int(targets[index].choice)] += 1 }
        case .masks(let shape, let masks):
            let area = shape.height * shape.width
            for index in indices {
                for label in masks[index * area..<(index + 1) * area] where label != Self.uncounted {
                    counts[Int(label)] += 1
                }
            }
        }
        return counts
    }

    /// Weights under which all classes that occur count alike: n / (classes · n of the class). Their mean over the
    /// examples is 1.
    public func balancedClassWeights(among indices: [Int]) -> [Float] {
        let counts = classCounts(among: indices)
        let total = Double(counts.reduce(0, +))
        let present = Double(counts.count { $0 > 0 })
        return counts.map { $0 == 0 ? 0 : Float(total / (present * Double($0))) }
    }
}
