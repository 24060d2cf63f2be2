import Convolution
import Pixels
import Steps
import Synchronization

/// Rows made in stretches: each thread takes rows of the result through all steps by itself, and none waits for another
/// between one step and the next. Rows around a stretch may be made twice, by its neighbours as well.
struct StretchMaker: RowMaker {
    let height: Int
    private let plan: Plan
    private let stretch: Int
    private let readers: [Int: RowReadAhead]
    private let schedule: RowSchedule
    /// For each node that is read, the raw rows that the stretches in work come from.
    private var windows: [Int: Levels]
    private var workers: [Runner]
    private var done = 0

    init(_ plan: Plan, stretch: Int, from readers: [Int: RowReadAhead]) {
        self.plan = plan
        self.stretch = stretch
        self.readers = readers
        schedule = RowSchedule(plan)
        let machine = plan.options.machine
        height = StretchMaker.height(stretch, on: machine)
        let alone = Machine(lanes: machine.lanes, threads: 1)
        workers = (0..<machine.workers).map { _ in Runner(plan, on: alone) }
        windows = [:]
        for (node, rows) in plan.rawRowsHeld {
            let header = plan.header(of: node)
            windows[node] = Levels(
                size: Size(width: header.bytesPerRow, height: header.size.height), channels: 1, emptyWithRoomFor: rows)
        }
    }

    /// Rows made at one time, by all threads.
    static func height(_ stretch: Int, on machine: Machine) -> Int { stretch * machine.workers }

    mutating func next() throws -> Range<Int> {
        let rows = done..<min(plan.output.size.height, done + height)
        guard !rows.isEmpty else { return rows }
        let asked = schedule.rowsAsked(by: rows)
        // In the order of the nodes, so that of two failures it is always the same that comes out.
        for (node, reader) in readers.sorted(by: { $0.key < $1.key }) where !asked[node].isEmpty {
            // Rows that nobody asks for, as those above a region, come in all the same and are let go.
            while let end = windows[node]?.rows.upperBound, end < asked[node].upperBound {
                windows[node]?.dropRows(before: asked[node].lowerBound)
                _ = try reader.take(atMost: asked[node].upperBound - end) { windows[node]?.append($0, from: $1) }
            }
            windows[node]?.dropRows(before: asked[node].lowerBound)
        }
        return rows
    }

    mutating func store(_ rows: Range<Int>, into bytes: UnsafeMutableRawBufferPointer) -> Int {
        done = rows.upperBound
        let feed = WindowFeed(windows: windows)
        let clipped = Atomic(0)
        let (stretch, bytesPerRow) = (stretch, plan.output.bytesPerRow)
        // A worker is one thread's, and every row of the result has one worker.
        nonisolated(unsafe) let bytes = bytes
        workers.withUnsafeMutableBufferPointer { workers in
            nonisolated(unsafe) let workers = workers
            plan.options.machine.share(rows, grain: stretch) { worker, piece in
                let first = piece.lowerBound - rows.lowerBound
                let room = bytes[first * bytesPerRow..<(first + piece.count) * bytesPerRow]
                clipped.add(
                    workers[worker].make(piece, from: feed, into: UnsafeMutableRawBufferPointer(rebasing: room)),
                    ordering: .relaxed)
            }
        }
        return clipped.load(ordering: .relaxed)
    }
}

extension Runner {
    /// Makes rows of the result out of rows at hand, and returns how many of their samples were clipped.
    fileprivate mutating func make(
        _ result: Range<Int>, from feed: WindowFeed, into bytes: UnsafeMutableRawBufferPointer
    ) -> Int {
        if rows.upperBound != result.lowerBound || !goesOn(with: feed) { begin(at: result.lowerBound) }
        var clipped = 0
        while rows.upperBound < result.upperBound {
            let first = rows.upperBound
            pull(upTo: min(result.upperBound, first + band), from: feed)
            let (above, below) = (first - result.lowerBound, rows.upperBound - result.lowerBound)
            let room = bytes[above * bytesPerRow..<below * bytesPerRow]
            clipped += store(first..<rows.upperBound, into: UnsafeMutableRawBufferPointer(rebasing: room))
            release(upTo: rows.upperBound)
        }
        return clipped
    }
}

extension Plan {
    /// Bytes of what is read or of the result, whichever has more, in a stretch.
    private static let bytesInStretch = 1 << 19
    /// How much more work the rows around stretches may make.
    private static let mostTwice = 1.25

    /// For each node that is read, how many of its raw rows lie at hand for the stretches in work and the next; none without them.
    var rawRowsHeld: [Int: Int] {
        guard let stretch else { return [:] }
        let asked = placesOfRows(StretchMaker.height(stretch, on: options.machine)).map {
            RowSchedule(self).rowsAsked(by: $0)
        }
        let read = [0] + (mask.map { [$0] } ?? [])
        return Dictionary(
            uniqueKeysWithValues: read.map { node in
                let most = asked.map { $0[node].count }.max() ?? 0
                return (node, min(header(of: node).size.height, 2 * most))
            })
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
        guard rows > 0, StretchMaker.height(rows, on: machine) * 2 <= output.size.height else { return nil }
        let schedule = RowSchedule(self)
        let last = output.size.height - rows
        let band = RowSchedule.stretchBand(of: nodes[self.last])
        let bands = (rows + band - 1) / band
        let pays = [0, last / 2, last].allSatisfy { first in
            let asked = schedule.rowsAsked(by: first / grain * grain..<first / grain * grain + rows)
            var (work, least) = (0.0, 0.0)
            for (node, asked) in zip(nodes, asked) where node.isNeeded {
                let starts = (node.plan?.account.startRows ?? 0) * Double(bands)
                work += node.workPerRow * (Double(asked.count) + starts)
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
