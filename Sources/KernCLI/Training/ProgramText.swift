import Codecs
import Programs

/// The program to be learned: as words, as a kernel file, or as a model to go on from.
struct ProgramText {
    /// As it was given, for errors to point at.
    let source: SourceText
    /// The program itself, so that a model does not depend on the file.
    let text: String
    /// The model it came from.
    let model: Model?

    init(_ word: String) throws {
        let trimmed = word.withoutBlanks
        if trimmed.hasSuffix(Model.suffix), !trimmed.contains("|") {
            let model = try Model(path: trimmed)
            (text, self.model) = (model.program, model)
            source = SourceText(name: trimmed, text: text)
        } else if trimmed.hasSuffix(".kern"), !trimmed.contains("|"), !trimmed.contains(" ") {
            source = try KernelFile.source(path: trimmed)
            let file = try KernelFile(parsing: source)
            guard file.parameters.isEmpty else {
                throw Complaint(
                    "\(trimmed) has parameters; a net that is learned has none, so write its numbers out")
            }
            (text, model) = (file.program.description, nil)
        } else {
            (source, text, model) = (SourceText(text: word), word, nil)
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
