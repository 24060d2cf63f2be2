extension Catalogue {
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
