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
        /// Only shown.
        case nowhere
    }

    package struct Job: Hashable, Sendable {
        /// A path, or `-` for stdin.
        package var input: String
        package var target: Target
        /// The output as it is to be named to the user.
        package var output: String
    }

    /// What is to be done about files that are there.
    package enum Existing: Hashable, Sendable {
        case refuse
        case replace
        /// They count as done.
        case skip
    }

    package private(set) var jobs: [Job] = []
    /// Folders to make before the first file is written, parents first.
    package private(set) var missingFolders: [String] = []
    /// Pictures whose results are there already.
    package private(set) var skipped = 0
    /// Pictures that other parts of the work make.
    package private(set) var elsewhere = 0

    /// Pictures that are shown and written nowhere.
    package init(showing inputs: [PictureInput]) {
        jobs = inputs.map { Job(input: $0.path, target: .nowhere, output: "the preview") }
    }

    /// - Parameter extension: what `{ext}` is where the user named a format; nil keeps the input's own.
    package init(inputs: [String], output: String, force: Bool, extension chosen: String? = nil) throws(OutputError) {
        try self.init(
            inputs: inputs.map { PictureInput($0) }, output: output, existing: force ? .replace : .refuse,
            extension: chosen)
    }

    package init(
        inputs: [PictureInput], output: String, existing: Existing, extension chosen: String? = nil,
        shard: Shard? = nil, alsoRead others: [String] = []
    ) throws(OutputError) {
        if output == "-" {
            if inputs.count > 1 { throw .severalInputsOneOutput(output: "-", count: inputs.count) }
            jobs = inputs.map { Job(input: $0.path, target: .standardOutput, output: "-") }
            return
        }
        let facts = FileFacts(output)
        let isFolder = output.hasSuffix("/") || facts?.kind == .directory
        if isFolder, let facts, facts.kind != .directory { throw .notADirectory(output) }
        let template = try OutputTemplate(isFolder ? OutputPlan.inside(output) : output)
        if inputs.count > 1, !template.hasFields {
            throw .severalInputsOneOutput(output: output, count: inputs.count)
        }

        var drafts: [Draft] = []
        drafts.reserveCapacity(inputs.count)
        for (index, input) in inputs.enumerated() {
            do {
                drafts.append(try Draft(input, template.path(for: input, index: index + 1, extension: chosen)))
            } catch .noExtension(let name) where FileFacts(name) == nil && name != "-" {
                // What is wrong with it is not its name.
                throw .missingInput(name)
            }
        }
        if existing == .skip { Draft.dropResults(&drafts) }
        var folders = FolderCache(makesMissing: template.hasFields)
        try Draft.checkInputsSurvive(drafts, others)
        try Draft.checkDistinct(drafts, &folders)
        if let shard {
            let all = drafts.count
            drafts = OutputPlan.part(shard, of: drafts)
            elsewhere = all - drafts.count
        }
        // Folders of parts that others make are theirs to make.
        var needed = FolderCache(makesMissing: template.hasFields)
        for draft in drafts {
            let isThere = draft.facts?.kind == .file
            if isThere, existing == .skip {
                skipped += 1
            } else {
                if case .file = draft.job.target { _ = try needed.resolved(folderOf: draft.job.output) }
                jobs.append(draft.job)
            }
        }
        missingFolders = needed.missing
        if existing == .refuse { try Draft.checkNew(drafts) }
    }

    private static func inside(_ folder: String) -> String {
        folder.hasSuffix("/") ? folder + "{name}.{ext}" : folder + "/{name}.{ext}"
    }

    /// By position in the list sorted by names, which is the same on every machine.
    private static func part(_ shard: Shard, of drafts: [Draft]) -> [Draft] {
        let sorted = drafts.indices.sorted {
            FolderListing.isBefore(drafts[$0].job.input, drafts[$1].job.input)
        }
        let own = Set(sorted.indices.filter(shard.contains).map { sorted[$0] })
        return drafts.indices.filter(own.contains).map { drafts[$0] }
    }
}
