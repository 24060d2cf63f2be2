/// What is said about the pictures of a batch, and what the process ends with.
struct BatchReport {
    private let count: Int
    private let terminal: Terminal
    private let tally: BatchTally
    private var failed: [String] = []
    private var statuses: [ExitStatus] = []
    private var overtaken = 0
    private var notes = 0
    private let tellsAll: Bool
    /// Notes that are told one by one; the rest are counted.
    private static let mostNotes = 10
    /// Whether anything was said since the first failure, so that it has to be named again.
    private var hasMovedOn = false

    init(count: Int, tally: BatchTally, tellsAll: Bool, terminal: Terminal) {
        self.tellsAll = tellsAll
        self.count = count
        self.tally = tally
        self.terminal = terminal
        for sentence in tally.troubles {
            terminal.complain(sentence, as: "kern apply")
            statuses.append(.failed)
        }
    }

    mutating func tell(_ outcome: PictureOutcome) {
        for line in outcome.lines {
            if !failed.isEmpty { hasMovedOn = true }
            switch line {
            case .talk(let text): terminal.talk(text)
            case .note(let text):
                notes += 1
                if tellsAll || notes <= BatchReport.mostNotes { terminal.talk(text) }
            case .result(let text): terminal.print(text)
            case .complaint(let text): terminal.complain(text, as: "kern apply")
            }
        }
        if outcome.wasThere { overtaken += 1 }
        guard let failure = outcome.failure else { return }
        failed.append(outcome.input)
        statuses.append(failure)
    }

    /// The summary, behind the last picture.
    func finish() -> ExitStatus {
        if notes > BatchReport.mostNotes, !tellsAll {
            terminal.talk(
                "kern apply: \(notes - BatchReport.mostNotes) more results were clipped; --verbose names them")
        }
        if hasMovedOn, count > 1 {
            terminal.talk("kern apply: these pictures failed:")
            for name in failed { terminal.talk("  \(name)") }
        }
        let clauses = tally.clauses(made: count - failed.count - overtaken, overtaken: overtaken)
        let failures = count > 1 && !failed.isEmpty ? "\(failed.count) of \(count) pictures failed" : nil
        let summary = [clauses, failures].compactMap { $0 }.joined(separator: "; ")
        if !summary.isEmpty { terminal.talk("kern apply: \(summary)") }
        if statuses.isEmpty { return .ok }
        // Where nothing else was wrong than what was asked for, that is what the status says.
        return failed.count == count && statuses.allSatisfy { $0 == .misuse } ? .misuse : .failed
    }
}

/// What became of the inputs before the first picture was read.
struct BatchTally {
    /// Words and folders that came to nothing.
    let troubles: [String]
    /// Whether folders or patterns were searched: then the user has not seen how many pictures there are.
    private let hasSearched: Bool
    private let skipped: Int
    private let elsewhere: Int
    private let passedOver: Int
    private let unsearched: Int

    init(_ search: InputSearch, _ plan: OutputPlan) {
        troubles = search.troubles
        hasSearched = search.hasSearched
        skipped = plan.skipped
        elsewhere = plan.elsewhere
        passedOver = search.passedOver
        unsearched = search.unsearched
    }

    /// `12 pictures made, 3 skipped because they exist`, or nil where there is nothing the user does not know.
    func clauses(made: Int, overtaken: Int) -> String? {
        let skipped = skipped + overtaken
        guard hasSearched || skipped + elsewhere > 0 else { return nil }
        var clauses = [made == 1 ? "1 picture made" : "\(made) pictures made"]
        if skipped > 0 { clauses.append("\(skipped) skipped because the result exists") }
        if elsewhere > 0 { clauses.append("\(elsewhere) left to other shards") }
        if passedOver > 0 {
            clauses.append(passedOver == 1 ? "1 file that is no picture" : "\(passedOver) files that are no pictures")
            clauses[clauses.count - 1] += " passed over"
        }
        if unsearched > 0 {
            clauses.append(unsearched == 1 ? "1 folder not searched" : "\(unsearched) folders not searched")
            clauses[clauses.count - 1] += " (--recursive)"
        }
        return clauses.joined(separator: ", ")
    }
}
