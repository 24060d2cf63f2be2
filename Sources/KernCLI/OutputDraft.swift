extension OutputPlan {
    /// A job in the making, with what is known about the file it would write.
    struct Draft {
        var job: Job
        let facts: FileFacts?
        let wasFound: Bool

        init(_ input: PictureInput, _ path: String) throws(OutputError) {
            facts = FileFacts(path)
            wasFound = input.wasFound
            let target: Target
            switch facts?.kind {
            case .directory: throw .isDirectory(output: path)
            case .stream: target = .stream(path)
            case .file: target = .file(FileFacts.resolved(path) ?? path)
            case nil: target = .file(path)
            }
            job = Job(input: input.path, target: target, output: path)
        }

        private var inputIdentity: FileFacts.Identity? {
            guard job.input != "-", let facts = FileFacts(job.input), facts.kind == .file else { return nil }
            return facts.identity
        }

        /// What an earlier run wrote beside its inputs was found with them; it is no input.
        static func dropResults(_ drafts: inout [Draft]) {
            var makers: [FileFacts.Identity: String] = [:]
            for draft in drafts {
                if let identity = draft.facts?.identity { makers[identity] = draft.job.input }
            }
            drafts.removeAll { draft in
                guard draft.wasFound, let identity = draft.inputIdentity, let maker = makers[identity] else {
                    return false
                }
                return maker != draft.job.input
            }
        }

        /// - Parameter others: what is read beside the pictures.
        static func checkInputsSurvive(_ drafts: [Draft], _ others: [String]) throws(OutputError) {
            guard drafts.contains(where: { $0.facts?.kind == .file }) else { return }
            var inputs: [FileFacts.Identity: String] = [:]
            for path in others {
                if let facts = FileFacts(path) { inputs[facts.identity] = path }
            }
            for draft in drafts {
                if let identity = draft.inputIdentity { inputs[identity] = draft.job.input }
            }
            for draft in drafts where draft.facts?.kind == .file {
                if let identity = draft.facts?.identity, let input = inputs[identity] {
                    throw .overwritesInput(output: draft.job.output, input: input)
                }
            }
        }

        static func checkDistinct(_ drafts: [Draft], _ folders: inout FolderCache) throws(OutputError) {
            var taken: [String: String] = [:]
            for draft in drafts {
                guard case .file(let path) = draft.job.target else { continue }
                let place = try folders.resolved(folderOf: path) + "/" + FolderCache.name(of: path)
                if let first = taken[place] {
                    throw .collision(output: draft.job.output, first: first, second: draft.job.input)
                }
                taken[place] = draft.job.input
            }
        }

        static func checkNew(_ drafts: [Draft]) throws(OutputError) {
            let existing = drafts.filter { $0.facts?.kind == .file }
            if let first = existing.first { throw .exists(output: first.job.output, others: existing.count - 1) }
        }
    }

    /// The folders that files go into, each asked for once.
    struct FolderCache {
        /// Whether folders that are not there are to be made; else they are an error.
        let makesMissing: Bool
        /// Parents first.
        private(set) var missing: [String] = []
        private var known: [String: String] = [:]

        init(makesMissing: Bool) { self.makesMissing = makesMissing }

        static func name(of path: String) -> Substring {
            path.lastIndex(of: "/").map { path[path.index(after: $0)...] } ?? path[...]
        }

        private static func folder(of path: String) -> String {
            path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        }

        /// The folder of `path` with links resolved, as far as it is there.
        mutating func resolved(folderOf path: String) throws(OutputError) -> String {
            let folder = FolderCache.folder(of: path)
            if let found = known[folder] { return found }
            let found: String
            if let facts = FileFacts(folder) {
                if facts.kind != .directory { throw .notADirectory(folder) }
                found = FileFacts.resolved(folder) ?? folder
            } else {
                guard makesMissing else { throw .noDirectory(folder, output: path) }
                if FolderCache.name(of: folder).isEmpty {
                    // `out//` is `out/`.
                    found = try resolved(folderOf: folder)
                } else {
                    found = try resolved(folderOf: folder) + "/" + FolderCache.name(of: folder)
                    missing.append(folder)
                }
            }
            known[folder] = found
            return found
        }
    }
}
