import Convolution
import Pixels
import Steps

/// The schedule with pixels in it, as floats.
struct Runner {
    private let plan: Plan
    private let machine: Machine
    private var schedule: RowSchedule
    private var planes: [Planes]
    private var findings: [Findings]
    private let converter: SampleConverter
    private let keepsAll: Bool
    /// Rows of the result that are asked for at one time.
    let band: Int

    /// - Parameter keepsAll: let no row go, so that every node can be looked at afterwards.
    init(_ plan: Plan, on machine: Machine, keepsAll: Bool = false) {
        self.plan = plan
        self.machine = machine
        self.keepsAll = keepsAll
        let schedule = RowSchedule(plan, startsLate: !keepsAll)
        self.schedule = schedule
        converter = SampleConverter(machine)
        let last = plan.nodes[plan.last]
        band = plan.stretch == nil ? RowSchedule.bandHeight(of: last) : RowSchedule.stretchBand(of: last)
        planes = zip(plan.nodes, schedule.rows).map { node, rows in
            Planes(shape: node.shape, emptyWithRoomFor: node.isNeeded ? node.rowsHeld : 0, from: rows.lowerBound)
        }
        findings = plan.nodes.map { ($0.plan as? any SurveyingStep)?.emptySurvey ?? Findings() }
    }

    /// The rows of the result that are there.
    var rows: Range<Int> { schedule.rows[plan.last] }

    /// Turns to these rows of the result, as what is read is at hand from any row on: anew where they are not the next, or where the
    /// next rows of what is read are not at hand, as some were left out that nobody asks for, above a region or between the rows of a
    /// stride.
    mutating func turn(to stretch: Range<Int>, with feed: ChunkFeed) {
        if rows.upperBound == stretch.lowerBound, feed.goesOn(behind: schedule.rows) {
            return schedule.goOn(upTo: stretch.upperBound)
        }
        schedule.begin(stretch)
        for (node, rows) in schedule.rows.enumerated() { planes[node].begin(at: rows.lowerBound) }
    }

    /// Has the result's rows made, at least up to `end`.
    mutating func pull<Feed: RowFeed>(upTo end: Int, from feed: Feed) throws(Feed.Failure) {
        var schedule = schedule
        try schedule.pull(plan.last, upTo: end) { (action) throws(Feed.Failure) in
            try perform(action, from: feed)
        }
        self.schedule = schedule
    }

    /// Has all rows of every node made, whether the result needs them or not.
    mutating func pullEveryRow<Feed: RowFeed>(from feed: Feed) throws(Feed.Failure) {
        var schedule = schedule
        for node in plan.nodes.indices where plan.nodes[node].isNeeded {
            try schedule.pull(node, upTo: plan.nodes[node].shape.height) { (action) throws(Feed.Failure) in
                try perform(action, from: feed)
            }
        }
        self.schedule = schedule
    }

    /// Writes rows of the result, and returns how many of their samples were clipped.
    func store(_ rows: Range<Int>, into bytes: UnsafeMutableRawBufferPointer) -> Int {
        converter.store(rows, of: planes[plan.last], header: plan.output, into: bytes)
    }

    /// Lets go what the rows before `row` needed.
    mutating func release(upTo row: Int) {
        var schedule = schedule
        schedule.release(writtenUpTo: row) { action in
            if case .drop(let node, let before) = action { drop(node, before: before) }
        }
        self.schedule = schedule
    }

    /// Bytes of a row of the result.
    var bytesPerRow: Int { plan.output.bytesPerRow }

    func planes(of node: Int) -> Planes { planes[node] }

    private mutating func perform<Feed: RowFeed>(
        _ action: RowSchedule.Action, from feed: Feed
    ) throws(Feed.Failure) {
        switch action {
        case .receive(let node, let rows):
            let header = plan.header(of: node)
            try feed.take(rows, of: node) { count, bytes in
                converter.load(count, from: bytes, header: header, into: &planes[node])
            }
        case .survey(let node, let rows):
            guard let step = plan.nodes[node].plan as? any SurveyingStep else { return }
            step.survey(rows, of: planes[plan.nodes[node].inputs[0]], into: &findings[node], on: machine)
        case .run(let node, let rows):
            guard let step = plan.nodes[node].plan else { return }
            let call = StepCall(
                inputs: plan.nodes[node].inputs.map { planes[$0] }, rows: rows,
                parameters: plan.nodes[node].weights, survey: findings[node], machine: machine)
            planes[node].makeRoom(upTo: rows.upperBound)
            step.run(call, into: &planes[node])
        case .drop(let node, let before):
            drop(node, before: before)
        }
    }

    private mutating func drop(_ node: Int, before row: Int) {
        if keepsAll { return }
        planes[node].dropRows(before: row)
    }
}
