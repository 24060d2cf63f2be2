import Dispatch
import Pixels

/// A sink that is written to on a thread of its own, a few chunks behind the filter that makes the rows.
///
/// - A failure comes out of a later `write`, or of `finish`; nothing is written behind it.
/// - The sink is used by one thread at a time, and by no one once `finish` or `drain` has returned.
final class RowWriteBehind {
    /// Most rows that `write` takes at one time.
    let height: Int
    private let writer: Writer
    private let chunks: [Chunk]
    private let isBehind: Bool
    private var turn = 0
    private var inFlight = 0

    /// - Parameters:
    ///   - isBehind: false writes on the caller's thread.
    ///   - makers: how many make rows at one time.
    init(_ sink: any RowSink, _ header: PictureHeader, height: Int, isBehind: Bool, makers: Int = 1) {
        self.height = height
        // What fits one chunk has nothing to overlap with.
        self.isBehind = isBehind && header.size.height > height
        let byteCount = height * header.bytesPerRow
        let behind = self.isBehind ? Chunk.inFlight(byteCount) : 1
        chunks = (0..<(makers > 1 ? max(behind, makers + 2) : behind)).map { _ in
            Chunk(byteCount: byteCount)
        }
        writer = Writer(sink, bytesPerRow: header.bytesPerRow)
    }

    /// Has `fill` make the next `rows` rows, and passes them on.
    func write(_ rows: Int, _ fill: (UnsafeMutableRawBufferPointer) -> Void) throws {
        let chunk = try vacant(for: rows)
        fill(chunk.bytes)
        submit(chunk)
        if !isBehind { try takeBack() }
    }

    /// A chunk to fill with the next rows; it has to be submitted whatever comes.
    func vacant(for rows: Int) throws -> Chunk {
        precondition(rows <= height, "a chunk has room for \(height) rows, not \(rows)")
        if inFlight == chunks.count { try takeBack() }
        let chunk = chunks[turn]
        turn = (turn + 1) % chunks.count
        chunk.rows = rows
        inFlight += 1
        return chunk
    }

    /// Passes a filled chunk on, in the order in which they were taken. On any thread, but by one at a time.
    func submit(_ chunk: Chunk) {
        if isBehind {
            writer.submit(chunk)
        } else {
            writer.take(chunk)
        }
    }

    var backlog: (any Backlog)? { writer.sink.backlog }

    /// Waits until all is written, and finishes the sink.
    func finish() throws {
        try drain()
        try writer.sink.finish()
    }

    /// Waits until all that was passed on is written.
    func drain() throws {
        while inFlight > 0 { try takeBack() }
    }

    /// Chunks come back in the order in which they went.
    private func takeBack() throws {
        writer.free.wait()
        let oldest = chunks[(turn + chunks.count - inFlight) % chunks.count]
        inFlight -= 1
        guard let failure = oldest.failure else { return }
        // The others come back unwritten.
        while inFlight > 0 {
            writer.free.wait()
            inFlight -= 1
        }
        throw failure
    }
}

/// What the writing thread works on.
///
/// Unchecked: `sink` and `isBroken` belong to the thread that writes, a chunk to the one it was given to.
private final class Writer: @unchecked Sendable {
    let sink: any RowSink
    let free = DispatchSemaphore(value: 0)
    private let bytesPerRow: Int
    private let queue = DispatchQueue(label: "kern.write")
    private var isBroken = false

    init(_ sink: any RowSink, bytesPerRow: Int) {
        self.sink = sink
        self.bytesPerRow = bytesPerRow
    }

    func submit(_ chunk: Chunk) {
        // The queue is serial: the next to touch the chunk is its owner, after the signal.
        nonisolated(unsafe) let chunk = chunk
        queue.async { [self] in take(chunk) }
    }

    func take(_ chunk: Chunk) {
        if !isBroken { write(chunk) }
        free.signal()
    }

    private func write(_ chunk: Chunk) {
        do {
            try sink.writeRows(
                chunk.rows, from: UnsafeRawBufferPointer(rebasing: chunk.bytes[..<(chunk.rows * bytesPerRow)]))
        } catch {
            chunk.failure = error
            isBroken = true
        }
    }
}
