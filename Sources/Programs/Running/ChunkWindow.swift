import Pixels

/// Chunks that were read, each there as long as a stretch in work or one to come has rows in it.
///
/// Unchecked: chunks are taken from the reader by the thread that begins a stretch, one at a time.
final class ChunkWindow: @unchecked Sendable {
    private let reader: RowReadAhead
    private let state = Guarded(State())

    private struct State {
        var pieces: [(rows: ReadableLevels, users: Int)] = []
        /// Rows above it are not asked for again.
        var first = 0
    }

    init(_ reader: RowReadAhead) { self.reader = reader }

    /// Waits for rows that begin no higher up than those that were asked for last, and returns the pieces they lie in. One thread at
    /// a time may call it.
    func begin(_ rows: Range<Int>) throws -> [ReadableLevels] {
        while true {
            let pieces: [ReadableLevels]? = state.withLock { state in
                state.first = rows.lowerBound
                letGo(&state)
                guard let last = state.pieces.last, last.rows.rows.upperBound >= rows.upperBound else { return nil }
                for index in state.pieces.indices { state.pieces[index].users += 1 }
                return state.pieces.map(\.rows)
            }
            if let pieces { return pieces }
            // Rows that nobody asks for, as those above a region, come in all the same and are let go.
            let chunk = try reader.takeChunk()
            state.withLock { $0.pieces.append((chunk, 0)) }
        }
    }

    /// A stretch is done with its pieces.
    func end(_ pieces: [ReadableLevels]) {
        guard let first = pieces.first, let last = pieces.last else { return }
        let rows = first.rows.lowerBound..<last.rows.upperBound
        state.withLock { state in
            for (index, piece) in state.pieces.enumerated() where rows.contains(piece.rows.rows.lowerBound) {
                state.pieces[index].users -= 1
            }
            letGo(&state)
        }
    }

    /// Chunks go back in the order in which they came.
    private func letGo(_ state: inout State) {
        while let oldest = state.pieces.first, oldest.users == 0, oldest.rows.rows.upperBound <= state.first {
            state.pieces.removeFirst()
            reader.giveBackOldest()
        }
    }
}

/// Rows at hand, in pieces that lie one below the other, from any row on and as often as it is asked.
struct ChunkFeed: RowFeed {
    /// For each node that is read.
    let pieces: [Int: [ReadableLevels]]

    func take(_ rows: Range<Int>, of node: Int, _ body: (Int, UnsafeRawBufferPointer) -> Void) throws(Never) {
        var next = rows.lowerBound
        for piece in pieces[node] ?? [] where piece.rows.contains(next) && next < rows.upperBound {
            let count = min(rows.upperBound, piece.rows.upperBound) - next
            body(count, UnsafeRawBufferPointer(start: piece.row(next), count: count * piece.bytesPerRow))
            next += count
        }
        // Beyond them lies memory of someone else.
        precondition(next >= rows.upperBound, "rows \(rows) of node \(node) are not at hand")
    }

    /// Whether the next rows are at hand, for a schedule that has got so far.
    func goesOn(behind rows: [Range<Int>]) -> Bool {
        pieces.allSatisfy { node, pieces in pieces.first.map { $0.rows.lowerBound <= rows[node].upperBound } ?? true }
    }
}
