import Convolution
import Pixels

/// What makes the rows of a plan's result, some at a time.
protocol RowMaker {
    /// Most rows made at one time.
    var height: Int { get }

    /// Gets ready the next rows of the result, and returns which: behind the last, none.
    mutating func next() throws -> Range<Int>

    /// Writes these rows, and returns how many of their samples were clipped.
    mutating func store(_ rows: Range<Int>, into bytes: UnsafeMutableRawBufferPointer) -> Int
}

/// Rows made a band at a time, all threads at one step of it.
struct BandMaker: RowMaker {
    let height: Int
    private let feed: ReadFeed
    private let last: Int
    private var runner: Runner
    private var done = 0

    init(_ plan: Plan, from feed: ReadFeed) {
        self.feed = feed
        height = Chunk.height(for: plan.output)
        last = plan.output.size.height
        runner = Runner(plan, on: plan.options.machine)
    }

    mutating func next() throws -> Range<Int> {
        if done == runner.rows.upperBound {
            runner.release(upTo: done)
            try runner.pull(upTo: min(last, done + runner.band), from: feed)
        }
        return done..<min(runner.rows.upperBound, done + height)
    }

    mutating func store(_ rows: Range<Int>, into bytes: UnsafeMutableRawBufferPointer) -> Int {
        done = rows.upperBound
        return runner.store(rows, into: bytes)
    }
}
