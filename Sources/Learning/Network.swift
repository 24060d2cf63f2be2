import Codecs
import Convolution
import Pixels
import Programs
import Steps
import Tensors

/// A program whose weights can be learned: its graph, what it takes, and what its weights are now.
///
///     let graph = try Catalogue().graph(for: SourceText(text: "conv 6 5x5 | relu | maxpool 2 | dense 10"))
///     var network = try Network(graph, input: Shape(channels: 1, height: 28, width: 28), seed: 1)
///     network.weights.map(\.name)   // conv1.weight, conv1.bias, dense1.weight, dense1.bias
public struct Network: Sendable {
    public let graph: Graph
    /// One picture that comes in, and what is made of it.
    public let input: Shape
    public let output: Shape
    public let weights: [Weight]
    /// The values of the weights: for each node, for each of its parameters.
    var values: [[Planes]]
    /// The last node that is learned through: where the program ends in `softmax` and the loss is its cross-entropy, or in `sigmoid`
    /// and the loss takes shares, what goes into it, as the loss has the better-behaved slope of both together.
    let last: Int
    public let endsInSoftmax: Bool

    public let endsInSigmoid: Bool

    /// Whether what comes out are shares of classes.
    public var endsInShares: Bool { endsInSoftmax || endsInSigmoid }

    /// The softmax in front of what is learned through, with nothing between that has weights; nil where there is none. One at the
    /// end, which crossentropy has in it, does not count.
    public var earlierSoftmax: String? {
        var index = last
        while index > 0, let step = graph.nodes[index].step {
            if step is SoftmaxStep { return graph.nodes[index].text }
            guard step is PointStep, let before = graph.nodes[index].inputs.first else { return nil }
            index = before
        }
        return nil
    }

    /// The last step as it is written.
    public var lastText: String { graph.nodes[graph.output].text }

    /// - Parameter loss: the one that is asked for, if any.
    /// - Throws: a `ProgramError` at the step whose sizes cannot work or that cannot be learned through.
    public init(
        _ graph: Graph, input: Shape, seed: UInt64, loss: Loss? = nil, maxMemory: Int = Limits().maxMemory
    ) throws {
        self.graph = graph
        self.input = input
        endsInSoftmax = graph.nodes[graph.output].step is SoftmaxStep
        endsInSigmoid = (graph.nodes[graph.output].step as? PointStep)?.function == .sigmoid
        let isOfLogits = endsInSoftmax ? loss?.hasSoftmax ?? true : endsInSigmoid && loss?.hasSigmoid ?? false
        last = isOfLogits ? graph.nodes[graph.output].inputs[0] : graph.output
        let plan = try NetworkPlan(graph, upTo: last, input: input)
        output = plan.nodes[last].shape
        try plan.check(graph, maxMemory: maxMemory)
        var weights: [Weight] = []
        var values: [[Planes]] = []
        for (index, node) in plan.nodes.enumerated() {
            let parameters = node.step?.parameters ?? []
            let isFrozen = (graph.nodes[index].step as? any WeightedStep)?.layerWords.isFrozen ?? false
            for (place, parameter) in parameters.enumerated() {
                weights.append(
                    Weight(
                        name: "\(graph.nodes[index].label).\(parameter.name)", parameter: parameter, node: index,
                        place: place,
                        isFrozen: isFrozen))
            }
            values.append(try graph.values(of: parameters, at: index, seed: seed))
        }
        self.weights = weights
        self.values = values
        try refuseDeadEnds(plan)
    }

    /// How many numbers are learned.
    public var learnedCount: Int {
        weights.lazy.filter(\.isLearned).reduce(0) { $0 + ($1.parameter.shape.sampleCount ?? 0) }
    }

    /// Among how many classes it chooses: all that comes out, but for the offsets of a detector's boxes.
    public var choices: Int { (graph.nodes[graph.output].step as? DetectStep)?.choices ?? output.channels }

    public func value(of weight: Weight) -> Planes { values[weight.node][weight.place] }

    public mutating func set(_ weight: Weight, to value: Planes) {
        precondition(value.shape == weight.parameter.shape, "\(weight.name) is \(weight.parameter.shape)")
        values[weight.node][weight.place] = value
    }

    var learnedNodes: Set<Int> { Set(weights.filter(\.isLearned).map(\.node)) }

    /// A plan for batches of `count` pictures.
    func plan(count: Int) throws -> NetworkPlan {
        var shape = input
        shape.count = count
        var plan = try NetworkPlan(graph, upTo: last, input: shape)
        plan.markGradients(learned: learnedNodes)
        return plan
    }

    /// Every step between a weight and the loss has to have a slope.
    private func refuseDeadEnds(_ plan: NetworkPlan) throws {
        var plan = plan
        plan.markGradients(learned: learnedNodes)
        for (index, node) in plan.nodes.enumerated()
        where node.passesGradients && node.learning?.stopsLearning ?? true {
            throw graph.error(
                sizing: "nothing can be learned in front of '\(graph.nodes[index].text)': it has no slope to follow",
                at: index)
        }
    }
}
