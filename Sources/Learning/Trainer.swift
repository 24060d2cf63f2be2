import Pixels

/// How long a training goes on, and from what chance.
public struct TrainingSettings: Hashable, Sendable {
    public var epochs: Int
    /// Pictures in a batch.
    public var batch: Int
    public var schedule: Schedule
    public var seed: UInt64
    /// Epochs without a better validation after which it ends; nil for never.
    public var patience: Int?

    public init(epochs: Int, batch: Int, schedule: Schedule, seed: UInt64, patience: Int? = nil) {
        self.epochs = epochs
        self.batch = batch
        self.schedule = schedule
        self.seed = seed
        self.patience = patience
    }
}

/// What became of one epoch.
public struct EpochReport: Hashable, Sendable {
    /// Counted from 1.
    public var epoch: Int
    public var loss: Double
    /// Of what was classified while learning; nil where there are no classes.
    public var accuracy: Double?
    public var validationLoss: Double?
    public var validationAccuracy: Double?
    /// Of the last step.
    public var rate: Double
    /// Whether no epoch before was better.
    public var isBest: Bool
}

/// A network on its way through epochs of shuffled batches. What it does next depends on `state` alone, so that a
/// training may stop after any step and go on from what was saved.
public final class Trainer<Source: BatchSource> {
    public let learner: Learner
    public let settings: TrainingSettings
    public private(set) var state = TrainingState()
    private let training: Source
    private let validation: Source?
    private let evaluator: Evaluator
    private let batches: Batches
    private var order: [Int] = []
    private var lastRate = 0.0
    private var orderedEpoch = -1
    /// The weights it began with.
    private var start: Network

    /// A loss that is so large, and so many times the first one, does not come back.
    private static var leastRunaway: Double { 1e4 }
    private static var runawayGrowth: Double { 100 }

    public init(_ learner: Learner, training: Source, validation: Source?, settings: TrainingSettings) {
        self.learner = learner
        self.training = training
        self.validation = validation
        self.settings = settings
        start = learner.network
        batches = Batches(of: Array(0..<training.count), size: settings.batch, seed: settings.seed)
        evaluator = Evaluator(learner.network, loss: learner.loss, machine: learner.machine)
    }

    public var stepsPerEpoch: Int { batches.count }

    public var isDone: Bool {
        if state.epoch >= settings.epochs { return true }
        guard let patience = settings.patience, validation != nil else { return false }
        return state.epochsSinceBest >= patience
    }

    /// One batch; true where it was the last of an epoch, which is then to be closed.
    public func step() throws -> Bool {
        if orderedEpoch != state.epoch {
            order = batches.order(inEpoch: state.epoch)
            orderedEpoch = state.epoch
        }
        let first = state.step * batches.size
        let pictures = Array(order[first..<min(first + batches.size, order.count)])
        let rate = settings.schedule.rate(
            at: learner.steps, of: stepsPerEpoch * settings.epochs, stepsPerEpoch: stepsPerEpoch,
            setbacks: state.setbacks)
        let sum = try learner.step(training, pictures, pass: state.epoch, rate: rate, seed: settings.seed)
        state.sum += sum
        state.step += 1
        lastRate = rate
        state.firstLoss = state.firstLoss ?? sum.mean
        if let first = runaway(sum) {
            throw TrainingError.runaway(loss: sum.mean, first: first, number: learner.steps)
        }
        return state.step == stepsPerEpoch
    }

    /// The first loss, where this one is out of all proportion to it, and to what nothing at all would have cost.
    private func runaway(_ sum: LossSum) -> Double? {
        guard let first = state.firstLoss else { return nil }
        let most = max(Self.leastRunaway, Self.runawayGrowth * max(first, sum.meanIdle))
        return sum.mean > most || !sum.loss.isFinite ? first : nil
    }

    /// After the last step of an epoch: measures, and tells what became of it.
    public func closeEpoch() throws -> EpochReport {
        let hasClasses = learner.loss.isForClasses
        var report = EpochReport(
            epoch: state.epoch + 1, loss: state.sum.mean, accuracy: hasClasses ? state.sum.accuracy : nil,
            rate: lastRate,
            isBest: false)
        if let validation {
            let found = try evaluator.evaluate(learner.network, on: validation)
            guard found.sum.loss.isFinite else {
                throw TrainingError.notANumber("the loss of the validation", number: learner.steps)
            }
            if let first = runaway(found.sum) {
                throw TrainingError.runaway(loss: found.sum.mean, first: first, number: learner.steps)
            }
            report.validationLoss = found.sum.mean
            report.validationAccuracy = hasClasses ? found.sum.accuracy : nil
        }
        report.isBest = state.close(report, learner.network, plateau: plateauPatience)
        return report
    }

    private var plateauPatience: Int? {
        if case .plateau(let patience, _) = settings.schedule.course { patience } else { nil }
    }

    /// The weights of the best epoch; without a validation those of the last step.
    public var best: Network { (validation == nil ? nil : state.best) ?? learner.network }

    /// What is left when the training fails: the weights of the best epoch, or where none was good those it began with.
    public func lastGood() throws -> (network: Network, epoch: Int?) {
        // An epoch's loss is that of the weights before each of its steps: those behind the last may have run away already.
        guard let best = state.best,
            runaway(try evaluator.evaluate(best, on: validation ?? training).sum) == nil
        else { return (start, nil) }
        return (best, state.reports.last(where: \.isBest)?.epoch)
    }

    /// Takes up where another stopped, whose weights the learner has.
    func begin(at state: TrainingState) {
        self.state = state
        start = learner.network
    }
}

/// Where a training is.
public struct TrainingState: Sendable {
    /// Whole epochs done, and steps done of the next.
    public var epoch = 0
    public var step = 0
    /// The losses of the epoch that is under way.
    public var sum = LossSum()
    /// The loss of the first step of all.
    public var firstLoss: Double?
    public var reports: [EpochReport] = []
    /// The weights of the epoch that the validation liked best.
    public var best: Network?
    /// How often the validation stayed behind for longer than a plateau's patience, and since how many epochs it does.
    public var setbacks = 0
    public var epochsOnPlateau = 0

    public var epochsSinceBest: Int { reports.reversed().prefix { !$0.isBest }.count }

    /// Takes in an epoch; says whether it is the best so far.
    fileprivate mutating func close(_ report: EpochReport, _ network: Network, plateau: Int?) -> Bool {
        var report = report
        report.isBest = reports.allSatisfy { report.isBetter(than: $0) }
        if report.isBest {
            best = network
            epochsOnPlateau = 0
        } else {
            epochsOnPlateau += 1
            if let plateau, epochsOnPlateau > plateau {
                setbacks += 1
                epochsOnPlateau = 0
            }
        }
        reports.append(report)
        epoch += 1
        step = 0
        sum = LossSum()
        return report.isBest
    }
}

extension EpochReport {
    /// By what the validation says, as far as there is one: more right, or as many with a smaller loss.
    fileprivate func isBetter(than other: EpochReport) -> Bool {
        let (own, others) = (validationAccuracy ?? 0, other.validationAccuracy ?? 0)
        if own != others { return own > others }
        return (validationLoss ?? loss) < (other.validationLoss ?? other.loss)
    }
}
