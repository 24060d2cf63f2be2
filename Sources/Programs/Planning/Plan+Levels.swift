import Convolution
import Pixels
import Steps

extension Plan {
    /// Whether the program runs on 8-bit samples from end to end.
    var runsOnLevels: Bool { nodes[last].levels != nil }

    /// Between steps values are floats, so only one window may make new levels, the last, or the two whose magnitude is the
    /// last. Those before it have to pick samples.
    mutating func findLevels() {
        guard input.depth == .uint8, output.depth == .uint8, options.method == nil else { return }
        let gradient = options.usesGrids ? gradientAtEnd : nil
        let needed = nodes.indices.filter { nodes[$0].isNeeded && gradient?.windows.contains($0) != true }
        guard needed.count > 1, nodes[needed[0]].plan == nil else { return }
        var filters: [any LevelFilter] = []
        for (before, index) in zip(needed, needed.dropFirst()) {
            if index == last, let gradient, gradient.input == before {
                filters.append(gradient.filter)
                continue
            }
            guard nodes[index].inputs == [before], let step = nodes[index].plan as? any LevelStep,
                index == last || step.picksSamples, let filter = step.levelFilter
            else { return }
            filters.append(filter)
        }
        nodes[needed[0]].bytesPerSample = 1
        for (index, filter) in zip(needed.dropFirst(), filters) {
            nodes[index].levels = filter
            nodes[index].bytesPerSample = 1
        }
        guard let gradient else { return }
        for window in gradient.windows { nodes[window].isNeeded = false }
        nodes[last].inputs = [gradient.input]
        nodes[last].absorbed = gradient.windows
        nodes[last].window = nodes[gradient.windows[0]].plan
    }

    /// The windows whose magnitude is the result and nothing else's input, and the node they look at.
    private var gradientAtEnd: (windows: [Int], input: Int, filter: LevelGradient)? {
        let windows = nodes[last].inputs
        guard let step = nodes[last].plan as? any MagnitudeStep, step.isMagnitudeOfInputs,
            (1...2).contains(windows.count)
        else { return nil }
        let planned = windows.compactMap { nodes[$0].plan as? PlannedConvolution }
        let inputs = Set(windows.flatMap { nodes[$0].inputs })
        let consumers = nodes.indices.filter {
            nodes[$0].isNeeded && nodes[$0].inputs.contains(where: windows.contains)
        }
        guard planned.count == windows.count, inputs.count == 1, let input = inputs.first, consumers == [last],
            let filter = LevelGradient(planned[0].convolution, planned.dropFirst().first?.convolution)
        else { return nil }
        return (windows, input, filter)
    }
}
