import Convolution
import Pixels
import Steps

extension Plan {
    /// Whether the program runs on 8-bit samples from end to end.
    var runsOnLevels: Bool { nodes[last].levels != nil }

    /// Between steps values are floats, so only one window may make new levels, the last. Those before it have to pick
    /// samples.
    mutating func findLevels() {
        guard input.depth == .uint8, output.depth == .uint8, options.method == nil else { return }
        let needed = nodes.indices.filter { nodes[$0].isNeeded }
        guard needed.count > 1, nodes[needed[0]].plan == nil else { return }
        var filters: [any LevelFilter] = []
        for (before, index) in zip(needed, needed.dropFirst()) {
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
    }
}
