import Codecs
import Programs

/// The program to be learned: as words, as a kernel file, or as a model to go on from.
struct ProgramText {
    /// What errors call it.
    let name: String
    /// The program itself, so that a model does not depend on the file.
    let text: String
    /// The model it came from.
    let model: Model?

    init(_ word: String) throws {
        let trimmed = word.withoutBlanks
        if trimmed.hasSuffix(Model.suffix), !trimmed.contains("|") {
            let model = try Model(path: trimmed)
            (name, text, self.model) = (trimmed, model.program, model)
        } else if trimmed.hasSuffix(".kern"), !trimmed.contains("|"), !trimmed.contains(" ") {
            let file = try KernelFile(path: trimmed)
            guard file.parameters.isEmpty else {
                throw Complaint(
                    "\(trimmed) has parameters; a net that is learned has none, so write its numbers out")
            }
            (name, text, model) = (trimmed, file.program.description, nil)
        } else {
            (name, text, model) = (SourceText(text: word).name, word, nil)
        }
    }
}

extension StringProtocol {
    /// Without the blanks and line ends around it.
    var withoutBlanks: String {
        var text = self[...]
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}
