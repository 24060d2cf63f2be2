import Arguments
import Learning
import Pixels

/// `--mistakes`: which pictures were got wrong.
extension Eval {
    /// What can be known to go wrong before anything is measured.
    func checkTable(_ path: String, of trained: TrainedModel) throws {
        guard path.lowercased().hasSuffix(".csv") else {
            throw ArgumentError.refused("--mistakes writes a table to FILE.csv, not to '\(path)'")
        }
        guard !trained.model.classes.isEmpty, trained.network.output.size == Size(1) else {
            let what = trained.model.classes.isEmpty ? "makes pictures" : "tells a class for each pixel"
            throw ArgumentError.refused(
                "--mistakes is of pictures that have one class each, and \(model) \(what); leave it out")
        }
        var folders = OutputPlan.FolderCache(makesMissing: false)
        _ = try folders.resolved(folderOf: path)
        if let facts = FileFacts(path) {
            if facts.kind == .directory { throw OutputError.isDirectory(output: path) }
            // The lists of the examples end in .csv as well.
            let lists = ["train", "val", "valid", "validation", "test"].map { "\(data)/\($0).csv" }
            for read in [data] + lists where FileFacts(read)?.identity == facts.identity {
                throw OutputError.overwritesInput(output: path, input: read)
            }
            if !force { throw OutputError.exists(output: path, others: 0) }
        }
        Interruption.cleansUp()
        try WholeFile.check(path)
    }
}

/// A line of CSV for each picture that was got wrong, those first of which the net was surest.
struct MistakeTable {
    struct Row {
        let mistake: Mistake
        /// Where the picture lies in the data.
        let part: String
        let index: Int
        /// Empty where many pictures came in one file.
        let path: String

        init(_ mistake: Mistake, in measured: Eval.Measured) {
            self.mistake = mistake
            part = measured.part
            index = measured.indices?[mistake.index] ?? mistake.index
            path = measured.set.names.isEmpty ? "" : measured.set.names[index]
        }
    }

    private let rows: [Row]
    private let classes: [String]

    init(_ rows: [Row], _ classes: [String]) {
        // In the order of the data where it was equally sure.
        self.rows = rows.enumerated()
            .sorted { ($1.element.mistake.probability, $0.offset) < ($0.element.mistake.probability, $1.offset) }
            .map(\.element)
        self.classes = classes
    }

    func write(to path: String, replacing: Bool) throws {
        let lines = ["path,part,index,wanted,found,probability,wanted_probability"] + rows.map(line)
        try WholeFile.save(Array((lines.joined(separator: "\n") + "\n").utf8), to: path, replacing: replacing)
    }

    private func line(_ row: Row) -> String {
        let mistake = row.mistake
        return [
            Predict.quoted(row.path), row.part, "\(row.index)", Predict.quoted(classes[mistake.wanted]),
            Predict.quoted(classes[mistake.found]), "\(mistake.probability)", "\(mistake.wantedProbability)",
        ].joined(separator: ",")
    }
}
