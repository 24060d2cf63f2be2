import Convolution
import Pixels
import Programs
import Steps

/// Room for one batch, or one part of it, on its way through a network and back. Used again for the next, so that no
/// fresh memory is touched once learning goes.
final class Workspace {
    let plan: NetworkPlan
    /// What each node made, node 0 the pictures.
    var results: [Planes]
    private var notes: [[Planes]]
    private var inputGradients: [Arriving?]
    /// What steps found out about all rows on the way forwards.
    private var findings: [Findings]
    /// For each node the gradients by its parameters.
    private(set) var gradients: [StepGradients?]
    private var spare = SparePlanes()

    init(_ plan: NetworkPlan, learns: Bool) {
        self.plan = plan
        results = plan.nodes.enumerated().map { index, node in
            index == 0 || (node.step != nil && plan.inPlace[index] == nil)
                ? Planes(shape: node.shape) : Planes(shape: Shape(channels: 0, height: 0, width: 0))
        }
        notes = plan.nodes.map { node in
            learns ? node.learning?.notes.map { Planes(shape: $0) } ?? [] : []
        }
        inputGradients = plan.nodes.map { _ in nil }
        findings = plan.nodes.map { _ in Findings() }
        gradients = plan.nodes.map { node in
            guard learns, node.passesGradients, let step = node.step else { return nil }
            return StepGradients(
                inputs: step.inputs.map { _ in nil }, parameters: step.parameters.map { Planes(shape: $0.shape) })
        }
    }

    /// Pictures in `results[0]` forwards to the last node. With `learning`, steps do what they do while learning.
    func forward(_ values: [[Planes]], learning: StepCall.Learning?, machine: Machine) -> Planes {
        for index in plan.nodes.indices {
            guard let step = plan.nodes[index].step else { continue }
            if let input = plan.inPlace[index], let step = plan.nodes[index].changing {
                results.swapAt(input, index)
                if learning == nil || plan.rectifying[input] == .never {
                    step.apply(to: &results[index], machine: machine)
                }
                continue
            }
            // From the last batch its room is still where the step behind it left it.
            if let follower = plan.follower[index], results[index].shape != plan.nodes[index].shape {
                results.swapAt(index, follower)
            }
            survey(index, machine)
            let call = call(of: index, values, learning, machine)
            if learning != nil, let step = plan.nodes[index].learning {
                step.forward(call, into: &results[index], notes: &notes[index])
            } else {
                step.run(call, into: &results[index])
            }
        }
        return results[plan.output]
    }

    /// From the gradient by the last node's result to those by all weights.
    private func backward(
        from outputGradient: Planes, _ values: [[Planes]], learning: StepCall.Learning, machine: Machine
    ) {
        inputGradients[plan.output] = Arriving(planes: outputGradient)
        for index in plan.nodes.indices.reversed() where plan.nodes[index].passesGradients {
            guard let step = plan.nodes[index].learning, var own = gradients[index],
                let arriving = inputGradients[index]
            else { continue }
            inputGradients[index] = nil
            let inputs = plan.nodes[index].inputs
            if let input = plan.inPlace[index], plan.rectifying[input] == .bothWays {
                // The step before it sees to the slope as well; no one else reads what it made.
                inputGradients[input] = arriving
                continue
            }
            if step.passesGradientOn {
                passOn(arriving, to: inputs.filter { plan.nodes[$0].passesGradients }, machine)
                continue
            }
            gradients[index] = nil
            for (place, input) in inputs.enumerated() where plan.nodes[input].passesGradients {
                own.inputs[place] = spare.take(plan.nodes[input].shape)
            }
            step.backward(
                call(of: index, values, learning, machine), output: results[plan.follower[index] ?? index],
                notes: notes[index], outputGradient: arriving.planes, into: &own)
            for (place, input) in inputs.enumerated() {
                guard let found = own.inputs[place] else { continue }
                own.inputs[place] = nil
                add(Arriving(planes: found), to: input, machine)
            }
            gradients[index] = own
            take(back: arriving)
        }
    }

    /// The loss of what came out, and from its gradient those by all weights.
    func learn(
        from output: Planes, _ wanted: Wanted, _ loss: Loss, _ classWeights: [Double], _ values: [[Planes]],
        _ learning: StepCall.Learning, _ machine: Machine
    ) -> LossSum {
        var slope = spare.take(output.shape)
        let sum = loss.sum(output, wanted, classWeights: classWeights, gradient: &slope)
        backward(from: slope, values, learning: learning, machine: machine)
        return sum
    }

    /// The loss of what came out.
    func loss(of output: Planes, _ wanted: Wanted, _ loss: Loss) -> LossSum {
        var slope = spare.take(output.shape)
        let sum = loss.sum(output, wanted, classWeights: [], gradient: &slope)
        spare.give(slope)
        return sum
    }

    /// Lets the parameters that are counted take in this batch.
    func count(into values: inout [[Planes]]) {
        for index in plan.nodes.indices where !notes[index].isEmpty {
            plan.nodes[index].learning?.count(notes[index], into: &values[index])
        }
    }

    /// The first node whose result holds something that is no number.
    var firstFault: Int? {
        results.indices.first { index in
            plan.nodes[index].step != nil && results[index].samples.contains { !$0.isFinite }
        }
    }

    private func call(
        of index: Int, _ values: [[Planes]], _ learning: StepCall.Learning?, _ machine: Machine
    ) -> StepCall {
        var call = StepCall(
            inputs: plan.inPlace[index] == nil ? plan.nodes[index].inputs.map { results[$0] } : [results[index]],
            rows: 0..<plan.nodes[index].shape.height,
            parameters: values[index], machine: machine, learning: learning)
        if let learning {
            call.learning?.seed = Chance.hash(learning.seed, UInt64(index))
            call.learning?.rectifies = plan.rectifying[index] != .never
        }
        call.survey = findings[index]
        return call
    }

    private func survey(_ index: Int, _ machine: Machine) {
        guard let step = plan.nodes[index].surveying else { return }
        findings[index] = step.emptySurvey
        step.survey(
            0..<step.inputs[0].height, of: results[plan.nodes[index].inputs[0]], into: &findings[index], on: machine)
    }

    /// The gradient by a node's result, on its way to the node's step.
    private struct Arriving {
        var planes: Planes
        /// Whether the same room is another node's as well, that will give it back.
        var isLent = false
    }

    /// One gradient to several nodes, as it is. The way back comes to the first of them last.
    private func passOn(_ gradient: Arriving, to nodes: [Int], _ machine: Machine) {
        guard let owner = nodes.indices.min(by: { nodes[$0] < nodes[$1] }) else { return take(back: gradient) }
        for (place, node) in nodes.enumerated() {
            add(Arriving(planes: gradient.planes, isLent: gradient.isLent || place != owner), to: node, machine)
        }
    }

    private func take(back gradient: Arriving) {
        if !gradient.isLent { spare.give(gradient.planes) }
    }

    /// What several readers of a node send back adds up.
    private func add(_ gradient: Arriving, to node: Int, _ machine: Machine) {
        guard var sum = inputGradients[node] else {
            inputGradients[node] = gradient
            return
        }
        inputGradients[node] = nil
        var other = gradient
        // What is another's as well would be copied to be written to.
        if sum.isLent { swap(&sum, &other) }
        let loops = machine.updateLoops
        sum.planes.samples.withUnsafeMutableBufferPointer { out in
            other.planes.samples.withUnsafeBufferPointer { values in
                // Every sample has one thread.
                guard let out = out.baseAddress, let values = values.baseAddress else { return }
                nonisolated(unsafe) let (sums, terms) = (out, values)
                machine.split(0..<other.planes.samples.count, grain: SampleRun.length) { run in
                    loops.accumulate(terms + run.lowerBound, into: sums + run.lowerBound, run.count)
                }
            }
        }
        sum.isLent = false
        inputGradients[node] = sum
        take(back: other)
    }
}

/// Memory that no one needs just now, for planes of any shape. What is taken holds anything.
private struct SparePlanes {
    private var stores: [[Float]] = []

    /// The smallest store that is large enough, or a new one.
    mutating func take(_ shape: Shape) -> Planes {
        let count = shape.sampleCount ?? 0
        let fitting = stores.indices.filter { stores[$0].capacity >= count }
        guard let best = fitting.min(by: { stores[$0].capacity < stores[$1].capacity }) else {
            return Planes(shape: shape)
        }
        var store = stores.remove(at: best)
        if store.count > count {
            store.removeLast(store.count - count)
        } else {
            store.append(contentsOf: repeatElement(0, count: count - store.count))
        }
        return Planes(shape: shape, samples: store)
    }

    mutating func give(_ used: Planes) { stores.append(used.samples) }
}
