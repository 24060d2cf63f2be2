import Codecs
import Convolution
import Pixels
import Steps

/// Regions of pictures as examples: each is cut out, brought to what the net takes, and told what it shows.
struct RegionExamples {
    private let program: DetectorProgram
    private let options: DataOptions

    /// How many things there were to be found, and how many of them the search had met with.
    private(set) var things = 0
    private(set) var met = 0

    init(_ program: DetectorProgram, _ options: DataOptions) {
        self.program = program
        self.options = options
    }

    /// What became of one picture.
    private struct Cut: Sendable {
        var samples = ExampleSet.Samples.bytes([])
        var targets: [ExampleSet.RegionTarget] = []
        var met = 0
    }

    mutating func read(_ set: BoxedPictures, place: String) throws(DataError) -> ExampleSet {
        let paths = set.pictures.map(\.path)
        let depth = set.depth
        let cuts = Guarded([Cut](repeating: Cut(), count: paths.count))
        let faults = Guarded([(index: Int, sentence: String)]())
        let taken = Guarded(0)
        let (program, options) = (self.program, self.options)
        let each = (program.shape.sampleCount ?? 0) * depth.bytesPerSample
        options.machine.split(0..<paths.count, grain: 1) { piece in
            for index in piece where taken.withLock({ $0 <= options.maxMemory }) {
                do {
                    let raster = try program.read(
                        PictureReader(path: paths[index], limits: options.limits), limits: options.limits)
                    let picture = SearchedPicture(raster, program, machine: Machine(threads: 1))
                    var chance = Chance(seed: options.seed, for: .regions, place: index)
                    let choice = RegionChoice(
                        set.pictures[index], found: picture.regions, size: picture.size, classes: set.classes.count,
                        chance: &chance)
                    let total = taken.withLock { taken in
                        taken += choice.regions.count * each
                        return taken
                    }
                    if total > options.maxMemory { continue }
                    let cut = Cut(
                        samples: Self.samples(choice.regions, of: picture, program.shape, depth),
                        targets: choice.targets, met: choice.met)
                    cuts.withLock { $0[index] = cut }
                } catch {
                    let sentence = PictureLoader.sentence(error, paths[index])
                    faults.withLock { $0.append((index, sentence)) }
                }
            }
        }
        let failed = faults.withLock { $0 }.sorted { $0.index < $1.index }.map(\.sentence)
        if !failed.isEmpty {
            throw .pictures(Array(failed.prefix(DataError.mostListed)), count: failed.count, of: paths.count)
        }
        // Where it was too much, not all of it is known.
        let needed = taken.withLock { $0 }
        if needed > options.maxMemory { throw .memory(needed: nil, allowed: options.maxMemory, place: place) }
        let all = cuts.withLock { own in
            defer { own = [] }
            return own
        }
        return joined(all, set, paths, depth)
    }

    private mutating func joined(
        _ cuts: consuming [Cut], _ set: BoxedPictures, _ paths: [String], _ depth: Depth
    ) -> ExampleSet {
        var targets: [ExampleSet.RegionTarget] = []
        var names: [String] = []
        let total = cuts.reduce(0) { $0 + $1.targets.count * (program.shape.sampleCount ?? 0) }
        var samples = ExampleSet.Samples(emptyWithRoomFor: total, depth)
        // Each is let go as soon as it was taken over: all of them twice would be too much.
        for (index, path) in paths.enumerated() {
            samples.append(cuts[index].samples)
            targets += cuts[index].targets
            names += cuts[index].targets.map { _ in path }
            met += cuts[index].met
            cuts[index] = Cut()
        }
        things += set.thingCount
        var shape = program.shape
        shape.count = targets.count
        return ExampleSet(
            shape: shape, samples: samples, targets: .regions(targets), classes: set.classes, names: names)
    }

    private static func samples(
        _ regions: [Box], of picture: SearchedPicture, _ shape: Shape, _ depth: Depth
    ) -> ExampleSet.Samples {
        let each = shape.sampleCount ?? 0
        let values = [Float](unsafeUninitializedCapacity: regions.count * each) { room, count in
            count = regions.count * each
            for (index, region) in regions.enumerated() {
                picture.cut(region, into: UnsafeMutableBufferPointer(rebasing: room[index * each..<(index + 1) * each]))
            }
        }
        switch depth {
        case .uint8: return .bytes(values.map { UInt8(Self.level($0, 255)) })
        case .uint16: return .words(values.map { UInt16(Self.level($0, 65535)) })
        case .float32: return .floats(values)
        }
    }

    /// What is no number is black, as it is where levels are written.
    private static func level(_ value: Float, _ largest: Float) -> Float {
        value > 0 ? (min(value, 1) * largest).rounded() : 0
    }
}

extension ExampleSet.Samples {
    fileprivate init(emptyWithRoomFor count: Int, _ depth: Depth) {
        func room<Sample>(_ zero: Sample) -> [Sample] {
            var samples: [Sample] = []
            samples.reserveCapacity(count)
            return samples
        }
        switch depth {
        case .uint8: self = .bytes(room(0))
        case .uint16: self = .words(room(0))
        case .float32: self = .floats(room(0))
        }
    }

    /// Others of the same depth behind these.
    fileprivate mutating func append(_ others: ExampleSet.Samples) {
        switch (self, others) {
        case (.bytes(var own), .bytes(let more)):
            self = .bytes([])
            own += more
            self = .bytes(own)
        case (.words(var own), .words(let more)):
            self = .words([])
            own += more
            self = .words(own)
        case (.floats(var own), .floats(let more)):
            self = .floats([])
            own += more
            self = .floats(own)
        // A picture in which there is nothing to learn from.
        default: precondition(others.count == 0, "samples of two depths")
        }
    }
}

extension DataSets {
    /// Regions of pictures with boxes.
    init(
        _ boxed: BoxedSets, _ detector: DetectorProgram, _ options: DataOptions, notes: inout [String]
    ) throws(DataError) {
        notes += boxed.notes
        if boxed.training.pictures.isEmpty { throw .noExamples("the training part that pictures are taken from") }
        var examples = RegionExamples(detector, options)
        let path = boxed.training.pictures.first?.path.folder ?? "."
        self.init(training: try examples.read(boxed.training, place: path))
        let share = examples.things == 0 ? 0 : 100 * Double(examples.met) / Double(examples.things)
        notes.append(
            "\(training.count) regions of \(boxed.training.pictures.count) pictures with \(examples.things) things, of "
                + "which the search met with \(Int(share.rounded())) %")
        if let own = boxed.validation { validation = try examples.read(own, place: path) }
        boxedTest = boxed.test
    }
}
