import Convolution
import Pixels

/// Some of a set's examples as a source of batches.
public struct ExampleBatches: BatchSource {
    private let loader: BatchLoader
    private let indices: [Int]
    /// What is not learned from is changed too, the same way each time.
    private let spoilsMeasured: Bool

    /// - Parameter indices: which of the examples; nil for all.
    /// - Throws: an `AugmentationError` where pictures cannot be moved as they are to be.
    public init(
        _ set: ExampleSet, _ indices: [Int]? = nil, augmentation: Augmentation = Augmentation(),
        programs: [OccasionalProgram] = [], seed: UInt64 = 0
    ) throws(AugmentationError) {
        loader = try BatchLoader(
            set, scaling: .none(channels: set.shape.channels), augmentation: augmentation, programs: programs,
            seed: seed)
        self.indices = indices ?? Array(0..<set.count)
        spoilsMeasured = false
    }

    /// Examples to measure with. They are as they are; but where a picture is learned from a picture, noise and the like are
    /// what the net is to undo, and so these have them too.
    public init(
        measuring set: ExampleSet, _ indices: [Int]? = nil, augmentation: Augmentation = Augmentation(),
        programs: [OccasionalProgram] = [], seed: UInt64 = 0
    ) throws(AugmentationError) {
        var spoils = false
        if case .pictures = set.targets { spoils = true }
        loader = try BatchLoader(
            set, scaling: .none(channels: set.shape.channels),
            augmentation: spoils ? augmentation.ofPictureAlone : Augmentation(), programs: spoils ? programs : [],
            seed: seed)
        self.indices = indices ?? Array(0..<set.count)
        spoilsMeasured = spoils
    }

    public var count: Int { indices.count }

    public var shape: Shape {
        var one = loader.set.shape
        one.count = 1
        return one
    }

    public func load(_ pictures: ArraySlice<Int>, pass: Int?, into planes: inout Planes) -> Wanted {
        var batch = Batch()
        swap(&batch.inputs, &planes)
        let chosen = pictures.map { indices[$0] }
        loader.load(
            chosen[...], epoch: pass ?? (spoilsMeasured ? .max : nil), into: &batch, machine: Machine(threads: 1))
        swap(&batch.inputs, &planes)
        guard let targets = batch.targets else { return .classes(batch.labels) }
        return batch.labels.isEmpty ? .pictures(targets) : .regions(batch.labels, targets)
    }
}
