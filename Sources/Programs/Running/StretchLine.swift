import Convolution
import Dispatch
import Pixels
import Synchronization

/// Makes the rows of a result in stretches: each thread takes rows of it through all steps by itself, and goes on to the next that
/// nobody has begun. None waits for another; rows around a stretch may be made twice, by its neighbours as well.
///
/// Unchecked: what reads and what gives room for rows belongs to the thread that holds `beginning`, what takes filled rows to the one
/// that holds `ending`.
final class StretchLine: @unchecked Sendable {
    private let plan: Plan
    private let stretch: Int
    private let windows: [(node: Int, chunks: ChunkWindow)]
    private let writer: RowWriteBehind
    private let backlog: (any Backlog)?
    private let schedule: RowSchedule
    private let beginning = Guarded(Beginning())
    private let ending = Guarded(Ending())
    private let clipped = Atomic(0)

    /// What is next to be begun.
    private struct Beginning {
        var row = 0
        var number = 0
        /// Why there is no more.
        var failure: (any Error)?
    }

    /// What is next to be written.
    private struct Ending {
        var number = 0
        /// Filled before those in front of them.
        var early: [Int: Filled] = [:]
        var isWriting = false
    }

    /// Unchecked: nobody writes into it any more.
    private struct Filled: @unchecked Sendable {
        let chunk: Chunk
    }

    /// Unchecked: the chunk is filled by the thread that began it.
    private struct Stretch: @unchecked Sendable {
        let number: Int
        let rows: Range<Int>
        let feed: ChunkFeed
        let chunk: Chunk
    }

    init(_ plan: Plan, stretch: Int, from readers: [Int: RowReadAhead], to writer: RowWriteBehind) {
        self.plan = plan
        self.stretch = stretch
        self.writer = writer
        backlog = writer.backlog
        // In the order of the nodes, so that of two failures it is always the same that comes out.
        windows = readers.sorted { $0.key < $1.key }.map { (node: $0.key, chunks: ChunkWindow($0.value)) }
        schedule = RowSchedule(plan)
    }

    /// Makes all rows, and returns how many of their samples were clipped. What it throws comes behind the rows that were passed on.
    func run() throws -> Int {
        let others = DispatchGroup()
        backlog?.attend()
        defer { backlog?.leave() }
        for number in 1..<plan.options.machine.workers {
            // Threads of their own: those of the system's pool are for packing what is made here.
            DispatchQueue(label: "kern.stretch.\(number)").async(group: others) { self.work() }
        }
        work()
        others.wait()
        if let failure = beginning.withLock({ $0.failure }) { throw failure }
        return clipped.load(ordering: .relaxed)
    }

    private func work() {
        guard var stretch = begin() else { return }
        // Made by the thread that uses it: what it is the first to touch lies near its core.
        var runner = Runner(plan, on: Machine(lanes: plan.options.machine.lanes, threads: 1))
        while true {
            clipped.add(
                runner.make(stretch.rows, from: stretch.feed, into: stretch.chunk.bytes), ordering: .relaxed)
            end(stretch)
            backlog?.work()
            guard let next = begin() else { return }
            stretch = next
        }
    }

    private func begin() -> Stretch? {
        beginning.withLock { state in
            let rows = state.row..<min(plan.output.size.height, state.row + stretch)
            guard state.failure == nil, !rows.isEmpty else { return nil }
            do {
                let asked = schedule.rowsAsked(by: rows)
                var pieces: [Int: [ReadableLevels]] = [:]
                for (node, chunks) in windows where !asked[node].isEmpty {
                    pieces[node] = try chunks.begin(asked[node])
                }
                let stretch = Stretch(
                    number: state.number, rows: rows, feed: ChunkFeed(pieces: pieces),
                    chunk: try writer.vacant(for: rows.count))
                state.row = rows.upperBound
                state.number += 1
                return stretch
            } catch {
                state.failure = error
                return nil
            }
        }
    }

    private func end(_ stretch: Stretch) {
        for (node, chunks) in windows { chunks.end(stretch.feed.pieces[node] ?? []) }
        let filled = Filled(chunk: stretch.chunk)
        let writes = ending.withLock { state in
            state.early[stretch.number] = filled
            if state.isWriting { return false }
            state.isWriting = true
            return true
        }
        if writes {
            while let next = nextToWrite() { writer.submit(next.chunk) }
        }
    }

    private func nextToWrite() -> Filled? {
        ending.withLock { state in
            let next = state.early.removeValue(forKey: state.number)
            if next == nil {
                state.isWriting = false
            } else {
                state.number += 1
            }
            return next
        }
    }
}

extension Runner {
    /// Makes rows of the result out of rows at hand, and returns how many of their samples were clipped.
    fileprivate mutating func make(
        _ result: Range<Int>, from feed: ChunkFeed, into bytes: UnsafeMutableRawBufferPointer
    ) -> Int {
        turn(to: result, with: feed)
        var clipped = 0
        while rows.upperBound < result.upperBound {
            let first = rows.upperBound
            pull(upTo: min(result.upperBound, first + band), from: feed)
            let (above, below) = (first - result.lowerBound, rows.upperBound - result.lowerBound)
            let room = bytes[above * bytesPerRow..<below * bytesPerRow]
            clipped += store(first..<rows.upperBound, into: UnsafeMutableRawBufferPointer(rebasing: room))
            release(upTo: rows.upperBound)
        }
        return clipped
    }
}
