import Convolution
import Pixels
import Steps

extension Plan {
    /// Bytes of what is read or of the result, whichever has more, in a stretch.
    private static let bytesInStretch = 1 << 19
    /// How much more work the rows around stretches may make.
    private static let mostTwice = 1.25

    /// For each node that is read, how many of its rows are out at one time: those of the stretches in work, and of one to come.
    var rawRowsHeld: [Int: Int] {
        guard let stretch else { return [:] }
        let asked = placesOfRows(stretch * (options.machine.workers + 1)).map { RowSchedule(self).rowsAsked(by: $0) }
        let read = [0] + (mask.map { [$0] } ?? [])
        return Dictionary(uniqueKeysWithValues: read.map { node in (node, asked.map { $0[node].count }.max() ?? 0) })
    }

    /// So many rows of the result at the top, where a border may repeat rows, and in the middle, where windows see all that they can.
    func placesOfRows(_ count: Int) -> [Range<Int>] {
        let count = min(count, output.size.height)
        return [0, (output.size.height - count) / 2].map { $0..<$0 + count }
    }

    /// Rows of the result that a thread takes through all steps at one time; nil where the threads share the rows of each step:
    /// where the rows around a stretch would be too many, or where a step has to see all of them first.
    var stretchThatPays: Int? {
        let machine = options.machine
        guard machine.workers > 1, !runsOnLevels else { return nil }
        guard !nodes.contains(where: { $0.isNeeded && $0.surveys }) else { return nil }
        let grain = nodes[last].plan?.rowGrain ?? 1
        let rows = Plan.bytesInStretch / max(1, input.bytesPerRow, output.bytesPerRow) / grain * grain
        guard rows > 0, rows * machine.workers * 2 <= output.size.height else { return nil }
        let schedule = RowSchedule(self)
        let last = output.size.height - rows
        let band = RowSchedule.stretchBand(of: nodes[self.last])
        let bands = (rows + band - 1) / band
        let pays = [0, last / 2, last].allSatisfy { first in
            let asked = schedule.rowsAsked(by: first / grain * grain..<first / grain * grain + rows)
            var (work, least) = (0.0, 0.0)
            for (node, asked) in zip(nodes, asked) where node.isNeeded {
                let starts = node.makesAhead ? 1 + asked.count / RowSchedule.bandHeight(of: node) : bands
                work += node.workPerRow * (Double(asked.count) + node.startRows * Double(starts))
                least += node.workPerRow * Double(node.shape.height * rows) / Double(output.size.height)
            }
            return work <= least * Plan.mostTwice
        }
        return pays && schedule.readsOnwards(rows) ? rows : nil
    }
}

extension RowSchedule {
    /// Whether stretches of `stretch` rows, from above, never come back to rows of what is read that one before them was done with,
    /// as they do at the bottom where the border wraps around.
    fileprivate func readsOnwards(_ stretch: Int) -> Bool {
        var first = facts.map { _ in 0 }
        for row in Swift.stride(from: 0, to: facts[last].height, by: stretch) {
            let asked = rowsAsked(by: row..<min(row + stretch, facts[last].height))
            for (node, asked) in asked.enumerated() where facts[node].isRead && !asked.isEmpty {
                if asked.lowerBound < first[node] { return false }
                first[node] = asked.lowerBound
            }
        }
        return true
    }
}

extension Plan.Node {
    /// Operations that a row of it takes, with those of moving its samples.
    fileprivate var workPerRow: Double {
        let samples = Double(shape.count * shape.channels * shape.width)
        return 2 * samples + (plan?.account.operations ?? 0) / Double(max(1, shape.height))
    }
}
