import CLanes
import Dispatch
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What the work runs on: the instruction level of the row loops and how many threads share the rows.
///
/// Neither changes a result: every output row has one owner and is summed in the order of the taps.
public struct Machine: Sendable {
    public var lanes: Lanes
    public var threads: Int

    public init(lanes: Lanes = .best, threads: Int = Machine.coreCount) {
        precondition(threads > 0, "a machine has at least one thread, not \(threads)")
        self.lanes = lanes
        self.threads = threads
    }

    /// The cores this process may use.
    public static let coreCount = onlineCores()

    /// Threads that work at one time: more than cores would only take turns, and the result does not depend on it.
    package var workers: Int { min(threads, Machine.coreCount) }

    /// Runs `body` once for each consecutive piece of `range`, none longer than `grain`, on all threads.
    ///
    /// A thread that is done claims the next piece, so one whose core is busy with something else holds no one up.
    package func split(_ range: Range<Int>, grain: Int, _ body: @Sendable (Range<Int>) -> Void) {
        share(range, grain: grain) { _, piece in body(piece) }
    }

    /// As `split`, with which of the workers it is: two with one number never run at one time.
    package func share(_ range: Range<Int>, grain: Int, _ body: @Sendable (Int, Range<Int>) -> Void) {
        let grain = max(grain, 1)
        let pieces = (range.count + grain - 1) / grain
        let claimed = Atomic(0)
        @Sendable func work(_ worker: Int) {
            while true {
                let piece = claimed.add(1, ordering: .relaxed).oldValue
                guard piece < pieces else { return }
                let first = range.lowerBound + piece * grain
                body(worker, first..<min(first + grain, range.upperBound))
            }
        }
        let workers = min(workers, pieces)
        if workers > 1 {
            DispatchQueue.concurrentPerform(iterations: workers, execute: work)
        } else {
            work(0)
        }
    }
}

/// An instruction level: a table of row loops compiled for it.
public struct Lanes: @unchecked Sendable {
    package let loops: UnsafePointer<kern_lanes>

    public var name: String { String(cString: loops.pointee.name) }

    /// The levels this machine can run, lowest first.
    public static var available: [Lanes] {
        var count = 0
        guard let all = kern_lanes_available(&count) else { return [] }
        return (0..<count).compactMap { all[$0].map(Lanes.init) }
    }

    public static let best: Lanes = {
        guard let highest = available.last else { preconditionFailure("there is always a baseline") }
        return highest
    }()

    /// The level called `name`, if this machine has it.
    public init?(named name: String) {
        guard let level = Lanes.available.first(where: { $0.name == name }) else { return nil }
        self = level
    }

    init(_ loops: UnsafePointer<kern_lanes>) { self.loops = loops }
}
