import CLanes
import Dispatch

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
    public static var coreCount: Int { onlineCores() }

    /// Runs `body` on consecutive pieces of `range`, none longer than `grain` × a few, on all threads.
    package func split(_ range: Range<Int>, grain: Int, _ body: @Sendable (Range<Int>) -> Void) {
        let pieces = (range.count + grain - 1) / max(grain, 1)
        guard pieces > 1, threads > 1 else {
            var first = range.lowerBound
            while first < range.upperBound {
                let end = min(first + grain, range.upperBound)
                body(first..<end)
                first = end
            }
            return
        }
        let workers = min(threads, pieces)
        // Each worker takes every `workers`-th piece: no lock, no queue, and the pieces cost about the same.
        DispatchQueue.concurrentPerform(iterations: workers) { worker in
            var piece = worker
            while piece < pieces {
                let first = range.lowerBound + piece * grain
                body(first..<min(first + grain, range.upperBound))
                piece += workers
            }
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
