import Dispatch
import Pixels
import Synchronization

/// A source whose rows are read on a thread of its own, a few chunks ahead of the filter that takes them.
///
/// - A failure comes out in its place, behind the rows before it; no rows are to be taken after one.
/// - The source is used by one thread at a time, and by no one once the last of `rows` was taken.
/// - `stop` does not wait: a source that hangs (a pipe on which nothing comes) may be let go, but not used again.
final class RowReadAhead {
    private let reader: Reader
    private let chunks: [Chunk]
    private let isAhead: Bool
    private var rowsLeft: Int
    private var turn = 0
    /// Rows of the current chunk that were taken, and those it has.
    private var taken = 0
    private var filled = 0

    /// - Parameters:
    ///   - rows: how many rows will be taken; no more are read.
    ///   - isAhead: false reads on the caller's thread, when rows are asked for.
    ///   - ahead: rows for which there is to be room.
    init(_ source: any RowSource, rows: Int, isAhead: Bool, atLeast ahead: Int = 0) {
        let header = source.header
        let height = Chunk.height(for: header)
        // What fits one chunk has nothing to overlap with.
        self.isAhead = isAhead && rows > height
        rowsLeft = rows
        let byteCount = height * header.bytesPerRow
        chunks = (0..<(self.isAhead ? max(Chunk.inFlight(byteCount), 1 + ahead / height) : 1)).map { _ in
            Chunk(byteCount: byteCount)
        }
        reader = Reader(source, chunks: chunks, rows: rows, height: height)
        if self.isAhead { reader.start() }
    }

    /// Gives the next rows, at most `count`, to `body`, and returns how many they were.
    func take(atMost count: Int, _ body: (Int, UnsafeRawBufferPointer) -> Void) throws -> Int {
        if taken == filled { try advance() }
        let bytesPerRow = reader.source.header.bytesPerRow
        let rows = min(count, filled - taken)
        let bytes = chunks[turn].bytes[taken * bytesPerRow..<(taken + rows) * bytesPerRow]
        body(rows, UnsafeRawBufferPointer(rebasing: bytes))
        taken += rows
        return rows
    }

    func stop() { reader.stop() }

    private func advance() throws {
        precondition(rowsLeft > 0, "no row was to be taken behind the last")
        if isAhead {
            // The chunk that was used up goes back; before the first there is none.
            if filled > 0 {
                reader.free.signal()
                turn = (turn + 1) % chunks.count
            }
            reader.full.wait()
        } else {
            reader.fill(chunks[0])
        }
        if let failure = chunks[turn].failure { throw failure }
        filled = chunks[turn].rows
        taken = 0
        rowsLeft -= filled
    }
}

/// What the reading thread works on.
///
/// Unchecked: `source` and `rowsLeft` belong to the thread that fills, a chunk to the one the semaphores gave it to.
private final class Reader: @unchecked Sendable {
    let source: any RowSource
    let free = DispatchSemaphore(value: 0)
    let full = DispatchSemaphore(value: 0)
    private let chunks: [Chunk]
    private let height: Int
    private var rowsLeft: Int
    private let isStopped = Atomic(false)

    init(_ source: any RowSource, chunks: [Chunk], rows: Int, height: Int) {
        self.source = source
        self.chunks = chunks
        self.height = height
        rowsLeft = rows
        for _ in chunks { free.signal() }
    }

    func start() {
        DispatchQueue(label: "kern.read").async { [self] in
            var turn = 0
            while rowsLeft > 0 {
                free.wait()
                if isStopped.load(ordering: .relaxed) { return }
                fill(chunks[turn])
                let isBroken = chunks[turn].failure != nil
                full.signal()
                if isBroken { return }
                turn = (turn + 1) % chunks.count
            }
        }
    }

    func stop() {
        isStopped.store(true, ordering: .relaxed)
        free.signal()
    }

    func fill(_ chunk: Chunk) {
        let rows = min(height, rowsLeft)
        do {
            try source.readRows(rows, into: chunk.bytes)
            chunk.rows = rows
            rowsLeft -= rows
        } catch {
            chunk.failure = error
        }
    }
}
