import Convolution
import Pixels
import Steps

extension Catalogue {
    /// A program with every name looked up and every number worked out, ready to be planned.
    ///
    ///     let program = try Program(parsing: SourceText(text: "gaussian 2 | sobel"))
    ///     let graph = try Catalogue().resolve(program, from: source)
    ///     graph.nodes.count   // 5: the picture, a 17x17 kernel, two 3x3 kernels and their hypot
    ///
    /// - Parameter numbers: words that stand for numbers, such as `classes`, which the data know.
    public func resolve(
        _ program: Program, from source: SourceText, numbers: [String: Double] = [:]
    ) throws(ProgramError) -> Graph {
        var resolver = Resolver(catalogue: self, source: source)
        resolver.numbers = numbers
        var scope = Scope(source: source)
        scope.values = numbers
        let output = try resolver.chain(program, from: 0, in: scope)
        resolver.graph.output = output
        return resolver.graph
    }

    /// Parses and resolves.
    public func graph(for source: SourceText, numbers: [String: Double] = [:]) throws(ProgramError) -> Graph {
        try resolve(Program(parsing: source), from: source, numbers: numbers)
    }
}

/// Walks a syntax tree and grows a graph.
struct Resolver {
    let catalogue: Catalogue
    var graph: Graph
    var labels = NodeLabels()
    /// Words that stand for numbers in every text: `classes`.
    var numbers: [String: Double] = [:]

    /// Kernels within kernels; more cannot be meant, and each costs stack.
    static let deepestChain = 32

    /// Calls that are looked up, those that turn out to be no step included: empty repeats and kernel files made of
    /// kernel files cost time, too.
    static let mostCalls = 4 * Graph.mostNodes

    private var calls = 0

    init(catalogue: Catalogue, source: SourceText) {
        self.catalogue = catalogue
        graph = Graph(source: source)
    }

    /// The node that the steps of `program`, one after the other, lead to from `node`.
    mutating func chain(_ program: Program, from node: Int, in scope: Scope) throws(ProgramError) -> Int {
        var last = node
        for call in program.steps { last = try resolve(call, from: last, in: scope) }
        return last
    }

    private mutating func resolve(_ call: Call, from node: Int, in scope: Scope) throws(ProgramError) -> Int {
        try count(call, in: scope)
        switch call.head {
        case .matrix(let matrix):
            let kernel = try KernelBuilder(scope: scope).kernel(matrix)
            return try addKernel(kernel, call, from: node, in: scope)
        case .kernel(let body):
            return try resolveFormula(body, call, from: node, in: scope)
        case .name(let word) where word.text == "repeat":
            return try resolveRepeat(call, from: node, in: scope)
        case .name(let word):
            if let step = Vocabulary.word(word.text) { return try resolve(step, call, from: node, in: scope) }
            return try resolveKernelFile(word, call, from: node, in: scope)
        }
    }

    // MARK: Words of the vocabulary

    private mutating func resolve(
        _ named: StepWord, _ call: Call, from node: Int, in scope: Scope
    ) throws(ProgramError) -> Int {
        let word =
            named.otherForms.isEmpty ? named : named.form(places: call.placesWritten(of: named, catalogue, scope))
        var values = try Binder(catalogue: catalogue, scope: scope, step: word.name, settings: word.settings).bind(call)
        let blocks = call.blocks
        guard word.blocks.contains(blocks.count) else {
            throw scope.error(
                .blockCount(step: word.name, expected: word.blocks.phrase, found: blocks.count), at: call.headSpan)
        }
        if word.settings.contains(where: { $0.name == "stride" }) {
            try takeHandedDown(scope, settings: word.settings, into: &values, step: word.name)
        }
        var inputs: [Int] = []
        for block in blocks { inputs.append(try chain(block, from: node, in: scope)) }
        if blocks.isEmpty { inputs = [node] }
        let text = text(of: call, in: scope)
        do {
            let step = try word.make(Settings(values: values, text: text, blocks: blocks.count))
            return try add(step, inputs: inputs, text: text, call: call, in: scope)
        } catch let error as StepError {
            throw scope.error(.shape(error.description), at: call.span)
        } catch let error as ProgramError {
            throw error
        } catch {
            throw scope.error(.shape("\(error)"), at: call.span)
        }
    }

    private mutating func resolveRepeat(_ call: Call, from node: Int, in scope: Scope) throws(ProgramError) -> Int {
        let count = Setting.place("count", .integer(0...Graph.mostNodes), "how many times")
        let values = try Binder(catalogue: catalogue, scope: scope, step: "repeat", settings: [count]).bind(call)
        let blocks = call.blocks
        guard blocks.count == 1 else {
            throw scope.error(
                .blockCount(step: "repeat", expected: "one block", found: blocks.count), at: call.headSpan)
        }
        guard case .integer(let times) = values["count"] else { return node }
        var last = node
        for _ in 0..<times where !blocks[0].steps.isEmpty { last = try chain(blocks[0], from: last, in: scope) }
        return last
    }

    private mutating func count(_ call: Call, in scope: Scope) throws(ProgramError) {
        calls += 1
        if calls > Resolver.mostCalls { throw scope.error(.tooManySteps(limit: Graph.mostNodes), at: call.headSpan) }
    }

    // MARK: Kernels

    private mutating func resolveFormula(
        _ body: Word, _ call: Call, from node: Int, in scope: Scope
    ) throws(ProgramError) -> Int {
        let values = try Binder(
            catalogue: catalogue, scope: scope, step: "kernel", settings: KernelBuilder.formulaSettings
        ).bind(call)
        let kernel = try KernelBuilder(scope: scope).kernel(body, values: values, at: call.headSpan)
        return try addKernel(kernel, call, values: values, from: node, in: scope)
    }

    private mutating func addKernel(
        _ kernel: Kernel, _ call: Call, from node: Int, in scope: Scope
    ) throws(ProgramError) -> Int {
        let values = try Binder(
            catalogue: catalogue, scope: scope, step: "a kernel", settings: Vocabulary.kernelSettings
        ).bind(call)
        return try addKernel(kernel, call, values: values, from: node, in: scope)
    }

    private mutating func addKernel(
        _ kernel: Kernel, _ call: Call, values: [String: Value], from node: Int, in scope: Scope
    ) throws(ProgramError) -> Int {
        if let block = call.arguments.first(where: { if case .block = $0 { true } else { false } }) {
            throw scope.error(.blockCount(step: "a kernel", expected: "no block", found: 1), at: block.span)
        }
        var values = values
        try takeHandedDown(scope, settings: Vocabulary.kernelSettings, into: &values, step: "a kernel")
        let text = text(of: call, in: scope)
        let step: KernelStep
        do {
            let normalised = try kernel.normalised(Normalisation(values))
            let settings = WindowSettings(
                Settings(values: values, text: text), stride: Size(1), padding: .same)
            step = try KernelStep(normalised, settings: settings, flips: values["flip"] != nil, text: text)
        } catch let error as KernelError {
            throw scope.error(.shape(error.description), at: call.headSpan)
        } catch {
            throw scope.error(.shape("\(error)"), at: call.headSpan)
        }
        return try add(step, inputs: [node], text: text, call: call, in: scope)
    }

    /// Settings that were given to the kernel as a whole: they stand for what a step says itself, as whoever names a kernel
    /// has the last word.
    private func takeHandedDown(
        _ scope: Scope, settings: [Setting], into values: inout [String: Value], step: String
    ) throws(ProgramError) {
        // Both say what the weights come to, and only one can hold.
        let sums = ["sum", "abs"]
        if scope.handedDown.contains(where: { sums.contains($0.key.text) }) { for key in sums { values[key] = nil } }
        for word in scope.handedDown {
            guard let setting = settings.first(where: { $0.name == word.key.text }) else { continue }
            let outer = Scope(source: word.source, values: word.scope)
            values[setting.name] =
                try word.value.map { value throws(ProgramError) in
                    try outer.value(value, for: setting, step: step)
                } ?? .flag
        }
    }

    // MARK: Nodes

    mutating func add(
        _ step: any Step, inputs: [Int], text: String, call: Call, in scope: Scope
    ) throws(ProgramError) -> Int {
        guard graph.nodes.count < Graph.mostNodes else {
            throw scope.error(.tooManySteps(limit: Graph.mostNodes), at: call.headSpan)
        }
        let place = ProgramError.Place(source: scope.source, span: call.span)
        var node = Graph.Node(step: step, inputs: inputs, text: text, place: place, usedAt: scope.usedAt)
        let name = (step as? any WeightedStep)?.layerWords.name
        node.label = name.map { labels.unique($0) } ?? labels.next(for: call)
        node.start = try startKernels(of: step, call, in: scope)
        graph.nodes.append(node)
        return graph.nodes.count - 1
    }

    /// The step as written, blocks left out and parameters worked out; a kernel file's only step goes by the call that
    /// asked for the file.
    func text(of call: Call, in scope: Scope) -> String {
        if !call.head.isName, let label = scope.label { return label }
        var bare = call
        bare.arguments = call.arguments.compactMap { argument in
            switch argument {
            case .block: nil
            case .value(let word): .value(scope.workedOut(word))
            case .keyed(let key, let word): .keyed(key: key, value: scope.workedOut(word))
            }
        }
        return Program(steps: [bare]).description
    }
}

extension Scope {
    /// A formula over parameters as the number it comes to; any other word as it is.
    fileprivate func workedOut(_ word: Word) -> Word {
        guard !values.isEmpty, Number.parse(word.text) == nil,
            let value = try? Formula(word, in: source).evaluate(values)
        else { return word }
        return Word(Number.text(value))
    }
}

extension Call {
    /// How many of the arguments take a place: values that are no flags, and places written by their names. A step is none: it
    /// stands there because a '|' is missing.
    fileprivate func placesWritten(of word: StepWord, _ catalogue: Catalogue, _ scope: Scope) -> Int {
        let all = ([word] + word.otherForms).flatMap(\.settings)
        return arguments.count { argument in
            switch argument {
            case .block: false
            case .value(let value):
                !all.contains { if case .flag = $0.kind { $0.name == value.text } else { false } }
                    && (scope.values[value.text] != nil || !catalogue.isStep(value.text))
            case .keyed(let key, _): all.contains { $0.isPositional && $0.name == key.text }
            }
        }
    }

    var blocks: [Program] {
        arguments.compactMap { if case .block(let program) = $0 { program } else { nil } }
    }
}

extension Call.Head {
    var isName: Bool { if case .name = self { true } else { false } }
}

extension ClosedRange<Int> {
    /// `no block`, `2 blocks`, `2 to 64 blocks`
    fileprivate var phrase: String {
        if upperBound == 0 { return "no block" }
        return lowerBound == upperBound ? "\(lowerBound) blocks" : "\(lowerBound) to \(upperBound) blocks"
    }
}

extension Normalisation {
    /// From `sum=1`, `sum=0` and `abs=1`.
    init(_ values: [String: Value]) {
        switch (values["sum"], values["abs"]) {
        case (.integer(1), _): self = .sumIsOne
        case (.integer(0), _): self = .sumIsZero
        case (_, .integer): self = .magnitudesSumToOne
        default: self = .none
        }
    }
}
