/// What a shell may offer for the word under the cursor.
package struct Candidates: Hashable, Sendable {
    package struct Candidate: Hashable, Sendable {
        package var word: String
        package var says: String

        package init(_ word: String, says: String = "") {
            self.word = word
            self.says = says
        }
    }

    package var words: [Candidate] = []
    /// Whether file names are to be offered as well.
    package var files = false
}

extension ToolSpec {
    /// Candidates for `words[index]`; `words[0]` is the tool, and words after the cursor count too.
    ///
    /// `dynamic` answers for `Completion.dynamic`: its first argument is that case's text, its second what is typed.
    package func candidates(
        at index: Int, of words: [String], dynamic: (_ list: String, _ typed: String) -> [Candidates.Candidate]
    ) -> Candidates {
        let typed = index < words.count ? words[index] : ""
        let before = words.prefix(index).dropFirst()
        guard let first = before.first else {
            return starting(with: typed, commandCandidates + ToolSpec.options.map(\.candidate))
        }
        if first == "help" || first == "--man" { return starting(with: typed, commandCandidates) }
        if first == "--completions" {
            return starting(with: typed, ["bash", "zsh", "fish"].map { Candidates.Candidate($0) })
        }
        guard let command = command(named: first) else { return Candidates() }
        return command.candidates(after: before.dropFirst(), typed: typed, dynamic: dynamic)
    }

    private var commandCandidates: [Candidates.Candidate] {
        commands.map { Candidates.Candidate($0.name, says: $0.summary) }
    }
}

extension CommandSpec {
    fileprivate func candidates(
        after before: ArraySlice<String>, typed: String,
        dynamic: (_ list: String, _ typed: String) -> [Candidates.Candidate]
    ) -> Candidates {
        var place = 0
        var awaiting: Option?
        for word in before {
            if awaiting != nil {
                awaiting = nil
            } else if word.hasPrefix("-"), word != "-", Double(word) == nil {
                awaiting = allOptions.first { $0.takesValue && ($0.flag == word || $0.short.map { "-\($0)" } == word) }
            } else {
                place += 1
            }
        }
        if let awaiting { return offers(awaiting.completion, typed: typed, dynamic: dynamic) }
        if typed.hasPrefix("--"), let equals = typed.firstIndex(of: "=") {
            guard let option = allOptions.first(where: { $0.flag == typed[..<equals] }) else { return Candidates() }
            var offered = offers(option.completion, typed: String(typed[equals...].dropFirst()), dynamic: dynamic)
            for i in offered.words.indices { offered.words[i].word = "\(option.flag)=\(offered.words[i].word)" }
            return offered
        }
        if typed.hasPrefix("-"), typed != "-" { return starting(with: typed, allOptions.map(\.candidate)) }
        guard let last = positionals.last else { return Candidates() }
        if place >= positionals.count, last.arity == .one || last.arity == .optional { return Candidates() }
        let positional = place < positionals.count ? positionals[place] : last
        return offers(positional.completion, typed: typed, dynamic: dynamic)
    }

    private func offers(
        _ completion: Completion, typed: String,
        dynamic: (_ list: String, _ typed: String) -> [Candidates.Candidate]
    ) -> Candidates {
        switch completion {
        case .nothing: Candidates()
        case .file: Candidates(files: true)
        case .words(let words): starting(with: typed, words.map { Candidates.Candidate($0) })
        case .dynamic(let list): Candidates(words: dynamic(list, typed), files: typed.contains("/"))
        }
    }
}

extension Option {
    fileprivate var candidate: Candidates.Candidate { Candidates.Candidate(flag, says: help.firstClause) }
}

extension String {
    /// What fits beside a word in a shell's list: up to the first `.`, `:` or `;` that a space follows.
    fileprivate var firstClause: String {
        var clause = ""
        for (character, next) in zip(self, dropFirst() + " ") {
            if ".:;".contains(character), next == " " { break }
            clause.append(character)
        }
        return clause
    }
}

private func starting(with typed: String, _ candidates: [Candidates.Candidate]) -> Candidates {
    Candidates(words: candidates.filter { $0.word.hasPrefix(typed) })
}
