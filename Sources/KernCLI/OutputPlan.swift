/// Which input becomes which file, decided whole before the first picture is read.
///
/// Nothing is lost by a plan that exists: no two inputs share an output, no output is an input, and a file that is
/// there is replaced only by `force`.
package struct OutputPlan: Hashable, Sendable {
    package enum Target: Hashable, Sendable {
        case standardOutput
        /// A file to be written beside and renamed; links are resolved already.
        case file(String)
        /// A pipe or a device, written to as it stands.
        case stream(String)
    }

    package struct Job: Hashable, Sendable {
        /// A path, or `-` for stdin.
        package var input: String
        package var target: Target
        /// The output as it is to be named to the user.
        package var output: String
    }

    package let jobs: [Job]
    /// The folder to make before the first file is written, where `-o` ended in '/' and there is none.
    package let missingDirectory: String?

    /// - Parameter extension: what `{ext}` is where the user named a format; nil keeps the input's own.
    package init(inputs: [String], output: String, force: Bool, extension chosen: String? = nil) throws(OutputError) {
        if output == "-" {
            if inputs.count > 1 { throw .severalInputsOneOutput(output: "-", count: inputs.count) }
            jobs = inputs.map { Job(input: $0, target: .standardOutput, output: "-") }
            missingDirectory = nil
            return
        }
        let facts = FileFacts(output)
        let isFolder = output.hasSuffix("/") || facts?.kind == .directory
        if isFolder, let facts, facts.kind != .directory { throw .notADirectory(output) }
        let template = try OutputTemplate(isFolder ? OutputPlan.inside(output) : output)
        if inputs.count > 1, !template.hasFields {
            throw .severalInputsOneOutput(output: output, count: inputs.count)
        }
        missingDirectory = isFolder && facts == nil ? output : nil

        var jobs: [Job] = []
        for (index, input) in inputs.enumerated() {
            let path = try template.path(for: input, index: index + 1, extension: chosen)
            jobs.append(
                Job(input: input, target: try OutputPlan.target(path, isNew: isFolder && facts == nil), output: path))
        }
        try OutputPlan.checkInputsSurvive(jobs)
        try OutputPlan.checkDistinct(jobs)
        if !force { try OutputPlan.checkNew(jobs) }
        self.jobs = jobs
    }

    private static func inside(_ folder: String) -> String {
        folder.hasSuffix("/") ? folder + "{name}.{ext}" : folder + "/{name}.{ext}"
    }

    private static func target(_ path: String, isNew: Bool) throws(OutputError) -> Target {
        if let facts = FileFacts(path) {
            switch facts.kind {
            case .directory: throw .isDirectory(output: path)
            case .stream: return .stream(path)
            case .file: return .file(FileFacts.resolved(path) ?? path)
            }
        }
        if !isNew {
            let parent = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
            guard let facts = FileFacts(parent) else { throw .noDirectory(parent, output: path) }
            if facts.kind != .directory { throw .notADirectory(parent) }
        }
        return .file(path)
    }

    private static func checkInputsSurvive(_ jobs: [Job]) throws(OutputError) {
        var inputs: [FileFacts.Identity: String] = [:]
        for job in jobs where job.input != "-" {
            if let facts = FileFacts(job.input), facts.kind == .file { inputs[facts.identity] = job.input }
        }
        for job in jobs {
            if case .file(let path) = job.target, let facts = FileFacts(path), let input = inputs[facts.identity] {
                throw .overwritesInput(output: job.output, input: input)
            }
        }
    }

    private static func checkDistinct(_ jobs: [Job]) throws(OutputError) {
        var taken: [String: String] = [:]
        for job in jobs {
            guard case .file(let path) = job.target else { continue }
            let slash = path.lastIndex(of: "/")
            let folder = slash.map { String(path[...$0]) } ?? "."
            let name = slash.map { path[path.index(after: $0)...] } ?? path[...]
            let place = (FileFacts.resolved(folder) ?? folder) + "/" + name
            if let first = taken[place] { throw .collision(output: job.output, first: first, second: job.input) }
            taken[place] = job.input
        }
    }

    private static func checkNew(_ jobs: [Job]) throws(OutputError) {
        let existing = jobs.filter {
            if case .file(let path) = $0.target { FileFacts(path) != nil } else { false }
        }
        if let first = existing.first { throw .exists(output: first.output, others: existing.count - 1) }
    }
}
