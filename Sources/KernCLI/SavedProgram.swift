import Arguments
import Codecs
import Programs

/// A program kept as a kernel file, for `apply --save`.
struct SavedProgram {
    let path: String
    private let force: Bool
    private let text: String

    /// - Parameters:
    ///   - sources: what is read, whose place it does not take.
    ///   - results: what is written too.
    /// - Throws: where the file could not be used as a kernel afterwards, or is there already.
    init(_ program: String, path: String, force: Bool, besides sources: [String], results: [String]) throws {
        guard path.hasSuffix(".kern") else {
            throw Complaint("--save writes a kernel file, whose name ends in .kern, as in '\(path).kern'")
        }
        if !force, FileFacts(path) != nil { throw OutputError.exists(output: path, others: 0) }
        if let facts = FileFacts(path),
            let source = sources.first(where: { FileFacts($0)?.identity == facts.identity })
        {
            throw OutputError.overwritesInput(output: path, input: source)
        }
        if results.contains(path) {
            throw ArgumentError.refused("--save and the result are both called '\(path)'; name another file")
        }
        self.path = path
        self.force = force
        let source = SourceText(text: program)
        let file = path.split(separator: "/").last.map { String($0.dropLast(5)) } ?? ""
        // A file with help or parameters of its own is kept with them.
        var kernel = try KernelFile(parsing: source)
        if kernel.help.isEmpty { kernel.help = ["\(file) — \(kernel.program)"] }
        kernel.program = kernel.program.withAbsolutePaths(Environment.currentFolder)
        text = kernel.description
    }

    func write() throws {
        do {
            try WholeFile.write(Array(text.utf8), to: path, replacing: force)
        } catch {
            throw Complaint(about: error, input: path, output: path)
        }
    }
}

extension Program {
    /// Files that its steps name, in blocks too.
    var paths: [String] {
        steps.flatMap { step in
            let blocks = step.arguments.flatMap { argument in
                if case .block(let block) = argument { block.paths } else { [] as [String] }
            }
            if case .name(let word) = step.head, let file = word.text.fileOfStep { return [file] + blocks }
            return blocks
        }
    }

    /// In a file, relative paths would count from that file's folder and no longer from the one they were written in.
    fileprivate func withAbsolutePaths(_ folder: String) -> Program {
        var program = self
        for index in program.steps.indices {
            if case .name(let word) = program.steps[index].head, let file = word.text.fileOfStep, !file.hasPrefix("/") {
                let path = file.hasPrefix("./") ? String(file.dropFirst(2)) : file
                program.steps[index].head = .name(Word(folder + "/" + path))
            }
            program.steps[index].arguments = program.steps[index].arguments.map { argument in
                guard case .block(let block) = argument else { return argument }
                return .block(block.withAbsolutePaths(folder))
            }
        }
        return program
    }
}

extension String {
    /// The file that a step of this name comes from, if it does: of a path itself, of a name that nothing else has that of a kernel
    /// where we stand.
    fileprivate var fileOfStep: String? {
        if contains("/") || hasSuffix(".kern") || hasSuffix(Model.suffix) { return self }
        return Catalogue(folders: Environment.kernelFolders, looksHere: true).fileHere(self)
    }
}
