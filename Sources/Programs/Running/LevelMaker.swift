import Convolution
import Pixels
import Steps

/// The schedule with pixels in it, as the 8-bit samples that they are.
struct LevelMaker: RowMaker {
    let height: Int
    private let plan: Plan
    private let feed: ReadFeed
    private let band: Int
    /// Whether the last filter writes where the rows are wanted, instead of into rows of its own that are then copied.
    private let writesThrough: Bool
    /// Rows of what the last filter reads that are let go once its rows are written.
    private var dropsLeft: [RowSchedule.Action] = []
    private var done = 0
    private var schedule: RowSchedule
    private var levels: [Levels]
    private var filters: [(any LevelFilter)?]
    /// How often each level was seen, of nodes that have to know.
    private var counts: [Int: [Int]] = [:]
    /// Samples that were clipped in rows that are not stored yet.
    private var clipped = 0

    init(_ plan: Plan, from feed: ReadFeed) {
        self.plan = plan
        self.feed = feed
        band = min(plan.output.size.height, RowSchedule.bandHeight(of: plan.nodes[plan.last]))
        let writesThrough = Chunk.holds(band, of: plan.output)
        self.writesThrough = writesThrough
        height = writesThrough ? band : Chunk.height(for: plan.output)
        schedule = RowSchedule(plan, startsLate: false)
        filters = plan.nodes.map(\.levels)
        levels = plan.nodes.enumerated().map { index, node in
            let holdsRows = node.isNeeded && !(writesThrough && index == plan.last)
            return Levels(
                size: node.shape.size, channels: node.shape.channels, emptyWithRoomFor: holdsRows ? node.rowsHeld : 0)
        }
    }

    mutating func next() throws -> Range<Int> {
        var schedule = schedule
        if done == schedule.rows[plan.last].upperBound {
            for drop in dropsLeft { try perform(drop) }
            dropsLeft = []
            try schedule.release(writtenUpTo: done) { try perform($0) }
            try schedule.pull(plan.last, upTo: min(plan.output.size.height, done + band)) { action in
                switch action {
                case .run(plan.last, _) where writesThrough: break
                case .drop(let node, _) where writesThrough && plan.nodes[plan.last].inputs.contains(node):
                    dropsLeft.append(action)
                default: try perform(action)
                }
            }
            self.schedule = schedule
        }
        return done..<min(schedule.rows[plan.last].upperBound, done + height)
    }

    mutating func store(_ rows: Range<Int>, into bytes: UnsafeMutableRawBufferPointer) -> Int {
        done = rows.upperBound
        let last = plan.nodes[plan.last]
        if writesThrough, let filter = filters[plan.last],
            let base = bytes.assumingMemoryBound(to: UInt8.self).baseAddress
        {
            let target = WritableLevels(rows, at: base, bytesPerRow: plan.output.bytesPerRow)
            return levels[last.inputs[0]].withRows {
                filter.run($0, rows: rows, into: target, on: plan.options.machine)
            }
        }
        let result = levels[plan.last]
        result.withRows { source in
            bytes.copyMemory(
                from: UnsafeRawBufferPointer(
                    start: source.row(rows.lowerBound), count: rows.count * result.bytesPerRow))
        }
        defer { clipped = 0 }
        return clipped
    }

    private mutating func perform(_ action: RowSchedule.Action) throws {
        switch action {
        case .receive(let node, let rows):
            try feed.take(rows, of: node) { levels[node].append($0, from: $1) }
        case .survey(let node, let rows):
            guard let survey = filters[node] as? LevelSurvey, let input = plan.nodes[node].inputs.first else { return }
            var seen = counts[node] ?? LevelSurvey.nothingSeen
            levels[input].withRows { survey.count(rows, of: $0, into: &seen, on: plan.options.machine) }
            counts[node] = seen
            if rows.upperBound == plan.nodes[input].shape.height {
                filters[node] = survey.settled(seen, plan.options.machine.lanes)
            }
        case .run(let node, let rows):
            guard let filter = filters[node], let input = plan.nodes[node].inputs.first else { return }
            levels[node].makeRoom(upTo: rows.upperBound)
            let pixels = levels[input]
            clipped += pixels.withRows { source in
                levels[node].withMutableRows { target in
                    filter.run(source, rows: rows, into: target, on: plan.options.machine)
                }
            }
        case .drop(let node, let before):
            levels[node].dropRows(before: before)
        }
    }
}
