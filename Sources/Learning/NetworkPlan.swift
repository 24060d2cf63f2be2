import Pixels
import Programs
import Steps

/// A graph planned for batches of one shape, whole pictures at a time, backwards as well as forwards.
struct NetworkPlan: Sendable {
    struct Node: Sendable {
        /// nil for the pictures that come in, and for what no one asks for.
        let step: (any PlannedStep)?
        /// The step once more, as what else it is: to ask at every turn would take longer than small steps do.
        let learning: (any DifferentiableStep)?
        let changing: (any InPlaceStep)?
        let surveying: (any SurveyingStep)?
        let inputs: [Int]
        let shape: Shape
        /// Whether the loss has a slope by its result that anyone asks for.
        var passesGradients = false

        init(_ step: (any PlannedStep)?, inputs: [Int], shape: Shape) {
            self.step = step
            learning = step as? any DifferentiableStep
            changing = step as? any InPlaceStep
            surveying = step as? any SurveyingStep
            self.inputs = inputs
            self.shape = shape
        }
    }

    private(set) var nodes: [Node]
    let output: Int
    /// For each node whose step works where its input lies, that input; and the other way round. What such a step needs on
    /// the way back, its result tells as well.
    let inPlace: [Int?]
    let follower: [Int?]
    /// What a node's step does of the relu behind it.
    let rectifying: [Rectifying]

    /// - Throws: a `ProgramError` at the step whose sizes cannot work.
    init(_ graph: Graph, upTo output: Int, input: Shape) throws {
        self.output = output
        let needed = graph.needed(for: output)
        var nodes: [Node] = []
        for (index, node) in graph.nodes.enumerated() {
            guard needed[index], let step = node.step else {
                nodes.append(Node(nil, inputs: [], shape: input))
                continue
            }
            let planned = try graph.plan(step, at: index, for: node.inputs.map { nodes[$0].shape })
            nodes.append(Node(planned, inputs: node.inputs, shape: planned.output))
        }
        var readers = [Int](repeating: 0, count: nodes.count)
        for (index, node) in nodes.enumerated() where needed[index] {
            for input in node.inputs { readers[input] += 1 }
        }
        let postponed = try NetworkPlan.postponeRelus(in: &nodes, readers, graph, upTo: output)
        var inPlace = [Int?](repeating: nil, count: nodes.count)
        var follower = inPlace
        for (index, node) in nodes.enumerated() where node.changing?.worksInPlace ?? false {
            let input = node.inputs[0]
            guard readers[input] == 1, input != output, index != output,
                let before = nodes[input].learning,
                !before.needsOutput || postponed.contains(index)
            else { continue }
            inPlace[index] = input
            follower[input] = index
        }
        self.inPlace = inPlace
        self.follower = follower
        rectifying = nodes.indices.map { index in
            guard let next = follower[index], nodes[next].changing?.isRelu ?? false else { return .never }
            return nodes[index].learning?.rectifying ?? .never
        }
        self.nodes = nodes
    }

    /// A relu in front of a pooling that takes the largest sample changes places with it: there is less to do behind, and
    /// neither the results nor the gradients by them are others. What the pooling looks for on the way back, its own result, the
    /// relu may write over: where that is 0 instead of less, no gradient arrives.
    ///
    /// - Returns: the nodes at which there now stands a relu.
    private static func postponeRelus(
        in nodes: inout [Node], _ readers: [Int], _ graph: Graph, upTo output: Int
    ) throws -> Set<Int> {
        var postponed: Set<Int> = []
        // Which node of the graph it is that stands in a place: behind one pooling there may be another.
        var origin = Array(nodes.indices)
        for index in nodes.indices {
            guard let pool = nodes[index].step as? PlannedPooling, pool.passesSignsOn else { continue }
            let before = nodes[index].inputs[0]
            guard before != output, readers[before] == 1,
                nodes[before].changing?.isRelu ?? false, let step = graph.nodes[origin[before]].step,
                nodes[nodes[before].inputs[0]].learning?.rectifying != .bothWays
            else { continue }
            nodes[before] = Node(pool, inputs: nodes[before].inputs, shape: pool.output)
            nodes[index] = Node(
                try graph.plan(step, at: origin[before], for: [pool.output]), inputs: [before], shape: pool.output)
            origin.swapAt(before, index)
            postponed.remove(before)
            postponed.insert(index)
        }
        return postponed
    }

    /// Marks the nodes behind the first weight that is learned.
    mutating func markGradients(learned: Set<Int>) {
        for index in nodes.indices where nodes[index].step != nil {
            nodes[index].passesGradients =
                learned.contains(index) || nodes[index].inputs.contains { nodes[$0].passesGradients }
        }
    }

    /// Whether a picture's result depends on the others of its batch.
    var couplesBatch: Bool {
        nodes.contains { $0.learning?.couplesBatch ?? false }
    }
}
