import Convolution
import Learning
import Pixels
import Programs
import Testing

@Suite struct BatchTests {
    /// Pictures of 3x2, every sample another level, and labels.
    private static func set(_ count: Int, channels: Int = 1, classes: Int = 3) -> ExampleSet {
        let shape = Shape(count: count, channels: channels, height: 2, width: 3)
        return ExampleSet(
            shape: shape, samples: .bytes((0..<count * channels * 6).map { UInt8(truncatingIfNeeded: $0 * 7) }),
            targets: .labels((0..<count).map { Int32($0 % classes) }), classes: (0..<classes).map(String.init))
    }

    private func loaded(
        _ loader: BatchLoader, _ indices: [Int], epoch: Int? = nil, threads: Int = 1
    ) -> Batch {
        var batch = Batch()
        loader.load(indices[...], epoch: epoch, into: &batch, machine: Machine(threads: threads))
        return batch
    }

    private func samples(_ planes: Planes) -> [Float] {
        let shape = planes.shape
        var all: [Float] = []
        for n in 0..<shape.count {
            for c in 0..<shape.channels {
                for y in 0..<shape.height {
                    for x in 0..<shape.width { all.append(planes[n: n, c: c, y: y, x: x]) }
                }
            }
        }
        return all
    }

    // MARK: Order

    @Test func `an epoch has every example once, each epoch and each seed in another order`() {
        let batches = Batches(of: Array(5..<105), size: 32, seed: 1)
        let first = batches.epoch(0).map(Array.init)
        #expect(first.map(\.count) == [32, 32, 32, 4] && batches.count == 4)
        #expect(first.joined().sorted() == Array(5..<105))
        #expect(first.flatMap { $0 } != batches.order(inEpoch: 1))
        #expect(batches.order(inEpoch: 0) != Batches(of: Array(5..<105), size: 32, seed: 2).order(inEpoch: 0))
        #expect(
            Batches(of: [3, 1, 2], size: 2, seed: 1, isShuffled: false).epoch(9).map(Array.init) == [[3, 1], [2]])
    }

    @Test func `an epoch goes on at any batch as if it had never stopped`() {
        let batches = Batches(of: Array(0..<50), size: 7, seed: 4)
        let whole = batches.epoch(3).map(Array.init)
        for first in 0...9 { #expect(batches.epoch(3, from: first).map(Array.init) == Array(whole.dropFirst(first))) }
    }

    // MARK: Splitting

    @Test func `of each class the same share is set aside, at least one and never all`() throws {
        var set = Self.set(103, classes: 4)
        set.targets = .labels((0..<103).map { $0 < 50 ? 0 : $0 < 100 ? 1 : $0 < 102 ? 2 : 3 })
        let (training, validation) = try set.split(validation: 0.2, seed: 6)
        #expect(set.classCounts(among: validation) == [10, 10, 1, 0])
        #expect(set.classCounts(among: training) == [40, 40, 1, 1])
        #expect((training + validation).sorted() == Array(0..<103))
        #expect(training == training.sorted())
        #expect(try set.split(validation: 0.2, seed: 6).validation == validation)
        #expect(try set.split(validation: 0.2, seed: 7).validation != validation)
        #expect(throws: DataError.self) { try Self.set(3).split(validation: 0.5, seed: 1) }
    }

    @Test func `balanced weights make all classes count alike`() {
        var set = Self.set(6)
        set.targets = .labels([0, 0, 0, 0, 1, 1])
        #expect(set.balancedClassWeights(among: Array(0..<6)) == [0.75, 1.5, 0])
    }

    // MARK: Loading

    @Test func `samples are scaled to mean 0 and deviation 1, channel by channel`() throws {
        let set = Self.set(40, channels: 2)
        let indices = Array(0..<40)
        let scaling = Scaling(of: set, among: indices)
        let planes = loaded(try BatchLoader(set, scaling: scaling), indices).inputs
        let all = samples(planes)
        for c in 0..<2 {
            var (sum, squares) = (0.0, 0.0)
            for n in 0..<40 {
                let start = (n * 2 + c) * 6
                for sample in all[start..<start + 6] {
                    sum += Double(sample)
                    squares += Double(sample) * Double(sample)
                }
            }
            let mean: Double = sum / 240
            let variance: Double = squares / 240 - mean * mean
            #expect(abs(mean) < 1e-6 && abs(variance - 1) < 1e-6)
        }
        for threads in [2, 3] {
            #expect(Scaling(of: set, among: indices, machine: Machine(threads: threads)) == scaling)
        }
    }

    @Test func `words and floats scale as bytes do, and a flat channel is only shifted`() {
        let shape = Shape(count: 2, channels: 1, height: 1, width: 2)
        func scaling(_ samples: ExampleSet.Samples) -> Scaling {
            Scaling(of: ExampleSet(shape: shape, samples: samples, targets: .labels([0, 1])), among: [0, 1])
        }
        let bytes = scaling(.bytes([0, 51, 102, 255]))
        let words = scaling(.words([0, 13_107, 26_214, 65_535]))
        let floats = scaling(.floats([0, 0.2, 0.4, 1]))
        #expect(abs(bytes.means[0] - 0.4) < 1e-7 && abs(bytes.deviations[0] - 0.374_165_74) < 1e-6)
        for other in [words, floats] {
            #expect(abs(other.means[0] - bytes.means[0]) < 1e-6)
            #expect(abs(other.deviations[0] - bytes.deviations[0]) < 1e-6)
        }
        #expect(scaling(.bytes([255, 255, 255, 255])) == Scaling(means: [1], deviations: [1]))
    }

    @Test func `a batch of another size takes its room anew, and leaves nothing behind`() throws {
        let set = Self.set(10)
        let loader = try BatchLoader(set, scaling: .none(channels: 1))
        var batch = Batch()
        loader.load([7, 2, 9], epoch: 0, into: &batch, machine: Machine(threads: 1))
        #expect(batch.labels == [1, 2, 0] && batch.count == 3)
        loader.load([4], epoch: 0, into: &batch, machine: Machine(threads: 1))
        #expect(batch.labels == [1] && batch.inputs.shape == Shape(channels: 1, height: 2, width: 3))
        let expected = (24..<30).map { Float($0 * 7) / 255 }
        #expect(zip(samples(batch.inputs), expected).allSatisfy { abs($0 - $1) < 1e-6 })
    }

    // MARK: Changing

    @Test func `what is drawn depends on seed, epoch and example, and on nothing else`() throws {
        let set = Self.set(300)
        let augmentation = try Augmentation(
            "flip flip-vertical shift=1 rotate=20 zoom=0.1 contrast=0.3 brightness=0.1 noise=0.1 cutout=1")
        let loader = try BatchLoader(set, scaling: .none(channels: 1), augmentation: augmentation, seed: 5)
        let all = samples(loaded(loader, Array(0..<300), epoch: 2).inputs)
        for threads in [2, 4] {
            #expect(samples(loaded(loader, Array(0..<300), epoch: 2, threads: threads).inputs) == all)
        }
        #expect(samples(loaded(loader, [17], epoch: 2).inputs) == Array(all[17 * 6..<18 * 6]))
        #expect(samples(loaded(loader, [17], epoch: 3).inputs) != Array(all[17 * 6..<18 * 6]))
        // What is measured is not changed.
        let plain = try BatchLoader(set, scaling: .none(channels: 1))
        #expect(samples(loaded(loader, [17]).inputs) == samples(loaded(plain, [17]).inputs))
    }

    @Test func `flips, shifts and crops move pixels and change none`() throws {
        let set = ExampleSet(
            shape: Shape(count: 1, channels: 1, height: 1, width: 3), samples: .floats([1, 2, 3]),
            targets: .labels([0]),
            classes: ["a"])
        func seen(_ words: String) throws -> Set<[Float]> {
            let loader = try BatchLoader(set, scaling: .none(channels: 1), augmentation: Augmentation(words))
            return Set((0..<200).map { samples(loaded(loader, [0], epoch: $0).inputs) })
        }
        #expect(try seen("flip") == [[1, 2, 3], [3, 2, 1]])
        #expect(try seen("flip-vertical") == [[1, 2, 3]])
        #expect(try seen("shift=1") == [[1, 2, 3], [1, 1, 2], [2, 3, 3]])
        #expect(try seen("crop=1") == [[1, 2, 3], [0, 1, 2], [2, 3, 0], [0, 0, 0]])
        #expect(try seen("rotate=0,zoom=0") == [[1, 2, 3]])
        #expect(try seen("cutout=1") == [[2, 2, 3], [1, 2, 3], [1, 2, 2]])
    }

    @Test func `a mask and a target picture move with their picture`() throws {
        let shape = Shape(count: 1, channels: 1, height: 4, width: 4)
        let bytes = (0..<16).map { UInt8($0) }
        for words in ["flip flip-vertical shift=2", "crop=2", "rotate=90 flip"] {
            let masked = ExampleSet(
                shape: shape, samples: .bytes(bytes), targets: .masks(shape, bytes), classes: (0..<16).map(String.init))
            let paired = ExampleSet(shape: shape, samples: .bytes(bytes), targets: .pictures(shape, .bytes(bytes)))
            let loaders = try [masked, paired].map {
                try BatchLoader($0, scaling: .none(channels: 1), augmentation: Augmentation(words))
            }
            for epoch in 0..<20 {
                let mask = loaded(loaders[0], [0], epoch: epoch)
                let pair = loaded(loaders[1], [0], epoch: epoch)
                let inputs = samples(mask.inputs)
                #expect(pair.targets.map(samples) == inputs && samples(pair.inputs) == inputs)
                if !words.contains("rotate") {
                    let levels = inputs.map { Int32(($0 * 255).rounded()) }
                    #expect(levels == mask.labels.map { max($0, 0) }, "\(words) \(epoch)")
                }
            }
        }
    }

    @Test func `a turn by nothing leaves a picture, and a quarter turn turns it`() throws {
        // The angle is drawn, so it is looked for: near 90 degrees the corner of the picture is another one.
        let shape = Shape(count: 1, channels: 1, height: 9, width: 9)
        var spot = [Float](repeating: 0, count: 81)
        spot[4 * 9 + 7] = 1
        let set = ExampleSet(shape: shape, samples: .floats(spot), targets: .labels([0]), classes: ["a"])
        let loader = try BatchLoader(set, scaling: .none(channels: 1), augmentation: Augmentation("rotate=180"))
        for epoch in 0..<50 {
            let turned = samples(loaded(loader, [0], epoch: epoch).inputs)
            var (mass, x, y) = (Float(0), Float(0), Float(0))
            for (place, sample) in turned.enumerated() {
                mass += sample
                x += sample * Float(place % 9 - 4)
                y += sample * Float(place / 9 - 4)
            }
            let distance = (x * x + y * y).squareRoot() / mass
            #expect(abs(distance - 3) < 0.3, "epoch \(epoch)")
        }
    }

    @Test func `a program changes some of the examples`() throws {
        let set = Self.set(200)
        let graph = try Catalogue().graph(for: SourceText(text: "invert"))
        let always = try OccasionalProgram(for: set.shape, probability: 0.25) { try Plan(graph, for: $0) }
        let loader = try BatchLoader(set, scaling: .none(channels: 1), programs: [always], seed: 2)
        let before = samples(loaded(loader, Array(0..<200)).inputs)
        let after = samples(loaded(loader, Array(0..<200), epoch: 1).inputs)
        var changed = 0
        for start in stride(from: 0, to: 1200, by: 6) where before[start..<start + 6] != after[start..<start + 6] {
            changed += 1
        }
        #expect((25...75).contains(changed))
        for (one, other) in zip(before, after) { #expect(one == other || abs(one + other - 1) < 1e-6) }
        let halved = try Catalogue().graph(for: SourceText(text: "maxpool 2"))
        #expect(
            throws: AugmentationError.program(
                from: Shape(channels: 1, height: 2, width: 3), to: Shape(channels: 1, height: 1, width: 1))
        ) {
            try OccasionalProgram(for: set.shape, probability: 1) { try Plan(halved, for: $0) }
        }
    }

    @Test(arguments: ["flop", "shift", "shift=-1", "shift=x", "rotate=200", "zoom=1", "flip=2", "brightness=nan"])
    func `a word that changes nothing is refused with those that do`(word: String) {
        #expect(throws: AugmentationError.self) { try Augmentation(word) }
    }

    @Test func `targets of another size may be flipped and not be moved`() throws {
        let set = ExampleSet(
            shape: Shape(count: 1, channels: 1, height: 2, width: 2), samples: .bytes([1, 2, 3, 4]),
            targets: .pictures(Shape(count: 1, channels: 1, height: 1, width: 2), .bytes([8, 9])))
        _ = try BatchLoader(set, scaling: .none(channels: 1), augmentation: Augmentation("flip"))
        #expect(throws: AugmentationError.self) {
            try BatchLoader(set, scaling: .none(channels: 1), augmentation: Augmentation("shift=1"))
        }
    }
}
