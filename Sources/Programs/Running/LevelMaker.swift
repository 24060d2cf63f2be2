import Convolution
import Pixels
import Steps

/// The schedule with pixels in it, as the 8-bit samples that they are.
struct LevelMaker: RowMaker {
    let height: Int
    private let plan: Plan
    private let feed: ReadFeed
    private let band: Int
    private var done = 0
    private var schedule: RowSchedule
    private var levels: [Levels]
    /// Samples that were clipped in rows that are not stored yet.
    private var clipped = 0

    init(_ plan: Plan, from feed: ReadFeed) {
        self.plan = plan
        self.feed = feed
        height = Chunk.height(for: plan.output)
        band = RowSchedule.bandHeight(of: plan.nodes[plan.last])
        schedule = RowSchedule(plan, startsLate: false)
        levels = plan.nodes.map {
            Levels(
                size: $0.shape.size, channels: $0.shape.channels, emptyWithRoomFor: $0.isNeeded ? $0.rowsHeld : 0)
        }
    }

    mutating func next() throws -> Range<Int> {
        var schedule = schedule
        if done == schedule.rows[plan.last].upperBound {
            try schedule.release(writtenUpTo: done) { try perform($0) }
            try schedule.pull(plan.last, upTo: min(plan.output.size.height, done + band)) { try perform($0) }
            self.schedule = schedule
        }
        return done..<min(schedule.rows[plan.last].upperBound, done + height)
    }

    mutating func store(_ rows: Range<Int>, into bytes: UnsafeMutableRawBufferPointer) -> Int {
        let result = levels[plan.last]
        result.withRows { source in
            bytes.copyMemory(
                from: UnsafeRawBufferPointer(
                    start: source.row(rows.lowerBound), count: rows.count * result.bytesPerRow))
        }
        done = rows.upperBound
        defer { clipped = 0 }
        return clipped
    }

    private mutating func perform(_ action: RowSchedule.Action) throws {
        switch action {
        case .receive(let node, let rows):
            try feed.take(rows, of: node) { levels[node].append($0, from: $1) }
        case .survey:
            break
        case .run(let node, let rows):
            guard let filter = plan.nodes[node].levels, let input = plan.nodes[node].inputs.first else { return }
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
