import Convolution
import Learning
import Pixels
import Programs
import Steps
import Testing

/// Bars that lie or stand somewhere in a small picture: a class each.
struct Bars: BatchSource {
    let count = 200
    let shape = Shape(channels: 1, height: 8, width: 8)

    func load(_ pictures: ArraySlice<Int>, pass: Int?, into planes: inout Planes) -> Wanted {
        var classes: [Int32] = []
        for (n, picture) in pictures.enumerated() {
            var chance = Chance(seed: 3, for: .change, place: picture)
            let (place, isStanding) = (chance.below(8), picture % 2 == 1)
            for y in 0..<8 {
                for x in 0..<8 {
                    let isBar = (isStanding ? x : y) == place
                    planes[n: n, c: 0, y: y, x: x] = (isBar ? 0.8 : 0.1) + 0.2 * Float(chance.uniform())
                }
            }
            classes.append(isStanding ? 1 : 0)
        }
        return .classes(classes)
    }
}

/// Dots on black: windows that see none of them sum to exactly 0.
private struct Dots: BatchSource {
    let count = 60
    let shape = Shape(channels: 1, height: 8, width: 8)

    func load(_ pictures: ArraySlice<Int>, pass: Int?, into planes: inout Planes) -> Wanted {
        for (n, picture) in pictures.enumerated() {
            for y in 0..<8 {
                for x in 0..<8 { planes[n: n, c: 0, y: y, x: x] = (x * 8 + y + picture) % 13 == 0 ? 1 : 0 }
            }
        }
        return .classes(pictures.map { Int32($0 % 2) })
    }
}

struct LearnerTests {
    private func learner(
        _ program: String, threads: Int, optimiser: Optimiser = .adam, loss: Loss = .crossEntropy(smoothing: 0)
    ) throws -> Learner {
        let graph = try Catalogue().graph(for: SourceText(text: program), numbers: ["classes": 2])
        let network = try Network(graph, input: Bars().shape, seed: 5)
        return try Learner(network, optimiser: optimiser, loss: loss, machine: Machine(threads: threads))
    }

    private func bytes(_ network: Network) -> [[Float]] {
        network.weights.map { weight in
            let planes = network.value(of: weight)
            let shape = planes.shape
            return (0..<shape.count * shape.channels * shape.height).flatMap { row in
                let (plane, y) = row.quotientAndRemainder(dividingBy: shape.height)
                return (0..<shape.width).map { x in
                    planes[n: plane / shape.channels, c: plane % shape.channels, y: y, x: x]
                }
            }
        }
    }

    private let optimisers: [(Optimiser, rate: Double)] = [
        (.adam, 0.01), (Optimiser(.sgd(momentum: 0.9, isNesterov: true)), 0.1),
        (Optimiser(.sgd(momentum: 0, isNesterov: false)), 0.5),
        (Optimiser(.rmsProp(memory: 0.99, momentum: 0, epsilon: 1e-8)), 0.003),
        (Optimiser(.adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8), weightDecay: 0.01, decaysApart: true), 0.01),
    ]

    @Test func `the smaller batch at an epoch's end has no room beside the others'`() throws {
        let learner = try learner("conv 4 3x3 | batchnorm | relu | globalavg | flatten | dense 2", threads: 2)
        for count in [40, 24, 40] {
            _ = try learner.step(Bars(), Array(0..<count), pass: 0, rate: 0.01, seed: 1)
            #expect(learner.roomsHeld == [count])
        }
    }

    @Test func `every optimiser learns to tell lying bars from standing ones`() throws {
        for (optimiser, rate) in optimisers {
            let learner = try learner(
                "conv 4 3x3 | relu | conv 4 3x3 stride=2 | relu | conv classes 4x4 pad=valid | softmax", threads: 2,
                optimiser: optimiser)
            var last = LossSum()
            for step in 0..<120 {
                let pictures = (0..<50).map { (step * 50 + $0) % 200 }
                last = try learner.step(Bars(), pictures, pass: 0, rate: rate, seed: 1)
            }
            #expect(last.accuracy > 0.95, "\(optimiser): \(last)")
        }
    }

    // `leaky 0` is the same function, and is left where it stands.
    @Test(arguments: [
        "maxpool 2", "maxpool 3 stride=1 pad=same", "maxpool 3 stride=2 pad=same border=zero",
        "maxpool 3 stride=1 pad=same border=constant:-0.5", "maxpool 3 stride=1 pad=same border=edge", "minpool 2",
        "avgpool 2",
        "maxpool 2 stride=1 | maxpool 3 stride=1",
    ])
    func `a relu learns the same bits before a pooling as it does behind it`(pool: String) throws {
        var seen: [[[Float]]] = []
        for relu in ["relu", "leaky 0"] {
            let learner = try learner(
                "conv 3 3x3 | \(relu) | \(pool) | conv 2 3x3 | \(relu) | \(pool) | dense 2", threads: 2)
            for step in 0..<3 {
                _ = try learner.step(Dots(), (0..<20).map { step * 20 + $0 }, pass: 0, rate: 0.01, seed: 1)
            }
            seen.append(bytes(learner.network))
        }
        #expect(seen[0] == seen[1])
    }

    // Halves that are doubled are exact, and `mean` hands each branch a gradient of its own; `leaky 0` is not done on the way.
    @Test(arguments: [
        "conv 2 3x3 | SUM { } { conv 2 3x3 | relu | conv 2 3x3 } DOUBLE | RELU | dense 2",
        "conv 2 3x3 | SUM { } { } DOUBLE | RELU | SUM { conv 2 1x1 } { SUM { } { conv 2 3x3 } DOUBLE } DOUBLE | RELU | dense 2",
        "SUM { conv 2 3x3 } { conv 2 1x1 } DOUBLE | RELU | maxpool 2 | SUM { SUM { } { } DOUBLE | RELU } { } DOUBLE | dense 2",
        "conv 2 3x3 | batchnorm | SUM { } { conv 2 3x3 | batchnorm } DOUBLE | RELU | SUM { } { globalavg } DOUBLE | dense 2",
    ])
    func `a sum learns the same bits with gradients that are passed on as with copies`(program: String) throws {
        func learned(_ sum: String, _ double: String, _ relu: String) throws -> [[Float]] {
            let text = program.replacing("SUM", with: sum).replacing("DOUBLE", with: double)
                .replacing("RELU", with: relu)
            let learner = try learner(text, threads: 2)
            for step in 0..<3 {
                _ = try learner.step(Dots(), (0..<20).map { step * 20 + $0 }, pass: 0, rate: 0.01, seed: 1)
            }
            return bytes(learner.network)
        }
        // The step in between is there for both: where a node stands decides what its weights begin with.
        #expect(try learned("add", "| scale 1", "relu") == learned("mean", "| scale 2", "relu"))
        #expect(try learned("add", "", "relu") == learned("add", "", "leaky 0"))
    }

    @Test func `threads do not change a bit of what is learned`() throws {
        var seen: [[[Float]]] = []
        for threads in [1, 2, 3] {
            let learner = try learner("conv 3 3x3 | relu | conv classes 8x8 pad=valid", threads: threads)
            for step in 0..<4 {
                _ = try learner.step(Bars(), (0..<45).map { (step * 45 + $0) % 200 }, pass: 0, rate: 0.01, seed: 1)
            }
            seen.append(bytes(learner.network))
        }
        #expect(seen[0] == seen[1])
        #expect(seen[0] == seen[2])
    }

    @Test func `a step that is too long is told and leaves the weights as they were`() throws {
        let learner = try learner(
            "conv 3 3x3 | square | square | square | conv classes 8x8 pad=valid", threads: 1,
            optimiser: Optimiser(.sgd(momentum: 0, isNesterov: false)))
        #expect(throws: TrainingError.self) {
            for _ in 0..<50 { _ = try learner.step(Bars(), Array(0..<20), pass: 0, rate: 1e6, seed: 1) }
        }
        let isFinite = bytes(learner.network).joined().allSatisfy { $0.isFinite }
        #expect(isFinite)
    }

    @Test(arguments: ["hysteresis 0.1 0.2", "threshold 0.5"])
    func `nothing is learned in front of a step without a slope`(step: String) throws {
        #expect(throws: ProgramError.self) {
            try learner("conv 1 3x3 | \(step) | conv classes 8x8 pad=valid", threads: 1)
        }
        _ = try learner("\(step) | conv classes 8x8 pad=valid", threads: 1)
    }
}
