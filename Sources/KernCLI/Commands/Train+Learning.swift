import Arguments
import Codecs
import Convolution
import Learning
import Programs

/// What is not solved for is trained, by gradient.
extension Train {
    func train(_ text: ProgramText, _ terminal: Terminal) throws -> ExitStatus {
        guard let output else {
            throw ArgumentError.refused("a net that is trained needs a file to go to: -o NAME.safetensors")
        }
        try checkName(Model.suffix, "what is trained by gradient")
        for (isGiven, flag) in [
            (colour == .mix, Train.colour.flag), (hasBias, Train.bias.flag), (ridge > 0, Train.ridge.flag),
            (symmetry != nil, Train.symmetric.flag), (sum != nil, Train.sum.flag), (isSeparable, Train.separable.flag),
            (isLinear, Train.linear.flag),
        ] where isGiven {
            throw ArgumentError.refused("\(flag) is for a single convolution, which is solved for; this is trained")
        }
        if !training.resumes, !force, FileFacts(output) != nil { throw OutputError.exists(output: output, others: 0) }
        var folders = OutputPlan.FolderCache(makesMissing: false)
        let written = [output, training.log, training.chart].compactMap(\.self)
        if Set(written).count < written.count {
            throw ArgumentError.refused("-o, --log and --chart are files of their own; give each another name")
        }
        for path in [output, training.log].compactMap(\.self) { _ = try folders.resolved(folderOf: path) }
        if let log = training.log, !training.resumes, !force, FileFacts(log)?.kind == .file {
            throw OutputError.exists(output: log, others: 0)
        }
        if let chart = training.chart { try TrainingChart.check(chart, mayReplace: force || training.resumes) }
        Interruption.cleansUp()
        // Checkpoint and model are written beside each other.
        for path in written { try WholeFile.check(path) }
        let machine = try engine.machine()
        let setup = try TrainingSetup(
            program: text, options: training, machine: machine, limits: engine.limits, read: examples)
        return try TrainingRun(
            setup: setup, options: training, program: text.text, output: output,
            mayReplace: force || training.resumes, machine: machine, limits: engine.limits, printsJSON: printsJSON,
            terminal: terminal
        ).run()
    }

    private func examples(_ options: DataOptions) throws -> DataSets {
        if let data = training.data {
            if !before.isEmpty {
                throw ArgumentError.refused("--data and --before are two ways to give examples; choose one")
            }
            var sets = try DataSets(path: data, options: options, model: program)
            if case .folder(let path)? = training.validation {
                try sets.readValidation(path: path, options: options)
            }
            return sets
        }
        if options.detector != nil {
            throw ArgumentError.refused(
                "a detector learns from pictures and the boxes of what is in them: give --data PLACE")
        }
        if before.isEmpty, after.isEmpty {
            throw ArgumentError.refused("there is nothing to learn from: give --data DIR, or --before and --after")
        }
        let pairs = try pairs()
        var sets = try DataSets(pairs, options: options)
        if let note = shiftNote(pairs.pairs[0], options.machine) { sets.notes.append(note) }
        return sets
    }

    /// The pictures of --before and --after.
    func pairs() throws -> PicturePairs {
        func times(_ count: Int) -> String { count == 1 ? "once" : "\(count) times" }
        guard !before.isEmpty, !after.isEmpty else {
            let missing = before.isEmpty ? "--before" : "--after"
            throw Complaint("a kernel is learned from pictures before and after it; \(missing) is missing")
        }
        guard before.count == after.count else {
            throw Complaint(
                "--before is given \(times(before.count)) and --after \(times(after.count)); "
                    + "each picture before belongs to one after")
        }
        return try PicturePairs(before: before, after: after)
    }
}
