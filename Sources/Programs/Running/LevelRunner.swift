import Convolution
import Pixels
import Steps

/// The schedule with pixels in it, as the 8-bit samples that they are.
struct LevelRunner: RowMaker {
    private let plan: Plan
    private let reader: RowReadAhead
    private var schedule: RowSchedule
    private var levels: [Levels]
    /// Samples that were clipped in rows that are not stored yet.
    private var clipped = 0

    init(_ plan: Plan, reader: RowReadAhead) {
        self.plan = plan
        self.reader = reader
        schedule = RowSchedule(plan, startsLate: false)
        levels = plan.nodes.map {
            Levels(
                size: $0.shape.size, channels: $0.shape.channels, emptyWithRoomFor: $0.isNeeded ? $0.rowsHeld : 0)
        }
    }

    mutating func rows(upTo end: Int) throws -> Range<Int> {
        var schedule = schedule
        try schedule.pull(plan.last, upTo: end) { try perform($0) }
        self.schedule = schedule
        return schedule.rows[plan.last]
    }

    mutating func release(upTo row: Int) throws {
        var schedule = schedule
        try schedule.release(plan.last, writtenUpTo: row) { try perform($0) }
        self.schedule = schedule
    }

    mutating func store(_ rows: Range<Int>, into bytes: UnsafeMutableRawBufferPointer) -> Int {
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
        case .receive(_, let rows):
            try receive(rows.count)
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

    private mutating func receive(_ count: Int) throws {
        var left = count
        while left > 0 {
            left -= try reader.take(atMost: left) { rows, bytes in
                let first = levels[0].rows.upperBound
                levels[0].makeRoom(upTo: first + rows)
                levels[0].withMutableRows { target in
                    UnsafeMutableRawPointer(target.row(first))
                        .copyMemory(from: bytes.baseAddress ?? UnsafeRawPointer(target.base), byteCount: bytes.count)
                }
            }
        }
    }
}
