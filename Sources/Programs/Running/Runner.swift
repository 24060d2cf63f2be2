import Convolution
import Pixels
import Steps

/// What makes the rows of a plan's result, a band at a time.
protocol RowMaker {
    /// The rows of the result that are there, at least up to `end`.
    mutating func rows(upTo end: Int) throws -> Range<Int>

    /// Writes rows of the result, and returns how many of their samples were clipped.
    mutating func store(_ rows: Range<Int>, into bytes: UnsafeMutableRawBufferPointer) -> Int

    /// Lets go what the rows before `row` needed.
    mutating func release(upTo row: Int) throws
}

/// The schedule with pixels in it, as floats.
struct Runner: RowMaker {
    private let plan: Plan
    private let reader: RowReadAhead
    private let mask: RowReadAhead?
    private var schedule: RowSchedule
    private var planes: [Planes]
    private var findings: [[Double]]
    private let converter: SampleConverter
    private let keepsAll: Bool

    /// - Parameter keepsAll: let no row go, so that every node can be looked at afterwards.
    init(_ plan: Plan, reader: RowReadAhead, mask: RowReadAhead? = nil, keepsAll: Bool = false) {
        self.plan = plan
        self.keepsAll = keepsAll
        self.reader = reader
        self.mask = mask
        let schedule = RowSchedule(plan, startsLate: !keepsAll)
        self.schedule = schedule
        converter = SampleConverter(plan.options.machine)
        planes = zip(plan.nodes, schedule.rows).map { node, rows in
            Planes(shape: node.shape, emptyWithRoomFor: node.isNeeded ? node.rowsHeld : 0, from: rows.lowerBound)
        }
        findings = plan.nodes.map { ($0.plan as? any SurveyingStep)?.emptySurvey ?? [] }
    }

    mutating func rows(upTo end: Int) throws -> Range<Int> {
        try rows(of: plan.last, upTo: end)
    }

    mutating func rows(of node: Int, upTo end: Int) throws -> Range<Int> {
        var schedule = schedule
        try schedule.pull(node, upTo: end) { try perform($0) }
        self.schedule = schedule
        return schedule.rows[node]
    }

    mutating func release(upTo row: Int) throws {
        var schedule = schedule
        try schedule.release(plan.last, writtenUpTo: row) { try perform($0) }
        self.schedule = schedule
    }

    func store(_ rows: Range<Int>, into bytes: UnsafeMutableRawBufferPointer) -> Int {
        converter.store(rows, of: planes[plan.last], header: plan.output, into: bytes)
    }

    func planes(of node: Int) -> Planes { planes[node] }

    private mutating func perform(_ action: RowSchedule.Action) throws {
        switch action {
        case .receive(let node, let rows):
            if node == 0 {
                try receive(rows.count, from: reader, plan.input, into: node)
            } else if let mask, let header = plan.options.mask {
                try receive(rows.count, from: mask, header, into: node)
            }
        case .survey(let node, let rows):
            guard let step = plan.nodes[node].plan as? any SurveyingStep else { return }
            step.survey(rows, of: planes[plan.nodes[node].inputs[0]], into: &findings[node])
        case .run(let node, let rows):
            guard let step = plan.nodes[node].plan else { return }
            let call = StepCall(
                inputs: plan.nodes[node].inputs.map { planes[$0] }, rows: rows,
                parameters: plan.nodes[node].weights, survey: findings[node], machine: plan.options.machine)
            planes[node].makeRoom(upTo: rows.upperBound)
            step.run(call, into: &planes[node])
        case .drop(let node, let before):
            if keepsAll { return }
            planes[node].dropRows(before: before)
        }
    }

    private mutating func receive(
        _ count: Int, from reader: RowReadAhead, _ header: PictureHeader, into node: Int
    ) throws {
        var left = count
        while left > 0 {
            left -= try reader.take(atMost: left) { rows, bytes in
                converter.load(rows, from: bytes, header: header, into: &planes[node])
            }
        }
    }
}
