import Learning

/// The line that moves while a training goes on, and the one that stays for each epoch.
struct TrainingProgress {
    private let terminal: Terminal
    private let epochs: Int
    private let stepsPerEpoch: Int
    private let examples: Int
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private let stepsBefore: Int
    private var stepsDone: Int
    private var epochStart: ContinuousClock.Instant
    private var stepsAtEpochStart: Int
    private var shown: ContinuousClock.Instant
    private var savedAt: ContinuousClock.Instant
    private var isLineOpen = false
    private(set) var lastEpochSeconds = 0.0
    private(set) var lastEpochRate = 0.0
    private(set) var bestRate = 0.0

    init(terminal: Terminal, epochs: Int, stepsPerEpoch: Int, examples: Int, stepsDone: Int) {
        self.terminal = terminal
        self.epochs = epochs
        self.stepsPerEpoch = stepsPerEpoch
        self.examples = examples
        self.stepsDone = stepsDone
        stepsBefore = stepsDone
        stepsAtEpochStart = stepsDone
        start = clock.now
        epochStart = start
        shown = start
        savedAt = start
    }

    var seconds: Double { start.duration(to: clock.now).seconds }

    var secondsSinceSaved: Double { savedAt.duration(to: clock.now).seconds }

    mutating func saved() { savedAt = clock.now }

    /// After a step: on a terminal, ten times a second.
    mutating func show(_ state: TrainingState) {
        stepsDone += 1
        guard terminal.showsBars, shown.duration(to: clock.now) > .milliseconds(100) else { return }
        shown = clock.now
        let rate =
            Double((stepsDone - stepsAtEpochStart) * examples / max(1, stepsPerEpoch))
            / max(1e-9, epochStart.duration(to: clock.now).seconds)
        let left = Double(epochs * stepsPerEpoch - stepsDone) * seconds / Double(max(1, stepsDone - stepsBefore))
        var line =
            "epoch \(state.epoch + 1)/\(epochs)  \(100 * state.step / stepsPerEpoch) %  loss \(NumberText.short(state.sum.mean))"
        if state.sum.correct > 0 { line += "  \(NumberText.percent(state.sum.accuracy)) right" }
        line += "  \(Int(rate)) images/s  \(ProgressBar.clock(left)) left"
        terminal.showBar(line)
        isLineOpen = true
    }

    mutating func clear() {
        if isLineOpen { terminal.showBar("") }
        isLineOpen = false
    }

    /// After the last step of an epoch: what follows is measuring, and does not count as learning.
    mutating func endSteps() {
        stepsDone += 1
        lastEpochSeconds = epochStart.duration(to: clock.now).seconds
    }

    /// After an epoch: a line that stays.
    mutating func close(_ report: EpochReport) {
        clear()
        lastEpochRate =
            Double((stepsDone - stepsAtEpochStart) * examples / max(1, stepsPerEpoch)) / max(1e-9, lastEpochSeconds)
        bestRate = max(bestRate, lastEpochRate)
        var line = "epoch \(report.epoch)/\(epochs)  loss \(NumberText.short(report.loss))"
        if let accuracy = report.accuracy { line += ", \(NumberText.percent(accuracy)) right" }
        if let loss = report.validationLoss {
            line += "  validation \(NumberText.short(loss))"
            if let accuracy = report.validationAccuracy { line += ", \(NumberText.percent(accuracy)) right" }
            if report.isBest { line += ", best so far" }
        }
        line += "  \(Int(lastEpochRate)) images/s  \(ProgressBar.clock(lastEpochSeconds))"
        terminal.talk(line)
        epochStart = clock.now
        stepsAtEpochStart = stepsDone
    }
}
