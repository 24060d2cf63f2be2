import Steps

/// Kernel files as steps: by name from the catalogue, or by path.
extension Resolver {
    mutating func resolveKernelFile(
        _ word: Word, _ call: Call, from node: Int, in scope: Scope
    ) throws(ProgramError) -> Int {
        if word.text.hasSuffix(Model.suffix) { return try resolveModel(word, call, from: node, in: scope) }
        let (name, source) = try find(word, in: scope)
        if scope.chain.contains(name) {
            throw scope.error(.recursion(scope.chain + [name]), at: word.span)
        }
        guard scope.chain.count < Resolver.deepestChain else {
            throw scope.error(.nestedTooDeep(limit: Resolver.deepestChain), at: word.span)
        }
        let place = ProgramError.Place(source: scope.source, span: call.span)
        let file: KernelFile
        do {
            file = try KernelFile(parsing: source)
        } catch {
            throw ProgramError(error.fault, at: error.span, in: error.source, usedAt: [place] + scope.usedAt)
        }
        var inner = Scope(source: source)
        inner.values = numbers
        inner.chain = scope.chain + [name]
        inner.label = text(of: call, in: scope)
        inner.usedAt = [place] + scope.usedAt
        try bind(call, name: Self.shortName(name), file: file, from: scope, into: &inner)
        var counter = WindowCounter(catalogue: catalogue)
        for word in inner.handedDown where word.key.text != "border" && !counter.isOneWindowDeep(file.program) {
            throw scope.error(
                .geometryOnChain(key: word.key.text, kernel: Self.shortName(name)), at: word.key.span)
        }
        return try chain(file.program, from: node, in: inner)
    }

    private func find(_ word: Word, in scope: Scope) throws(ProgramError) -> (name: String, source: SourceText) {
        // The program of a model comes from who knows where: it may name kernel files and models, and no other file by a path.
        let isOfModel = scope.source.name.hasSuffix(Model.suffix)
        if word.text.hasSuffix(".kern") || (word.text.contains("/") && !isOfModel) {
            do {
                return (word.text, try KernelFolder.read(Self.path(word.text, from: scope.source)))
            } catch {
                if case .unreadable = error.fault { throw scope.error(error.fault, at: word.span) }
                throw error
            }
        }
        guard let entry = catalogue.entry(word.text) else {
            // Last of all, a kernel that lies where we stand, as one that was just learned does.
            if !isOfModel, let file = catalogue.fileHere(word.text) { return (file, try KernelFolder.read(file)) }
            let known = Vocabulary.words.map(\.name) + ["repeat", "kernel"] + catalogue.entries.map(\.name)
            let meant = OtherWords.meant(by: word.text) ?? nearest(word.text, among: known)
            throw scope.error(.unknownName(word.text, nearest: meant), at: word.span)
        }
        return (word.text, try entry.source())
    }

    /// A path in a kernel file counts from that file's folder.
    static func path(_ path: String, from source: SourceText) -> String {
        guard !path.hasPrefix("/"), source.name.hasSuffix(".kern"), !source.name.hasPrefix("kernels/"),
            let slash = source.name.lastIndex(of: "/")
        else { return path }
        return source.name[...slash] + path
    }

    /// `edges/mystery.kern` is talked about as mystery.
    static func shortName(_ name: String) -> String {
        let file = name.split(separator: "/").last.map(String.init) ?? name
        for suffix in [".kern", Model.suffix] where file.hasSuffix(suffix) {
            return String(file.dropLast(suffix.count))
        }
        return file
    }

    /// Parameters by place and by name; geometry words are handed down to the windows in the file.
    private func bind(
        _ call: Call, name: String, file: KernelFile, from scope: Scope, into inner: inout Scope
    ) throws(ProgramError) {
        if !call.blocks.isEmpty {
            throw scope.error(
                .blockCount(step: name, expected: "no block", found: call.blocks.count), at: call.headSpan)
        }
        let names = file.parameters.map(\.name.text)
        let geometry = Vocabulary.kernelSettings
        inner.handedDown = scope.handedDown
        var given: [String: Double] = [:]
        func give(_ parameter: String, _ word: Word, at span: SourceSpan) throws(ProgramError) {
            guard given[parameter] == nil else { throw scope.error(.duplicateKey(parameter), at: span) }
            let value = try scope.number(word, of: parameter, step: name)
            given[parameter] = value
            guard let bound = file.parameters.first(where: { $0.name.text == parameter })?.bound else { return }
            // Written so that what is no number is refused, too.
            guard let least = Double(bound.text), value > least else {
                throw scope.error(
                    .notAbove(bound: bound.text, parameter: parameter, step: name, found: value), at: span)
            }
        }
        var handed: Set<String> = []
        func handDown(_ key: Word, _ value: Word?) throws(ProgramError) {
            guard handed.insert(key.text).inserted else { throw scope.error(.duplicateKey(key.text), at: key.span) }
            // What was said further out holds.
            if inner.handedDown.contains(where: { $0.key.text == key.text }) { return }
            inner.handedDown.append(
                Scope.HandedDown(key: key, value: value, scope: scope.values, source: scope.source))
        }
        for argument in call.arguments {
            switch argument {
            case .block:
                continue
            case .value(let word):
                if let flag = geometry.first(where: { $0.name == word.text }), case .flag = flag.kind {
                    try handDown(word, nil)
                } else if let next = names.first(where: { given[$0] == nil }) {
                    do {
                        try give(next, word, at: word.span)
                    } catch {
                        guard catalogue.isStep(word.text) else { throw error }
                        throw scope.error(.missingBar(word.text, step: name), at: word.span)
                    }
                } else {
                    throw scope.error(catalogue.fault(ofSurplus: word.text, step: name), at: word.span)
                }
            case .keyed(let key, let word):
                if names.contains(key.text) {
                    try give(key.text, word, at: key.span)
                } else if let setting = geometry.first(where: { $0.name == key.text }) {
                    _ = try scope.value(word, for: setting, step: name)
                    try handDown(key, word)
                } else {
                    let legal = names + geometry.map(\.name)
                    let meant = OtherWords.key(key.text, among: legal) ?? nearest(key.text, among: legal)
                    throw scope.error(.unknownKey(key.text, step: name, nearest: meant), at: key.span)
                }
            }
        }
        for parameter in file.parameters {
            let key = parameter.name.text
            if let value = given[key] {
                inner.values[key] = value
            } else {
                inner.values[key] = try inner.number(parameter.defaultValue, of: key, step: name)
            }
        }
    }
}

/// Counts the windows between a picture and a result, each kernel file once however often it is named.
struct WindowCounter {
    let catalogue: Catalogue
    /// What is known about kernel files; nil where the ways through differ, or are still being counted.
    private var known: [String: Int?] = [:]

    init(catalogue: Catalogue) { self.catalogue = catalogue }

    /// Whether there is exactly one window on every way through `program`, so that one stride makes sense.
    mutating func isOneWindowDeep(_ program: Program) -> Bool { windows(in: program) == 1 }

    /// Windows on every way through, or nil where the ways differ.
    private mutating func windows(in program: Program) -> Int? {
        var count = 0
        for call in program.steps {
            guard let own = windows(in: call) else { return nil }
            count += own
        }
        return count
    }

    private mutating func windows(in call: Call) -> Int? {
        guard case .name(let word) = call.head else { return 1 }
        if word.text == "repeat" { return nil }
        if let step = Vocabulary.word(word.text) {
            let own = step.settings.contains { $0.name == "stride" } ? 1 : 0
            guard !call.blocks.isEmpty else { return own }
            let counts = call.blocks.map { windows(in: $0) }
            guard let first = counts[0], counts.allSatisfy({ $0 == first }) else { return nil }
            return first + own
        }
        if let count = known[word.text] { return count }
        known[word.text] = .some(nil)
        guard known.count <= Resolver.mostCalls, let file = try? catalogue.entry(word.text)?.file() else { return nil }
        let count = windows(in: file.program)
        known[word.text] = .some(count)
        return count
    }
}
