import Convolution
import Pixels
import Steps

/// Everything that a plan makes of one picture on the way to its result.
public struct Recording: Sendable {
    public struct Step: Sendable {
        public let explanation: StepExplanation
        /// What came out; of the first step, the picture.
        public let values: Planes
        /// nil for what is no weighted sum, and where they are more than there was room for.
        public let weights: Weights?
        /// How many weights there was no room for.
        public let weightsLeftOut: Int
    }

    /// The weights of a convolution, or of a layer that is one as large as what comes in, as they lie on it.
    public struct Weights: Sendable {
        /// One kernel behind the other, output by output and input by input, row by row; only one where `isShared`.
        public let values: [Float]
        /// Channels that one output sees.
        public let inputsPerGroup: Int
        public let outputsPerGroup: Int
        /// Whether one kernel goes over each channel by itself.
        public let isShared: Bool
        /// For each output; none where nothing is added.
        public let bias: [Float]
    }

    /// In the order in which they run, the picture first.
    public let steps: [Step]
}

extension Plan {
    /// Runs over the picture, and keeps everything.
    ///
    /// - Parameter mostWeights: of all steps together. Those that would be more, in their order, are left out.
    public func recording(of source: any RowSource, mostWeights: Int = .max) throws -> Recording {
        if options.unitesSteps {
            // Every step is to be there by itself, computed as it says.
            var plain = options
            plain.unitesSteps = false
            return try Plan(graph, for: input, options: plain).recording(of: source, mostWeights: mostWeights)
        }
        // With the rows that the result does not ask for, as those a crop leaves out.
        let runner = try keepingAll(from: source, for: "--page", everyRow: true)
        let kept = nodes.indices.filter(isTold)
        var room = mostWeights
        return Recording(
            steps: zip(kept, explanation).map { index, explanation in
                let count = nodes[index].weightCount
                let fits = count <= room
                if fits { room -= count }
                return Recording.Step(
                    explanation: explanation, values: runner.planes(of: index),
                    weights: fits ? nodes[index].sumWeights : nil, weightsLeftOut: fits ? 0 : count)
            })
    }

    /// A run that let no row of any step go.
    func keepingAll(from source: any RowSource, for option: String, everyRow: Bool = false) throws -> Runner {
        try requireKnownWeights()
        let all = nodes.lazy.filter(\.isNeeded).map { 4 * ($0.shape.sampleCount ?? 0) }.reduce(0, +)
        guard all <= options.maxMemory else {
            throw PlanError.memory(needed: all, allowed: options.maxMemory, step: "\(option), which keeps every step")
        }
        var runner = Runner(self, on: options.machine, keepsAll: true)
        let rows = everyRow ? input.size.height : rowsReceived[0]
        let feed = ReadFeed([0: RowReadAhead(source, rows: rows, isAhead: false)])
        try runner.pull(upTo: output.size.height, from: feed)
        if everyRow { try runner.pullEveryRow(from: feed) }
        return runner
    }
}

extension Plan.Node {
    /// Weights that are learned, o·i·h·w, of a window or of all that comes in; nil for what is no sum of that kind.
    private var learnedKernels: Planes? {
        guard let plan, let kernels = weights.first, kernels.shape.count == shape.channels || isShared else {
            return nil
        }
        let account = plan.account
        let size = account.geometry?.window.size ?? (account.products == .all ? plan.inputs[0].size : nil)
        return kernels.shape.size == size ? kernels : nil
    }

    /// Whether one kernel goes over each channel by itself.
    private var isShared: Bool { weights.first?.shape.count == 1 && shape.channels > 1 }

    /// How many weights `sumWeights` has.
    fileprivate var weightCount: Int {
        if let bank = plan?.account.convolution?.bank {
            return bank.kernels.reduce(0) { $0 + $1.size.width * $1.size.height }
        }
        return learnedKernels?.shape.sampleCount ?? 0
    }

    /// What the samples that it sums up weigh; nil for what is no sum.
    fileprivate var sumWeights: Recording.Weights? {
        guard let plan else { return nil }
        if plan.account.geometry != nil, let bank = plan.account.convolution?.bank {
            return Recording.Weights(
                values: bank.kernels.flatMap { kernel in kernel.weights.map(Float.init) },
                inputsPerGroup: bank.inputsPerGroup, outputsPerGroup: bank.outputsPerGroup, isShared: bank.isShared,
                bias: bank.bias.contains { $0 != 0 } ? bank.bias.map(Float.init) : [])
        }
        guard let kernels = learnedKernels else { return nil }
        let groups = isShared ? shape.channels : plan.inputs[0].channels / max(1, kernels.shape.channels)
        return Recording.Weights(
            values: kernels.wholeSamples, inputsPerGroup: kernels.shape.channels,
            outputsPerGroup: shape.channels / max(1, groups), isShared: isShared,
            bias: weights.count > 1 ? weights[1].wholeSamples : [])
    }
}

extension Planes {
    /// Row behind row and plane behind plane, without what may lie between.
    public var wholeSamples: [Float] {
        precondition(rows == 0..<shape.height, "\(rows) of \(shape.height) rows are not a whole picture")
        return withRows { rows in
            var all: [Float] = []
            all.reserveCapacity(shape.sampleCount ?? 0)
            for plane in 0..<shape.count * shape.channels {
                for y in 0..<shape.height {
                    all += UnsafeBufferPointer(start: rows.row(y, plane: plane), count: shape.width)
                }
            }
            return all
        }
    }
}
