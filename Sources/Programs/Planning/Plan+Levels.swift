import Convolution
import Pixels
import Steps

extension Plan {
    /// Whether the program runs on 8-bit samples from end to end.
    var runsOnLevels: Bool { nodes[last].levels != nil }

    /// Several nodes done in one, the last of the plan.
    private struct Union {
        var absorbed: [Int]
        var input: Int
        var filter: any LevelFilter
        var rowsNeeded: @Sendable (Range<Int>) -> Range<Int>
    }

    /// Between steps values are floats, so only one window may make new levels, the last, or the two whose magnitude is the
    /// last. Those before it have to pick samples.
    mutating func findLevels() {
        guard input.depth == .uint8, output.depth == .uint8, options.method == nil else { return }
        let union = options.unitesSteps ? gradientAtEnd ?? gridAtEnd ?? pointsAtEnd : nil
        let needed = nodes.indices.filter { nodes[$0].isNeeded && union?.absorbed.contains($0) != true }
        guard needed.count > 1, nodes[needed[0]].plan == nil else { return }
        var filters: [any LevelFilter] = []
        for (before, index) in zip(needed, needed.dropFirst()) {
            if index == last, let union, union.input == before {
                filters.append(union.filter)
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
        guard let union else { return }
        absorb(union.absorbed, into: last, from: union.input)
        nodes[last].unionRows = union.rowsNeeded
    }

    /// The windows whose magnitude is the result and nothing else's input.
    private var gradientAtEnd: Union? {
        guard let (windows, input) = windowsOfMagnitude(last, uses: uses),
            let filter = LevelGradient(windows[0].convolution, windows.dropFirst().first?.convolution)
        else { return nil }
        let convolution = windows[0].convolution
        return Union(absorbed: nodes[last].inputs, input: input, filter: filter) {
            convolution.geometry.y.sources(of: $0, border: convolution.border)
        }
    }

    /// Steps at the end that look at one sample at a time, after all of them were counted if one has to know them all.
    private var pointsAtEnd: Union? {
        let uses = uses
        let lanes = options.machine.lanes
        var (steps, places, node) = ([any PlannedStep](), [Int](), last)
        while let step = nodes[node].plan, step is any TableStep || step is any SurveyedTableStep,
            node == last || uses[node] == 1, let input = nodes[node].inputs.first
        {
            steps.insert(step, at: 0)
            places.append(node)
            node = input
        }
        guard !steps.isEmpty else { return nil }
        let survey = LevelSurvey { [steps] counts in
            steps.reduce(LevelTable.samples) { values, step in
                switch step {
                case let step as any TableStep: step.values(of: values, lanes)
                case let step as any SurveyedTableStep: step.values(of: values, seen: counts)
                default: values
                }
            }
        }
        let isKnown = !steps.contains { $0 is any SurveyedTableStep }
        let filter: any LevelFilter = isKnown ? survey.settled(LevelSurvey.nothingSeen, lanes) : survey
        return Union(absorbed: Array(places.dropFirst()), input: node, filter: filter) { $0 }
    }

    /// The stages of a grid.
    private var gridAtEnd: Union? {
        guard let end = nodes[last].plan as? any GridEndStep, let filter = end.levelGrid,
            let middle = nodes[last].inputs.first,
            let down = nodes[middle].inputs.first, let input = nodes[down].inputs.first
        else { return nil }
        return Union(absorbed: [down, middle], input: input, filter: filter) { filter.rowsNeeded(for: $0) }
    }
}
