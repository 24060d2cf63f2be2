import Arguments
import Programs

/// The hidden `kern --complete INDEX WORD...`, which the completion scripts call.
extension Tool {
    static func complete(_ words: [String], _ terminal: Terminal) {
        guard let index = words.first.flatMap({ Int($0) }), index >= 1 else { return }
        let candidates = spec.candidates(at: index, of: Array(words.dropFirst())) { list, typed in
            names(of: list, for: typed)
        }
        for candidate in candidates.words { terminal.print("\(candidate.word)\t\(candidate.says)") }
        if candidates.files { terminal.print("\t") }
    }

    private static func names(of list: String, for typed: String) -> [Candidates.Candidate] {
        guard list == "program" else { return [] }
        let words = Listing.steps + Listing.kernels(of: Catalogue(folders: Environment.kernelFolders))
        return stepCandidates(for: typed, among: words.map { Candidates.Candidate($0.name, says: $0.summary) })
    }

    /// Candidates for the step name at the end of a program: after the last `|`, `{` or line break.
    package static func stepCandidates(
        for typed: String, among names: [Candidates.Candidate]
    ) -> [Candidates.Candidate] {
        let cut = typed.lastIndex { "|{\n".contains($0) }.map { typed.index(after: $0) } ?? typed.startIndex
        let name = typed[cut...].drop { $0 == " " }
        let before = typed[..<name.startIndex]
        return names.filter { $0.word.hasPrefix(name) }.map { Candidates.Candidate(before + $0.word, says: $0.says) }
    }
}
