import Steps

extension Plan {
    /// Where two windows on the same rows are there for their magnitude alone, all three are done in one.
    mutating func uniteMagnitudes() {
        guard options.method == nil, options.unitesSteps else { return }
        let uses = uses
        for index in nodes.indices where nodes[index].isNeeded {
            guard let (windows, input) = windowsOfMagnitude(index, uses: uses), windows.count == 2,
                let combine = nodes[index].plan, let magnitude = PlannedMagnitude(windows[0], windows[1], combine)
            else { continue }
            nodes[index].plan = magnitude
            absorb(nodes[index].inputs, into: index, from: input)
        }
    }

    /// For each node how many take its rows.
    var uses: [Int] {
        var uses = nodes.map { _ in 0 }
        for node in nodes where node.isNeeded {
            for input in node.inputs { uses[input] += 1 }
        }
        return uses
    }

    /// The windows, on one input, that a node is the magnitude of, if nothing else takes their rows.
    func windowsOfMagnitude(_ node: Int, uses: [Int]) -> (windows: [PlannedConvolution], input: Int)? {
        let inputs = nodes[node].inputs
        guard let step = nodes[node].plan as? any MagnitudeStep, step.isMagnitudeOfInputs,
            (1...2).contains(inputs.count), inputs.allSatisfy({ uses[$0] == 1 && $0 != last })
        else { return nil }
        let windows = inputs.compactMap { nodes[$0].plan as? PlannedConvolution }
        let before = Set(inputs.flatMap { nodes[$0].inputs })
        guard windows.count == inputs.count, before.count == 1, let input = before.first else { return nil }
        return (windows, input)
    }

    /// Has a node do others in one with its own, from the rows of `input`.
    mutating func absorb(_ others: [Int], into node: Int, from input: Int) {
        for other in others {
            nodes[other].isNeeded = false
            nodes[other].isAbsorbed = true
        }
        nodes[node].inputs = [input]
        nodes[node].absorbed = others
    }
}
