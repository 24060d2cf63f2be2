import Steps

extension Catalogue {
    /// Whether a word stands for a step: one of the vocabulary, a kernel by its name, or a file.
    func isStep(_ word: String) -> Bool {
        if Vocabulary.word(word) != nil || ["repeat", "kernel"].contains(word) { return true }
        if word.hasSuffix(".kern") || word.hasSuffix(Model.suffix) { return true }
        return word.first?.isLetter == true && (entry(word) != nil || fileHere(word) != nil)
    }

    /// What is wrong with a word behind all that a step takes: it has no use for it, or there is a '|' missing.
    func fault(ofSurplus word: String, step: String) -> ProgramError.Fault {
        isStep(word) ? .missingBar(word, step: step) : .surplus(word, step: step)
    }

    /// The kernel file that `word` stands for as a step: a name of the catalogue, or a path; nil where it is neither.
    public func file(meant word: String) throws(ProgramError) -> KernelFile? {
        if word.contains("/") || word.hasSuffix(".kern") { return try KernelFile(parsing: KernelFolder.read(word)) }
        return try entry(word)?.file()
    }
}

extension KernelFile {
    /// What it does, in one line: the first line of its help behind the name.
    public var summary: String {
        guard let first = help.first else { return "" }
        guard let dash = first.firstIndex(of: "—") else { return first }
        return String(first[first.index(after: dash)...].drop { $0 == " " })
    }
}
