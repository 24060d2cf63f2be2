import Convolution
import Learning
import Pixels
import Programs
import Tensors
import Testing

/// Bars whose classes are told as pictures of one pixel: 1 in the right channel.
private struct BarShares: BatchSource {
    let count = Bars().count
    let shape = Bars().shape

    func load(_ pictures: ArraySlice<Int>, pass: Int?, into planes: inout Planes) -> Wanted {
        guard case .classes(let classes) = Bars().load(pictures, pass: pass, into: &planes) else { return .classes([]) }
        return .pictures(
            Planes(
                shape: Shape(count: classes.count, channels: 2, height: 1, width: 1),
                samples: classes.flatMap { $0 == 0 ? [1, 0] : [0, 1] as [Float] }))
    }
}

/// Pictures to be copied, most of them dark, some of them lights.
private struct Lights: BatchSource {
    let count = 24
    let shape = Shape(channels: 1, height: 6, width: 6)

    func load(_ pictures: ArraySlice<Int>, pass: Int?, into planes: inout Planes) -> Wanted {
        var wanted: [Float] = []
        for (n, picture) in pictures.enumerated() {
            for place in 0..<36 {
                let value = Float((place * 7 + picture) % 11) / 11 * (picture % 4 == 0 ? 1e4 : 0.01)
                planes[n: n, c: 0, y: place / 6, x: place % 6] = value
                wanted.append(value)
            }
        }
        return .pictures(
            Planes(shape: Shape(count: pictures.count, channels: 1, height: 6, width: 6), samples: wanted))
    }
}

struct TrainerTests {
    private func trainer<Source: BatchSource>(
        _ program: String, on source: Source, loss: Loss = .crossEntropy(smoothing: 0), optimiser: Optimiser = .adam,
        rate: Double = 0.01, batch: Int = 20, seed: UInt64 = 1, validation: Source? = nil
    ) throws -> Trainer<Source> {
        let graph = try Catalogue().graph(for: SourceText(text: program), numbers: ["classes": 2])
        let network = try Network(graph, input: source.shape, seed: 5, loss: loss)
        let learner = try Learner(network, optimiser: optimiser, loss: loss, machine: Machine(threads: 1))
        return Trainer(
            learner, training: source, validation: validation,
            settings: TrainingSettings(epochs: 9, batch: batch, schedule: Schedule(rate: rate), seed: seed))
    }

    private func values(_ network: Network) -> [[Float]] { network.tensors().map(\.values) }

    @Test(arguments: [Loss.meanSquare, .meanMagnitude, .huber(delta: 0.3), .binaryCrossEntropy])
    func `classes are learned by the losses of pictures as if their shares were pictures`(loss: Loss) throws {
        let end = loss == .binaryCrossEntropy ? "sigmoid" : "softmax"
        let program = "conv 4 3x3 | relu | maxpool 2 | dense classes | \(end)"
        let classes = try trainer(program, on: Bars(), loss: .ofClasses(loss))
        let pictures = try trainer(program, on: BarShares(), loss: loss)
        let before = values(classes.learner.network)
        for _ in 0..<5 {
            _ = try classes.step()
            _ = try pictures.step()
            #expect(abs(classes.state.sum.mean - pictures.state.sum.mean) < 1e-9)
        }
        let (found, expected) = (values(classes.learner.network), values(pictures.learner.network))
        #expect(found != before)
        for (found, expected) in zip(found, expected) {
            #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-5 })
        }
        while !classes.isDone { if try classes.step() { _ = try classes.closeEpoch() } }
        #expect(classes.state.reports.last?.accuracy ?? 0 > 0.9, "\(loss)")
    }

    private let rough = Optimiser(.sgd(momentum: 0.9, isNesterov: false))

    @Test func `a loss out of all proportion ends it, and what it began with is left`() throws {
        let trainer = try trainer(
            "conv 8 3x3 | conv 8 3x3 | conv 8 3x3 | dense classes", on: Bars(), optimiser: rough, rate: 2)
        let before = values(trainer.learner.network)
        let error = #expect(throws: TrainingError.self) {
            while true { if try trainer.step() { _ = try trainer.closeEpoch() } }
        }
        guard case .runaway(let loss, let first, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(loss.isFinite && loss > 100 * first && loss > 1e4 && first < 10)
        #expect(try trainer.lastGood().epoch == nil && values(trainer.lastGood().network) == before)
    }

    @Test func `of epochs that were done the best is left, not the last`() throws {
        let trainer = try trainer(
            "conv 8 3x3 | conv 8 3x3 | dense classes", on: Bars(), optimiser: rough, rate: 0.003)
        for _ in 0..<3 {
            while try !trainer.step() {}
            _ = try trainer.closeEpoch()
        }
        let best = try #require(trainer.state.reports.last(where: \.isBest)?.epoch)
        let kept = try #require(trainer.state.best)
        // What would be learned next leads nowhere.
        let runaway = Trainer(
            trainer.learner, training: Bars(), validation: nil,
            settings: TrainingSettings(epochs: 9, batch: 20, schedule: Schedule(rate: 1e6), seed: 1))
        let purpose = TrainingPurpose([])
        let model = Model(
            program: "", classes: ["a", "b"], input: Bars().shape, history: "", weights: [])
        try Checkpoint(trainer, model: model, purpose: purpose).restore(runaway, purpose: purpose)
        #expect(throws: TrainingError.self) { while true { _ = try runaway.step() } }
        #expect(try runaway.lastGood().epoch == best && values(runaway.lastGood().network) == values(kept))
    }

    @Test(arguments: [false, true])
    func `an epoch of one step whose weights ran away is not the last good one`(isMeasured: Bool) throws {
        let trainer = try trainer(
            "conv 8 3x3 | conv 8 3x3 | dense classes", on: Bars(), optimiser: rough, rate: 1e3, batch: 200,
            validation: isMeasured ? Bars() : nil)
        let before = values(trainer.learner.network)
        #expect(throws: TrainingError.self) {
            while true { if try trainer.step() { _ = try trainer.closeEpoch() } }
        }
        let good = try trainer.lastGood()
        #expect(good.epoch == nil && values(good.network) == before)
    }

    @Test func `lights behind the dark are no divergence`() throws {
        for seed in 1...6 as ClosedRange<UInt64> {
            let trainer = try trainer(
                "conv 4 3x3 | relu | conv 1 3x3", on: Lights(), loss: .meanSquare, rate: 0.001, batch: 1, seed: seed)
            for _ in 0..<3 {
                while try !trainer.step() {}
                _ = try trainer.closeEpoch()
            }
            #expect(trainer.state.reports.count == 3)
        }
    }

    @Test func `a bit of a checkpoint that flipped is seen, wherever it lies`() throws {
        let trainer = try trainer("conv 2 3x3 | dense classes", on: Bars())
        for _ in 0..<3 { _ = try trainer.step() }
        let purpose = TrainingPurpose([TrainingPurpose.Part("program", "a net")])
        let model = Model(program: "conv 2 3x3", classes: ["a", "b"], input: Bars().shape, history: "", weights: [])
        let bytes = Checkpoint(trainer, model: model, purpose: purpose).file.bytes()
        try Checkpoint(parsing: bytes).restore(trainer, purpose: purpose)
        for index in bytes.indices {
            var damaged = bytes
            damaged[index] ^= 1 << (index % 8)
            #expect(throws: CheckpointError.self, "byte \(index) of \(bytes.count)") {
                try Checkpoint(parsing: damaged)
            }
        }
    }
}
