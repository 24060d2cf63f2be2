import Convolution
import Pixels
import Steps

/// Who needs which rows when. Rows are asked for from the end: to write some rows of the result, each node asks those
/// before it for the rows around them, and what no one will ask for again is let go.
///
/// The schedule is a value of numbers. `count` plays it through without a pixel; the runner plays it with them.
struct RowSchedule {
    /// For each node, who takes its rows: node and which of its inputs.
    private let consumers: [[(node: Int, input: Int)]]
    let last: Int
    /// Rows that are there.
    private(set) var rows: [Range<Int>]
    /// Behind the last row of each node that will be asked for, as far as the result is wanted.
    private var ends: [Int] = []
    let facts: [Facts]
    /// Input rows that a surveying node has looked at; nil once it has seen all, or has nothing to survey.
    private var surveyed: [Int?]

    /// What a node is asked about at every turn; to have it told anew by its step would be most of the work.
    final class Facts: Sendable {
        let height: Int
        let grain: Int
        let band: Int
        /// So many rows are made at one time although fewer are asked for.
        let ahead: Int
        let isRead: Bool
        let inputs: [Int]
        private let plan: (any PlannedStep)?
        private let unionRows: (@Sendable (Range<Int>) -> Range<Int>)?

        init(_ node: Plan.Node) {
            height = node.shape.height
            grain = node.plan?.rowGrain ?? 1
            band = RowSchedule.bandHeight(of: node)
            ahead = node.makesAhead ? band : 0
            isRead = node.plan == nil
            inputs = node.inputs
            plan = node.plan
            unionRows = node.unionRows
        }

        /// For each input the rows that the rows `rows` are computed from.
        func needs(for rows: Range<Int>) -> [Range<Int>] {
            unionRows.map { [$0(rows)] } ?? plan?.rowsNeeded(for: rows) ?? []
        }
    }

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

    /// - Parameters:
    ///   - startsLate: leave out the rows that nobody will ask for, as those above a region. What is read is read from the top
    ///     all the same.
    ///   - stretch: the rows of the result to make, where what is read is at hand from any row on.
    init(_ plan: Plan, startsLate: Bool = true, for stretch: Range<Int>? = nil) {
        last = plan.last
        surveyed = plan.nodes.map { $0.surveys ? 0 : nil }
        var consumers = plan.nodes.map { _ in [(node: Int, input: Int)]() }
        for (index, node) in plan.nodes.enumerated() where node.isNeeded {
            for (position, input) in node.inputs.enumerated() { consumers[input].append((index, position)) }
        }
        self.consumers = consumers
        facts = plan.nodes.map(Facts.init)
        rows = plan.nodes.map { _ in 0..<0 }
        if let stretch {
            begin(stretch)
            return
        }
        let all = rowsAsked(by: 0..<facts[last].height)
        ends = all.map(\.upperBound)
        guard startsLate else { return }
        for node in facts.indices where !facts[node].isRead { rows[node] = all[node].lowerBound..<all[node].lowerBound }
    }

    /// Begins anew with these rows of the result; nothing surveys, and what is read is at hand from any row on.
    mutating func begin(_ stretch: Range<Int>) {
        rows = rowsAsked(by: stretch.lowerBound..<facts[last].height).map { $0.lowerBound..<$0.lowerBound }
        goOn(upTo: stretch.upperBound)
    }

    /// Wants the rows of the result up to `end` from now on.
    mutating func goOn(upTo end: Int) {
        ends = rowsAsked(by: rows[last].upperBound..<end).map(\.upperBound)
    }

    /// For each node the rows of it that `result`, rows of the last one, comes from.
    func rowsAsked(by result: Range<Int>) -> [Range<Int>] {
        var asked = facts.map { $0.height..<$0.height }
        for (index, node) in facts.enumerated().reversed() where index == last || !consumers[index].isEmpty {
            var first = index == last ? result.lowerBound : node.height
            var end = index == last ? result.upperBound : 0
            for (consumer, position) in consumers[index] where !asked[consumer].isEmpty {
                let needed = facts[consumer].needs(for: asked[consumer])
                guard position < needed.count else { continue }
                let rows = surveyed[consumer] == nil ? needed[position] : 0..<node.height
                // A region asks for none where the result lies outside it.
                if rows.isEmpty { continue }
                first = min(first, rows.lowerBound)
                end = max(end, rows.upperBound)
            }
            guard first < end else { continue }
            let grain = node.grain
            asked[index] = first / grain * grain..<min(node.height, (end + grain - 1) / grain * grain)
        }
        return asked
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
        let ahead = node.makesAhead ? min(4 * reach, (2 << 20) / perRow) : 0
        return max(band, ahead, min(2 * reach, (12 << 20) / perRow))
    }

    /// The same for one thread that goes through all steps by itself: with no one to wait for, it takes less, and keeps it in its cache.
    static func stretchBand(of node: Plan.Node) -> Int {
        max(8, (1 << 16) / max(1, node.shape.width * node.shape.channels * node.shape.count))
    }

    /// Has the rows of `node` up to `end` made.
    mutating func pull<Failure>(
        _ node: Int, upTo end: Int, _ act: (Action) throws(Failure) -> Void
    ) throws(Failure) {
        let own = facts[node]
        try survey(node, act)
        while rows[node].upperBound < end {
            let first = rows[node].upperBound
            let wanted = min(max(end, min(first + own.ahead, ends[node])), first + own.band)
            let next = min(own.height, (wanted + own.grain - 1) / own.grain * own.grain)
            if !own.isRead {
                for (input, needed) in zip(own.inputs, facts[node].needs(for: first..<next)) {
                    try pull(input, upTo: needed.upperBound, act)
                }
                try act(.run(node: node, first..<next))
            } else {
                try act(.receive(node: node, first..<next))
            }
            rows[node] = rows[node].lowerBound..<next
            for input in own.inputs { try release(input, act) }
        }
    }

    private mutating func survey<Failure>(
        _ node: Int, _ act: (Action) throws(Failure) -> Void
    ) throws(Failure) {
        guard var seen = surveyed[node], let input = facts[node].inputs.first else { return }
        let height = facts[input].height
        let band = facts[input].band
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
    mutating func release<Failure>(
        _ node: Int, writtenUpTo written: Int = .max, _ act: (Action) throws(Failure) -> Void
    ) throws(Failure) {
        var keep = node == last ? written : .max
        for (consumer, position) in consumers[node] {
            guard !facts[consumer].isRead else { continue }
            let rest = rows[consumer].upperBound..<facts[consumer].height
            if !rest.isEmpty { keep = min(keep, facts[consumer].needs(for: rest)[position].lowerBound) }
            if let seen = surveyed[consumer] { keep = min(keep, seen) }
        }
        let first = min(keep, rows[node].upperBound)
        guard first > rows[node].lowerBound else { return }
        rows[node] = first..<rows[node].upperBound
        try act(.drop(node: node, before: first))
    }

    /// Lets go what is not needed once the result's rows before `row` are written.
    mutating func release<Failure>(
        writtenUpTo row: Int, _ act: (Action) throws(Failure) -> Void
    ) throws(Failure) {
        try release(last, writtenUpTo: row, act)
    }

    /// What making rows of the result comes to, node for node.
    struct Count {
        /// The most rows held at one time.
        var held: [Int]
        /// Rows of what is read that are asked for.
        var received: [Int]
        var made: [Int]
    }

    /// Plays the whole run of a plan.
    static func count(_ plan: Plan) -> Count {
        var schedule = RowSchedule(plan, startsLate: !plan.runsOnLevels)
        let last = plan.nodes[plan.last]
        return schedule.count(upTo: last.shape.height, bandHeight(of: last))
    }

    /// Plays the making of `rows` of the result by one thread.
    static func count(_ plan: Plan, stretch rows: Range<Int>) -> Count {
        var schedule = RowSchedule(plan, for: rows)
        return schedule.count(upTo: rows.upperBound, stretchBand(of: plan.nodes[plan.last]))
    }

    private mutating func count(upTo end: Int, _ band: Int) -> Count {
        let none = facts.map { _ in 0 }
        var count = Count(held: none, received: none, made: none)
        var first = rows.map(\.lowerBound)
        while rows[last].upperBound < end {
            pull(last, upTo: min(end, rows[last].upperBound + band)) { action in
                switch action {
                case .receive(let node, let rows):
                    count.held[node] = max(count.held[node], rows.upperBound - first[node])
                    count.received[node] = rows.upperBound
                case .run(let node, let rows):
                    count.held[node] = max(count.held[node], rows.upperBound - first[node])
                    count.made[node] += rows.count
                case .drop(let node, let before): first[node] = before
                case .survey: break
                }
            }
            release(writtenUpTo: rows[last].upperBound) { action in
                if case .drop(let node, let before) = action { first[node] = before }
            }
        }
        return count
    }
}
