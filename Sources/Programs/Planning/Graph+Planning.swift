import Pixels
import Steps
import Tensors

extension Graph {
    /// The same program up to a node, as if it ended there.
    public func ending(at node: Int) -> Graph {
        var graph = self
        // Each comes after those it takes its input from.
        graph.nodes.removeSubrange((node + 1)...)
        graph.output = node
        return graph
    }
}

extension Graph {
    /// A step planned for what reaches it.
    ///
    /// - Parameter node: where it stands, to be named by an error.
    public func plan(
        _ step: any Step, at node: Int, for inputs: [Shape], options: PlanOptions = PlanOptions()
    ) throws(ProgramError) -> any PlannedStep {
        let planned: any PlannedStep
        do {
            planned = try step.plan(for: inputs, options: options)
        } catch {
            throw self.error(sizing: error.description, at: node)
        }
        guard let samples = planned.output.sampleCount, samples <= Int.max / 64 else {
            throw error(sizing: StepError.tooLarge(planned.output).description, at: node)
        }
        return planned
    }

    /// Something wrong at the call in the user's own text: the kernel file behind it is not at fault.
    public func error(sizing sentence: String, at node: Int) -> ProgramError {
        let place = nodes[node].place
        guard let call = nodes[node].usedAt.last else {
            return ProgramError(.shape(sentence), at: place.span, in: place.source)
        }
        // In a file of the user's own the line is worth knowing.
        let isOwn = place.source.name.hasSuffix(".kern") && !place.source.name.hasPrefix("kernels/")
        let line = isOwn ? "\(place.source.name), line \(place.source.position(of: place.span.start).line): " : ""
        return ProgramError(.shape("\(line)\(nodes[node].text): \(sentence)"), at: call.span, in: call.source)
    }

    /// For each node, whether the result of `output` depends on it.
    public func needed(for output: Int) -> [Bool] {
        var needed = [Bool](repeating: false, count: nodes.count)
        needed[output] = true
        for index in nodes.indices.reversed() where needed[index] {
            for input in nodes[index].inputs { needed[input] = true }
        }
        return needed
    }
}

extension Graph {
    /// All weights of a step, or none where one is not known.
    func knownWeights(of planned: any PlannedStep, at node: Int) throws(ProgramError) -> [Planes] {
        var all: [Planes] = []
        for parameter in planned.parameters {
            guard let known = nodes[node].weights[parameter.name] else { return [] }
            all.append(try planes(known, for: parameter, at: node))
        }
        return all
    }

    /// Weights that are known, in the shape that the step as planned has for them.
    ///
    /// - Throws: a `ProgramError` that names both sizes where they differ.
    public func planes(_ known: Tensor, for parameter: Parameter, at node: Int) throws(ProgramError) -> Planes {
        let shape = parameter.shape
        let asked = [shape.count, shape.channels, shape.height, shape.width]
        guard known.fills(asked) else {
            if known.dimensions.count == 1, asked == [1, shape.channels, 1, 1] {
                throw error(
                    sizing:
                        "the model's \(known.name) is for \(known.values.count) channel\(known.values.count == 1 ? "" : "s"), and "
                        + "\(shape.channels) come in" + wayOut(from: [1, known.values.count, 1, 1], to: shape), at: node
                )
            }
            let found = known.dimensions.map { "\($0)" }.joined(separator: "x")
            let asked = asked.map { "\($0)" }.joined(separator: "x")
            throw error(
                sizing: "the model's \(known.name) is \(found), and what comes in here asks for \(asked) "
                    + "(outputs, inputs, height, width)" + wayOut(from: known.dimensions, to: parameter.shape), at: node
            )
        }
        return Planes(shape: shape, samples: known.values)
    }

    /// Grey pictures and coloured ones can be brought to the other's channels.
    private func wayOut(from learned: [Int], to asked: Shape) -> String {
        guard learned.count == 4, learned == [asked.count, learned[1], asked.height, asked.width] else { return "" }
        switch (learned[1], asked.channels) {
        case (1, 3): return "; it was learned from grey pictures: put 'gray |' in front of it"
        case (3, 1): return "; it was learned from colour pictures: put 'channel 0,0,0 |' in front of it"
        default: return ""
        }
    }
}
