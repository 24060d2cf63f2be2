import Pixels
import Programs
import Steps
import Tensors

/// A training that was stopped between two steps, with all that it needs to go on as if it had not been.
///
/// It is a model file with more in it: the optimiser's running means, the best weights so far, and where the training is.
public struct Checkpoint: Sendable {
    public let file: TensorFile

    /// Larger files are no checkpoints.
    public static let mostBytes = 16 << 30

    private static let key = "kern.training"
    private static let checksumKey = "kern.checksum"
    private static let bestPrefix = "best."
    private static let momentPrefix = "moment."

    public init(_ trainer: Trainer<some BatchSource>, model: Model, purpose: TrainingPurpose) {
        let learner = trainer.learner
        var tensors = learner.network.tensors()
        for (index, moments) in learner.moments.enumerated() {
            tensors.append(
                Tensor(name: "\(Self.momentPrefix)\(index + 1)", dimensions: [moments.count], values: moments.values))
        }
        if let best = trainer.state.best { tensors += best.tensors(prefix: Self.bestPrefix) }
        var model = model
        model.weights = tensors
        let state = trainer.state.json(steps: learner.steps, purpose: purpose)
        var file = model.file(notes: [TensorFile.Note(key: Self.key, value: state.text)])
        file.metadata.append(TensorFile.Note(key: Self.checksumKey, value: file.checksum))
        self.file = file
    }

    public init(parsing bytes: [UInt8]) throws(CheckpointError) {
        do {
            file = try TensorFile(parsing: bytes)
        } catch {
            throw .file(error)
        }
        guard file.note(Self.key) != nil else { throw .noTraining }
        let others = TensorFile(tensors: file.tensors, metadata: file.metadata.filter { $0.key != Self.checksumKey })
        guard file.note(Self.checksumKey) == others.checksum else { throw .changed }
    }

    /// Lets `trainer` take up where the training was.
    ///
    /// - Parameter purpose: what the training is for and how it is done; only the same one can go on.
    public func restore(_ trainer: Trainer<some BatchSource>, purpose: TrainingPurpose) throws(CheckpointError) {
        guard let note = file.note(Self.key), let json = try? JSON(parsing: note), let saved = SavedState(json) else {
            throw .damaged("its note '\(Self.key)'")
        }
        if let difference = purpose.difference(from: saved.purpose) { throw .other(difference) }
        let learner = trainer.learner
        var network = learner.network
        try load(into: &network, prefix: "")
        var moments: [[Float]] = []
        for (index, own) in learner.moments.enumerated() {
            let name = "\(Self.momentPrefix)\(index + 1)"
            guard let tensor = file.tensors.first(where: { $0.name == name }), tensor.values.count == own.count else {
                throw .damaged("'\(name)'")
            }
            moments.append(tensor.values)
        }
        var state = saved.state
        if file.tensors.contains(where: { $0.name.hasPrefix(Self.bestPrefix) }) {
            var best = network
            try load(into: &best, prefix: Self.bestPrefix)
            state.best = best
        }
        guard state.step < trainer.stepsPerEpoch else { throw .damaged("its note '\(Self.key)'") }
        learner.resume(network, moments: moments, steps: saved.steps)
        trainer.begin(at: state)
    }

    private func load(into network: inout Network, prefix: String) throws(CheckpointError) {
        for weight in network.weights {
            let name = prefix + weight.name
            guard let tensor = file.tensors.first(where: { $0.name == name }),
                tensor.values.count == weight.parameter.shape.sampleCount
            else { throw .damaged("'\(name)'") }
            network.set(weight, to: Planes(shape: weight.parameter.shape, samples: tensor.values))
        }
    }
}

/// Why a training cannot go on.
public enum CheckpointError: Error, Hashable, Sendable {
    case file(TensorFileError)
    /// A model, or another tool's file.
    case noTraining
    /// What is missing or makes no sense.
    case damaged(String)
    /// Not all of it is as it was written.
    case changed
    /// It belongs to a training that was asked for in other words; the text says which.
    case other(String)

    public func message(for file: String) -> String {
        switch self {
        case .file(let error): error.message(for: file)
        case .noTraining: "\(file): holds no training to go on with"
        case .damaged(let what): "\(file): damaged: \(what) is missing or makes no sense; start anew without --resume"
        case .changed:
            "\(file): damaged: its checksum is not that of what it holds; start anew without --resume"
        case .other(let difference):
            "\(file): belongs to another training (\(difference)); give the same options, or start anew without --resume"
        }
    }
}

extension Network {
    /// All weights, as a model file holds them.
    public func tensors(prefix: String = "") -> [Tensor] {
        weights.map { weight in
            let planes = value(of: weight)
            return Tensor(
                name: prefix + weight.name, dimensions: weight.parameter.tensorDimensions,
                values: Array(planes.samples))
        }
    }
}

extension Parameter {
    /// o·i·h·w of kernels, however many of them are 1; a bias and what else goes by channels is a list.
    fileprivate var tensorDimensions: [Int] {
        if !decays, shape.count == 1, shape.height == 1, shape.width == 1 { return [shape.channels] }
        return [shape.count, shape.channels, shape.height, shape.width]
    }
}
