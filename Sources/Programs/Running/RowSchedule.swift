import Convolution
import Pixels
import Steps

/// Who needs which rows when. Rows are asked for from the end: to write some rows of the result, each node asks those
/// before it for the rows around them, and what no one will ask for again is let go.
///
/// The schedule is a value of numbers. `count` plays it through without a pixel; the runner plays it with them.
struct RowSchedule {
    private let nodes: [Plan.Node]
    /// For each node, who takes its rows: node and which of its inputs.
    private let consumers: [[(node: Int, input: Int)]]
    private let last: Int
    /// Rows that are there.
    private(set) var rows: [Range<Int>]
    /// Input rows that a surveying node has looked at; nil once it has seen all, or has nothing to survey.
    private var surveyed: [Int?]

    /// One thing to do.
    enum Action {
        /// Rows of what is read come in: of the picture, or of a mask.
        case receive(node: Int, Range<Int>)
        /// A node looks at rows of its input.
        case survey(node: Int, Range<Int>)
        case run(node: Int, Range<Int>)
        /// Rows of a node before this one are not needed again.
        case drop(node: Int, before: Int)
    }

    /// - Parameter startsLate: leave out the rows that nobody will ask for, as those above a region.
    init(_ plan: Plan, startsLate: Bool = true) {
        nodes = plan.nodes
        last = plan.last
        surveyed = plan.nodes.map { $0.plan is any SurveyingStep ? 0 : nil }
        var consumers = plan.nodes.map { _ in [(node: Int, input: Int)]() }
        for (index, node) in plan.nodes.enumerated() where node.isNeeded {
            for (position, input) in node.inputs.enumerated() { consumers[input].append((index, position)) }
        }
        self.consumers = consumers
        rows = plan.nodes.map { _ in 0..<0 }
        if startsLate { rows = starts.map { $0..<$0 } }
    }

    /// For each node the first row that anyone will ask for. What is read is read from the top all the same.
    private var starts: [Int] {
        var starts = nodes.map { _ in 0 }
        for (index, node) in nodes.enumerated().reversed() where index != last && node.plan != nil {
            var first = node.shape.height
            for (consumer, position) in consumers[index] {
                guard let plan = nodes[consumer].plan else { continue }
                let rest = starts[consumer]..<nodes[consumer].shape.height
                if surveyed[consumer] != nil { first = 0 }
                if !rest.isEmpty { first = min(first, plan.rowsNeeded(for: rest)[position].lowerBound) }
            }
            let grain = node.plan?.rowGrain ?? 1
            starts[index] = first / grain * grain
        }
        return starts
    }

    /// Rows that are asked of a node at one time: about a megabyte, and for a tall window enough that
    /// the rows around them are not filtered too often.
    static func bandHeight(of node: Plan.Node) -> Int {
        let shape = node.shape
        let perRow = max(1, shape.width * shape.channels * shape.count)
        let band = max(8, (1 << 20) / node.bytesPerSample / perRow)
        if let levels = node.levels { return max(band, min(4 * levels.windowRows, (7 << 20) / perRow)) }
        guard let account = node.plan?.account, account.grid == nil, let axis = account.geometry?.y else { return band }
        let reach = Extent.span(of: axis.kernel, dilation: axis.dilation) / axis.stride
        return max(band, min(2 * reach, (12 << 20) / perRow))
    }

    /// Has the rows of `node` up to `end` made.
    mutating func pull(_ node: Int, upTo end: Int, _ act: (Action) throws -> Void) throws {
        let height = nodes[node].shape.height
        let grain = nodes[node].plan?.rowGrain ?? 1
        let band = RowSchedule.bandHeight(of: nodes[node])
        try survey(node, act)
        while rows[node].upperBound < end {
            let first = rows[node].upperBound
            let wanted = min(end, first + band)
            let next = min(height, (wanted + grain - 1) / grain * grain)
            if nodes[node].plan != nil {
                for (input, needed) in zip(nodes[node].inputs, nodes[node].rowsNeeded(for: first..<next)) {
                    try pull(input, upTo: needed.upperBound, act)
                }
                try act(.run(node: node, first..<next))
            } else {
                try act(.receive(node: node, first..<next))
            }
            rows[node] = rows[node].lowerBound..<next
            for input in nodes[node].inputs { try release(input, act) }
        }
    }

    private mutating func survey(_ node: Int, _ act: (Action) throws -> Void) throws {
        guard var seen = surveyed[node], let input = nodes[node].inputs.first else { return }
        let height = nodes[input].shape.height
        let band = RowSchedule.bandHeight(of: nodes[input])
        while seen < height {
            let next = min(height, seen + band)
            try pull(input, upTo: next, act)
            try act(.survey(node: node, seen..<next))
            seen = next
            surveyed[node] = seen
            try release(input, act)
        }
        surveyed[node] = nil
    }

    /// Lets go the rows of `node` that everyone is done with.
    mutating func release(_ node: Int, writtenUpTo written: Int = .max, _ act: (Action) throws -> Void) throws {
        var keep = node == last ? written : .max
        for (consumer, position) in consumers[node] {
            guard nodes[consumer].plan != nil else { continue }
            let rest = rows[consumer].upperBound..<nodes[consumer].shape.height
            if !rest.isEmpty { keep = min(keep, nodes[consumer].rowsNeeded(for: rest)[position].lowerBound) }
            if let seen = surveyed[consumer] { keep = min(keep, seen) }
        }
        let first = min(keep, rows[node].upperBound)
        guard first > rows[node].lowerBound else { return }
        rows[node] = first..<rows[node].upperBound
        try act(.drop(node: node, before: first))
    }

    /// For each node the most rows that it holds at one time, how many rows of what is read are asked for, and how many
    /// rows each node makes.
    static func count(_ plan: Plan) -> (held: [Int], received: [Int], made: [Int]) {
        var schedule = RowSchedule(plan, startsLate: !plan.runsOnLevels)
        var held = plan.nodes.map { _ in 0 }
        var first = schedule.rows.map(\.lowerBound)
        var received = held
        var made = held
        let height = plan.nodes[plan.last].shape.height
        let band = bandHeight(of: plan.nodes[plan.last])
        do {
            var done = 0
            while done < height {
                let next = min(height, done + band)
                try schedule.pull(plan.last, upTo: next) { action in
                    switch action {
                    case .receive(let node, let rows):
                        held[node] = max(held[node], rows.upperBound - first[node])
                        received[node] = rows.upperBound
                    case .run(let node, let rows):
                        held[node] = max(held[node], rows.upperBound - first[node])
                        made[node] += rows.count
                    case .drop(let node, let before): first[node] = before
                    case .survey: break
                    }
                }
                done = schedule.rows[plan.last].upperBound
                try schedule.release(plan.last, writtenUpTo: done) { action in
                    if case .drop(let node, let before) = action { first[node] = before }
                }
            }
        } catch {
            preconditionFailure("counting rows throws nothing: \(error)")
        }
        return (held, received, made)
    }
}
