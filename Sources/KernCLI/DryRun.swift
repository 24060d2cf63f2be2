/// What a batch would read and write, for `apply --dry-run`.
struct DryRun {
    private let plan: OutputPlan
    private let tally: BatchTally
    private let saved: SavedProgram?
    private let printsJSON: Bool

    init(_ plan: OutputPlan, _ tally: BatchTally, saved: SavedProgram?, printsJSON: Bool) {
        self.plan = plan
        self.tally = tally
        self.saved = saved
        self.printsJSON = printsJSON
    }

    func tell(_ terminal: Terminal) -> ExitStatus {
        var troubles = tally.troubles
        for job in plan.jobs where job.input != "-" && FileFacts(job.input) == nil {
            troubles.append(OutputError.missingInput(job.input).sentence)
        }
        for sentence in troubles { terminal.complain(sentence, as: "kern apply") }
        if printsJSON {
            for job in plan.jobs {
                let line: JSON = ["input": .string(job.input), "output": .string(job.output)]
                terminal.print(line.text)
            }
        } else {
            if let saved { terminal.print("would save the program as \(saved.path)") }
            for folder in plan.missingFolders { terminal.print("would make the folder \(folder)/") }
            for job in plan.jobs { terminal.print("\(job.input) → \(job.output)\(replaces(job))") }
        }
        if let clauses = tally.clauses(made: plan.jobs.count, overtaken: 0) {
            terminal.talk("kern apply: dry run, nothing was read or written; it would be: \(clauses)")
        }
        return troubles.isEmpty ? .ok : .failed
    }

    private func replaces(_ job: OutputPlan.Job) -> String {
        if case .file(let path) = job.target, FileFacts(path) != nil { " (replaced)" } else { "" }
    }
}
