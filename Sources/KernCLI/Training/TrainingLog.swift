import Learning

/// `--log`: a line of CSV for each epoch, written anew whenever one is done, so that it is always whole. Before that there is no
/// file, which would stand in the way of the next training if this one is stopped.
struct TrainingLog {
    private let path: String
    private var mayReplace: Bool
    private var lines = ["epoch,loss,accuracy,validation_loss,validation_accuracy,rate,seconds,images_per_second"]

    /// - Parameter reports: epochs of a training that goes on; how long they took is not known any more.
    init(path: String, mayReplace: Bool, reports: [EpochReport]) throws {
        self.path = path
        self.mayReplace = mayReplace
        if reports.isEmpty { return }
        for report in reports { lines.append(Self.line(report, seconds: nil, rate: nil)) }
        try write()
    }

    mutating func add(_ report: EpochReport, seconds: Double, rate: Double) throws {
        lines.append(Self.line(report, seconds: seconds, rate: rate))
        try write()
    }

    private mutating func write() throws {
        try WholeFile.save(Array((lines.joined(separator: "\n") + "\n").utf8), to: path, replacing: mayReplace)
        mayReplace = true
    }

    private static func line(_ report: EpochReport, seconds: Double?, rate: Double?) -> String {
        func text(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
        return [
            "\(report.epoch)", text(report.loss), text(report.accuracy), text(report.validationLoss),
            text(report.validationAccuracy), text(report.rate), seconds.map { NumberText.fixed($0, places: 3) } ?? "",
            rate.map { NumberText.fixed($0, places: 1) } ?? "",
        ].joined(separator: ",")
    }
}
