import Steps

/// Model files as steps: the program they hold, with the weights it learned.
extension Resolver {
    mutating func resolveModel(
        _ word: Word, _ call: Call, from node: Int, in scope: Scope
    ) throws(ProgramError) -> Int {
        if case .value(let surplus)? = call.arguments.first, catalogue.isStep(surplus.text) {
            throw scope.error(.missingBar(surplus.text, step: "a model"), at: surplus.span)
        }
        guard call.arguments.isEmpty else {
            throw scope.error(.shape("a model takes nothing behind its name"), at: call.headSpan)
        }
        let model = try read(word, in: scope)
        let source = SourceText(name: word.text, text: model.program)
        if scope.chain.contains(word.text) { throw scope.error(.recursion(scope.chain + [word.text]), at: word.span) }
        guard scope.chain.count < Resolver.deepestChain else {
            throw scope.error(.nestedTooDeep(limit: Resolver.deepestChain), at: word.span)
        }
        var inner = Scope(source: source)
        inner.values = model.numbers
        inner.chain = scope.chain + [word.text]
        inner.usedAt = [ProgramError.Place(source: scope.source, span: call.span)] + scope.usedAt
        let outer = labels
        labels = NodeLabels()
        let first = graph.nodes.count
        let last = try chain(Program(parsing: source), from: node, in: inner)
        labels = outer
        graph.attach(model, from: first)
        // Within this program its labels are the model's own with its name in front.
        let name = Self.shortName(word.text)
        for index in graph.nodes.indices.dropFirst(first) {
            graph.nodes[index].label = labels.unique("\(name).\(graph.nodes[index].label)")
        }
        return last
    }

    private func read(_ word: Word, in scope: Scope) throws(ProgramError) -> Model {
        do {
            return try Model(path: Self.path(word.text, from: scope.source))
        } catch {
            throw scope.error(error.fault, at: word.span)
        }
    }
}

extension Graph {
    /// Gives the nodes from `first` on the weights that the model has for their labels.
    public mutating func attach(_ model: Model, from first: Int = 0) {
        for index in nodes.indices.dropFirst(first) {
            let prefix = nodes[index].label + "."
            for tensor in model.weights where tensor.name.hasPrefix(prefix) {
                nodes[index].weights[String(tensor.name.dropFirst(prefix.count))] = tensor
            }
        }
    }
}
