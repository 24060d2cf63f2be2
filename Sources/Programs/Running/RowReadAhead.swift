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
    private let rows: Int
    private var next = 0
    private var turn = 0
    /// The chunk that `take` is at, and how many of its rows were taken.
    private var current = ReadableLevels(0..<0, at: nil, bytesPerRow: 0)
    private var taken = 0

    /// - Parameters:
    ///   - rows: how many rows will be taken; no more are read.
    ///   - isAhead: false reads on the caller's thread, when rows are asked for.
    ///   - out: rows that may be out at one time.
    init(_ source: any RowSource, rows: Int, isAhead: Bool, out: Int = 0) {
        let header = source.header
        let height = Chunk.height(for: header)
        // What fits one chunk has nothing to overlap with.
        self.isAhead = isAhead && rows > height
        self.rows = rows
        let byteCount = height * header.bytesPerRow
        // Rows begin and end within chunks, and another is filled in the meantime.
        let ahead = self.isAhead ? Chunk.inFlight(byteCount) : 1
        chunks = (0..<(out > 0 && rows > height ? max(ahead, 3 + out / height) : ahead)).map { _ in
            Chunk(byteCount: byteCount)
        }
        reader = Reader(source, chunks: chunks, rows: rows, height: height)
        if self.isAhead { reader.start() }
    }

    /// Gives the next rows, at most `count`, to `body`, and returns how many they were.
    func take(atMost count: Int, _ body: (Int, UnsafeRawBufferPointer) -> Void) throws -> Int {
        if taken == current.rows.count {
            if !current.rows.isEmpty { giveBackOldest() }
            current = try takeChunk()
            taken = 0
        }
        let rows = min(count, current.rows.count - taken)
        let first = UnsafeRawPointer(current.base + taken * current.bytesPerRow)
        body(rows, UnsafeRawBufferPointer(start: first, count: rows * current.bytesPerRow))
        taken += rows
        return rows
    }

    /// The next rows, all that are read at one time. They are there until they are given back; not to be mixed with `take`.
    func takeChunk() throws -> ReadableLevels {
        precondition(next < rows, "no row was to be taken behind the last")
        let chunk = chunks[turn]
        turn = (turn + 1) % chunks.count
        if isAhead {
            reader.full.wait()
        } else {
            reader.free.wait()
            reader.fill(chunk)
        }
        if let failure = chunk.failure { throw failure }
        let taken = next..<next + chunk.rows
        next = taken.upperBound
        return ReadableLevels(
            taken, at: chunk.bytes.assumingMemoryBound(to: UInt8.self).baseAddress,
            bytesPerRow: reader.source.header.bytesPerRow)
    }

    /// Lets the chunk be filled again that was taken before all others which are still out. On any thread.
    func giveBackOldest() { reader.free.signal() }

    func stop() { reader.stop() }
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
