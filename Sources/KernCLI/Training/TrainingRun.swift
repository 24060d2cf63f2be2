import Arguments
import Codecs
import Convolution
import Learning
import Pixels
import Programs
import Tensors

/// A training from its first step to its model file, with what is said on the way.
struct TrainingRun {
    let setup: TrainingSetup
    let options: TrainingOptions
    let program: String
    let output: String
    let mayReplace: Bool
    let machine: Machine
    let limits: Limits
    let printsJSON: Bool
    let terminal: Terminal

    /// Seconds between checkpoints within an epoch.
    private static let checkpointInterval = 20.0

    private var checkpointPath: String { output + ".checkpoint" }

    func run() throws -> ExitStatus {
        let learner = try Learner(
            setup.network, optimiser: options.optimiser, loss: setup.loss, classWeights: setup.classWeights,
            clip: options.clip, machine: machine)
        let trainer = Trainer(
            learner, training: setup.training, validation: setup.validation,
            settings: TrainingSettings(
                epochs: setup.epochs, batch: setup.batch, schedule: options.schedule, seed: options.seed,
                patience: options.patience))
        if options.resumes {
            try resume(trainer)
        } else if options.keepsCheckpoint, FileFacts(checkpointPath)?.kind == .file {
            terminal.talk(
                "kern train: note: \(checkpointPath) of an earlier training will be replaced; --resume goes on from it")
        }
        for note in setup.notes { terminal.talk("kern train: \(note)") }
        terminal.talk(introduction)
        var progress = TrainingProgress(
            terminal: terminal, epochs: setup.epochs, stepsPerEpoch: trainer.stepsPerEpoch,
            examples: setup.training.count, stepsDone: trainer.learner.steps)
        var log = try options.log.map {
            try TrainingLog(
                path: $0, mayReplace: mayReplace || options.resumes, reports: trainer.state.reports)
        }
        var isKept = options.resumes
        sayOnInterruption(isKept: isKept)
        func keep() throws {
            try save(trainer)
            progress.saved()
            if !isKept, options.keepsCheckpoint {
                isKept = true
                sayOnInterruption(isKept: true)
            }
        }
        do {
            while !trainer.isDone {
                if try trainer.step() {
                    progress.endSteps()
                    let report = try trainer.closeEpoch()
                    progress.close(report)
                    try log?.add(report, seconds: progress.lastEpochSeconds, rate: progress.lastEpochRate)
                    try keep()
                } else {
                    progress.show(trainer.state)
                    if progress.secondsSinceSaved > Self.checkpointInterval { try keep() }
                }
            }
        } catch let error as TrainingError {
            progress.clear()
            return try stop(trainer, error)
        }
        try write(trainer.best, of: trainer)
        try finish(trainer, progress)
        Interruption.says(nil)
        if options.keepsCheckpoint { WholeFile.remove(checkpointPath) }
        return .ok
    }

    private var introduction: String {
        let network = setup.network
        let kinds = setup.model.classes.isEmpty ? "" : ", \(setup.model.classes.count) classes"
        let aside = setup.validation.map { ", \($0.count) to measure with" } ?? ""
        return "\(network.learnedCount) weights to learn from \(setup.training.count) examples of \(network.input)"
            + "\(kinds)\(aside)"
    }

    // MARK: Files

    /// What makes two trainings the same one.
    private var purpose: TrainingPurpose {
        let classes = setup.model.classes.isEmpty ? "" : " in classes \(setup.model.classes.joined(separator: ","))"
        var parts = [
            TrainingPurpose.Part("program", program),
            TrainingPurpose.Part("set of examples", "\(setup.training.count) of \(setup.network.input)\(classes)"),
            TrainingPurpose.Part("examples' checksum", setup.checksum),
            TrainingPurpose.Part(TrainingOptions.epochs.flag, "\(setup.epochs)"),
            TrainingPurpose.Part(TrainingOptions.batch.flag, "\(setup.batch)"),
            TrainingPurpose.Part(TrainingOptions.seed.flag, "\(options.seed)"),
        ]
        parts += options.course.map { TrainingPurpose.Part($0.flag, $0.words) }
        return TrainingPurpose(parts)
    }

    private func save(_ trainer: Trainer<ExampleBatches>) throws {
        guard options.keepsCheckpoint else { return }
        let checkpoint = Checkpoint(trainer, model: setup.model, purpose: purpose)
        try WholeFile.save(checkpoint.file.bytes(), to: checkpointPath, replacing: true)
    }

    /// - Parameter isKept: whether there is a checkpoint of this training.
    private func sayOnInterruption(isKept: Bool) {
        if terminal.isQuiet { return }
        let what =
            isKept
            ? "the same command with --resume goes on from \(checkpointPath)"
            : options.keepsCheckpoint
                ? "nothing is kept, as there was no checkpoint yet"
                : "nothing is kept, as --no-checkpoint asks for none"
        // Where a line moves, the sentence has one of its own.
        Interruption.says((terminal.showsBars ? "\n" : "") + "kern train: stopped; \(what)")
    }

    private func resume(_ trainer: Trainer<ExampleBatches>) throws {
        let bytes: [UInt8]
        do {
            bytes = try FileBytes.read(checkpointPath, atMost: Checkpoint.mostBytes)
        } catch {
            // What is finished has a model, and no checkpoint any more.
            let isFinished = FileFacts(checkpointPath) == nil && (try? Model(path: output)) != nil
            throw Complaint(
                "there is no training to go on with: "
                    + (isFinished
                        ? "that of \(output) is finished; \(wayOn)"
                        : "\(checkpointPath) cannot be read; without --resume a new one starts"),
                status: .failed)
        }
        do {
            try Checkpoint(parsing: bytes).restore(trainer, purpose: purpose)
        } catch {
            var sentence = error.message(for: checkpointPath)
            if case .other(let difference) = error, difference.contains("its \(TrainingOptions.epochs.flag) is") {
                sentence += "; for more epochs let it end as it began, and \(wayOn)"
            }
            throw Complaint(sentence, status: .failed)
        }
    }

    /// How more is learned after the end.
    private var wayOn: String { "'kern train \(output) …' with another -o goes on from the model" }

    private func write(_ network: Network, of trainer: Trainer<ExampleBatches>) throws {
        var model = setup.model
        model.weights = network.tensors()
        model.history = JSON.array(trainer.state.reports.map(\.json)).text
        try WholeFile.save(model.bytes(), to: output, replacing: mayReplace)
        if let chart = options.chart {
            try TrainingChart(trainer.state.reports).write(to: chart, replacing: mayReplace)
        }
    }

    // MARK: The end

    private func finish(_ trainer: Trainer<ExampleBatches>, _ progress: TrainingProgress) throws {
        var test: Evaluation?
        if let own = setup.test {
            test = try Evaluator(trainer.best, loss: setup.loss, machine: machine).evaluate(trainer.best, on: own)
        }
        let best = trainer.state.reports.last(where: \.isBest)
        let scores = try setup.boxedTest.flatMap { pictures in
            try Detector(trainer.best, maxMemory: limits.maxMemory, threads: machine.threads)?.scores(
                on: pictures, limits: limits, machine: machine)
        }
        if printsJSON {
            terminal.print(json(trainer, test, scores, progress).text)
            return
        }
        // Of masks every pixel has a class.
        let counted = trainer.best.output.size == Size(1) ? "test examples" : "pixels of test pictures"
        var parts: [String] = []
        if setup.validation != nil, let best { parts.append("the weights of epoch \(best.epoch)") }
        if let test {
            parts.append(
                setup.loss.isForClasses
                    ? "\(NumberText.percent(test.sum.accuracy)) of \(test.sum.count) \(counted) right"
                    : "test loss \(NumberText.short(test.sum.mean))")
        }
        if let scores {
            parts.append(
                "mean AP50 \(NumberText.percent(scores.meanAveragePrecision(at: 0))) of \(scores.wanted.reduce(0, +)) things "
                    + "in \(scores.pictures) test pictures")
        }
        terminal.print("\(output): " + (parts.isEmpty ? "written" : parts.joined(separator: ", ")))
    }

    private func json(
        _ trainer: Trainer<ExampleBatches>, _ test: Evaluation?, _ scores: DetectionScores?,
        _ progress: TrainingProgress
    ) -> JSON {
        var members: [JSON.Member] = [
            .init(key: "model", value: .string(output)),
            .init(key: "weights", value: .integer(setup.network.learnedCount)),
            .init(key: "examples", value: .integer(setup.training.count)),
            .init(key: "classes", value: .array(setup.model.classes.map(JSON.string))),
            .init(key: "epochs", value: .array(trainer.state.reports.map(\.json))),
            .init(key: "seconds", value: .number(progress.seconds)),
            .init(key: "images_per_second", value: .number(progress.bestRate)),
        ]
        if let test {
            members.append(.init(key: "test_loss", value: .number(test.sum.mean)))
            if setup.loss.isForClasses {
                members.append(.init(key: "test_accuracy", value: .number(test.sum.accuracy)))
            }
        }
        if let scores {
            members.append(.init(key: "test_map50", value: .number(scores.meanAveragePrecision(at: 0))))
            members.append(.init(key: "test_map", value: .number(scores.meanAveragePrecision)))
        }
        return .object(members)
    }

    /// It leads nowhere: the last good weights are kept.
    private func stop(_ trainer: Trainer<ExampleBatches>, _ error: TrainingError) throws -> ExitStatus {
        let good = try trainer.lastGood()
        try write(good.network, of: trainer)
        let kept =
            good.epoch.map { "the last good weights, those of epoch \($0), are in \(output)" }
            ?? "there is no good epoch to go back to, and \(output) holds the weights it began with"
        terminal.complain("\(error.sentence); \(kept). A smaller --rate, --warmup or --clip may help", as: "kern train")
        return .failed
    }
}

extension TrainingError {
    fileprivate var sentence: String {
        switch self {
        case .notANumber(let what, let number): "the training diverged at step \(number): \(what) is no number any more"
        case .runaway(let loss, let first, let number):
            "the training diverged at step \(number): its loss is \(NumberText.short(loss)), and was \(NumberText.short(first)) at first"
        }
    }
}
