import Convolution
import Pixels
import Steps

/// Makes batches of a set's examples: to float, changed by chance, scaled.
///
///     var batch = Batch()
///     for indices in batches.epoch(epoch) {
///         loader.load(indices, epoch: epoch, into: &batch, machine: machine)
///         …
///     }
public struct BatchLoader: Sendable {
    public let set: ExampleSet
    public let scaling: Scaling
    public let augmentation: Augmentation
    public let programs: [OccasionalProgram]
    public let seed: UInt64

    /// Samples for which a thread is worth its while.
    private static let grain = 1 << 14

    /// - Throws: where targets cannot be moved as their pictures are.
    public init(
        _ set: ExampleSet, scaling: Scaling, augmentation: Augmentation = Augmentation(),
        programs: [OccasionalProgram] = [], seed: UInt64 = 0
    ) throws(AugmentationError) {
        precondition(
            scaling.means.count == set.shape.channels,
            "pictures of \(set.shape.channels) channels cannot be scaled by \(scaling.means.count) means")
        if case .pictures(let shape, _) = set.targets, augmentation.moves, shape.size != set.shape.size {
            throw .sizes(picture: set.shape.ofOne, target: shape.ofOne)
        }
        if case .regions = set.targets, augmentation.moves { throw .regions }
        self.set = set
        self.scaling = scaling
        self.augmentation = augmentation
        self.programs = programs
        self.seed = seed
    }

    /// The examples at `indices`, as they are in epoch `epoch`; as they are in the set where that is nil.
    public func load(
        _ indices: ArraySlice<Int>, epoch: Int?, into batch: inout Batch, machine: Machine
    ) {
        batch.prepare(indices.count, like: set)
        let isChanged = epoch != nil && !(augmentation.isNone && programs.isEmpty)
        let change = isChanged ? epoch : nil
        let perPicture = set.shape.channels * set.shape.height * set.shape.width
        let perTarget = batch.targetSize
        let perLabel = indices.isEmpty ? 0 : batch.labels.count / indices.count
        var targets = batch.targets
        batch.targets = nil
        batch.inputs.samples.withUnsafeMutableBufferPointer { inputs in
            batch.labels.withUnsafeMutableBufferPointer { labels in
                Planes.withSamples(of: &targets) { targets in
                    // Every example has one owner, and its own part of each buffer.
                    nonisolated(unsafe) let (inputs, labels, targets) = (inputs, labels, targets)
                    machine.split(0..<indices.count, grain: max(1, Self.grain / max(perPicture, 1))) { piece in
                        var worker = ExampleWorker(self)
                        for place in piece {
                            worker.load(
                                indices[indices.startIndex + place], epoch: change,
                                into: UnsafeMutableBufferPointer(
                                    rebasing: inputs[place * perPicture..<(place + 1) * perPicture]),
                                labels: UnsafeMutableBufferPointer(
                                    rebasing: labels[place * perLabel..<(place + 1) * perLabel]),
                                target: UnsafeMutableBufferPointer(
                                    rebasing: targets[place * perTarget..<(place + 1) * perTarget]))
                        }
                    }
                }
            }
        }
        batch.targets = targets
    }
}

extension Planes {
    fileprivate static func withSamples(
        of planes: inout Planes?, _ body: (UnsafeMutableBufferPointer<Float>) -> Void
    ) {
        if planes == nil { return body(UnsafeMutableBufferPointer(start: nil, count: 0)) }
        planes?.samples.withUnsafeMutableBufferPointer { body($0) }
    }
}

extension Batch {
    fileprivate var targetSize: Int { targets.map { $0.shape.channels * $0.shape.height * $0.shape.width } ?? 0 }

    /// Room for `count` examples; what is there already is used again.
    fileprivate mutating func prepare(_ count: Int, like set: ExampleSet) {
        var shape = set.shape
        shape.count = count
        if inputs.shape != shape { inputs = Planes(shape: shape) }
        var labelCount = 0
        switch set.targets {
        case .labels: labelCount = count
        case .regions:
            labelCount = count
            let shape = Shape(count: count, channels: BoxOffsets.count, height: 1, width: 1)
            if targets?.shape != shape { targets = Planes(shape: shape) }
        case .masks(let shape, _): labelCount = count * shape.height * shape.width
        case .pictures(var shape, _):
            shape.count = count
            if targets?.shape != shape { targets = Planes(shape: shape) }
        }
        if labels.count != labelCount { labels = [Int32](repeating: 0, count: labelCount) }
    }
}
