import Convolution
import Pixels
import Programs
import Synchronization
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

private enum Trouble: Error, Equatable {
    case reading(row: Int)
    case writing(row: Int)
    case finishing
}

/// How an end of a flow goes wrong, and how slow it is. It notices when two threads are inside at one time.
private struct Turnstile: ~Copyable {
    private let inside = Atomic(0)
    /// The row that cannot be passed.
    let failing: Int?
    let pause: UInt32

    init(failing: Int?, pause: UInt32) {
        self.failing = failing
        self.pause = pause
    }

    func pass<Result>(_ body: () throws -> Result) rethrows -> Result {
        #expect(inside.add(1, ordering: .relaxed).oldValue == 0, "two threads at one time")
        defer { inside.subtract(1, ordering: .relaxed) }
        usleep(pause)
        return try body()
    }

    func fails(at rows: Range<Int>) -> Int? { failing.flatMap { rows.contains($0) ? $0 : nil } }
}

private final class Source: RowSource {
    let header: PictureHeader
    private let bytes: [UInt8]
    private let turnstile: Turnstile
    private(set) var row = 0

    init(_ raster: Raster, failing: Int? = nil, pause: UInt32 = 0) {
        header = raster.header
        bytes = raster.bytes
        turnstile = Turnstile(failing: failing, pause: pause)
    }

    func readRows(_ count: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
        try turnstile.pass {
            if let row = turnstile.fails(at: row..<row + count) { throw Trouble.reading(row: row) }
            let size = header.bytesPerRow
            bytes.withUnsafeBytes {
                buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[row * size..<(row + count) * size]))
            }
            row += count
        }
    }
}

private final class Sink: RowSink {
    private let bytesPerRow: Int
    private let turnstile: Turnstile
    private(set) var bytes: [UInt8] = []
    private(set) var isFinished = false

    init(_ header: PictureHeader, failing: Int? = nil, pause: UInt32 = 0) {
        bytesPerRow = header.bytesPerRow
        turnstile = Turnstile(failing: failing, pause: pause)
    }

    func writeRows(_ count: Int, from buffer: UnsafeRawBufferPointer) throws {
        try turnstile.pass {
            let row = bytes.count / bytesPerRow
            if let row = turnstile.fails(at: row..<row + count) { throw Trouble.writing(row: row) }
            bytes += buffer[..<(count * bytesPerRow)]
        }
    }

    func finish() throws {
        if let failing = turnstile.failing, failing >= bytes.count / bytesPerRow { throw Trouble.finishing }
        isFinished = true
    }
}

@Suite(.timeLimit(.minutes(1)))
struct FlowTests {
    /// Wide, so that a chunk is only a few rows: 21 of them in all, the last chunk short.
    private static let wide = picture(width: 40_000, height: 21)

    private static func picture(width: Int, height: Int) -> Raster {
        Raster(
            header: PictureHeader(size: Size(width: width, height: height), channels: .gray, depth: .uint8),
            bytes: (0..<width * height).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 13) })
    }

    private func plan(_ program: String, _ raster: Raster, threads: Int) throws -> Plan {
        let graph = try Catalogue().graph(for: SourceText(text: program))
        return try Plan(graph, for: raster.header, options: RunOptions(machine: Machine(threads: threads)))
    }

    /// What comes out, and what went wrong.
    private func run(_ plan: Plan, from source: Source, to sink: Sink) -> Trouble? {
        do {
            try plan.run(from: source, to: sink)
            return nil
        } catch {
            return error as? Trouble
        }
    }

    @Test(arguments: ["identity", "gaussian 1", "gaussian 1 | rescale", "maxpool 2"])
    func `slow sources and slow sinks change no byte`(_ program: String) throws {
        for raster in [FlowTests.wide, FlowTests.picture(width: 5, height: 3), FlowTests.picture(width: 1, height: 1)]
        where program != "maxpool 2" || raster.header.size.width > 1 {
            let alone = try plan(program, raster, threads: 1)
            let expected = Sink(alone.output)
            #expect(run(alone, from: Source(raster), to: expected) == nil)
            for threads in [2, 8] {
                for (reading, writing) in [(0, 0), (2000, 0), (0, 2000)] as [(UInt32, UInt32)] {
                    let plan = try plan(program, raster, threads: threads)
                    let source = Source(raster, pause: reading)
                    let sink = Sink(plan.output, pause: writing)
                    #expect(run(plan, from: source, to: sink) == nil)
                    #expect(sink.isFinished)
                    #expect(sink.bytes == expected.bytes, "\(program) \(threads) \(reading) \(writing)")
                    #expect(program == "maxpool 2" || source.row == raster.header.size.height)
                }
            }
        }
    }

    @Test(arguments: ["identity", "gaussian 1", "gaussian 1 | rescale"])
    func `a failure at any row comes out as with one thread, behind the same rows`(_ program: String) throws {
        let raster = FlowTests.wide
        for row in 0...raster.header.size.height {
            for (reading, writing) in [(row, nil), (nil, row), (row, 7), (7, row)] as [(Int?, Int?)] {
                let alone = try plan(program, raster, threads: 1)
                let expected = Sink(alone.output, failing: writing)
                let trouble = run(alone, from: Source(raster, failing: reading), to: expected)
                #expect(trouble != nil || (writing == nil && row == raster.header.size.height))
                for threads in [2, 8] {
                    let plan = try plan(program, raster, threads: threads)
                    let sink = Sink(plan.output, failing: writing)
                    let found = run(plan, from: Source(raster, failing: reading), to: sink)
                    #expect(found == trouble, "\(program) \(threads) reading \(reading ?? -1) writing \(writing ?? -1)")
                    #expect(sink.bytes == expected.bytes)
                    #expect(sink.isFinished == expected.isFinished)
                }
            }
        }
    }

    /// So tall that the threads take a dozen stretches of it.
    private static let tall = picture(width: 148, height: 45_000)

    @Test(.enabled(if: Machine.coreCount > 1, "stretches need two cores"), arguments: [0, 300, 3000] as [UInt32])
    func `slow ends change no byte of stretches`(_ pause: UInt32) throws {
        let raster = FlowTests.tall
        let alone = try plan("gaussian | sharpen | sobel", raster, threads: 1)
        let expected = Sink(alone.output)
        #expect(run(alone, from: Source(raster), to: expected) == nil)
        for (reading, writing) in [(pause, 0), (0, pause), (pause, pause)] as [(UInt32, UInt32)] {
            let plan = try plan("gaussian | sharpen | sobel", raster, threads: 2)
            try #require(plan.stretch != nil)
            let source = Source(raster, pause: reading)
            let sink = Sink(plan.output, pause: writing)
            #expect(run(plan, from: source, to: sink) == nil)
            #expect(sink.isFinished && sink.bytes == expected.bytes && source.row == raster.header.size.height)
        }
    }

    @Test(.enabled(if: Machine.coreCount > 1, "stretches need two cores"))
    func `of stretches the failure comes out that is first in the picture, behind rows that are right`() throws {
        let raster = FlowTests.tall
        let alone = try plan("gaussian | sharpen | sobel", raster, threads: 1)
        let expected = Sink(alone.output)
        #expect(run(alone, from: Source(raster), to: expected) == nil)
        let height = raster.header.size.height
        for row in [0, 1, 3541, 3542, 9000, 20_000, 44_999, height] {
            for (reading, writing) in [(row, nil), (nil, row), (row, 30_000), (30_000, row)] as [(Int?, Int?)] {
                for pause: UInt32 in [0, 200] {
                    let plan = try plan("gaussian | sharpen | sobel", raster, threads: 2)
                    let sink = Sink(plan.output, failing: writing, pause: pause)
                    let found = run(plan, from: Source(raster, failing: reading, pause: 200 - pause), to: sink)
                    let (readable, writable) = (reading ?? height, writing ?? 2 * height)
                    // No farther than two stretches and a chunk below what is written anything is read for it.
                    if writable + 10_000 < readable || readable == height && writable < height {
                        #expect(found == .writing(row: writable))
                    } else if readable < height && writable >= readable {
                        #expect(found == .reading(row: readable))
                    } else if readable == height {
                        #expect(found == (writing == nil ? nil : .finishing))
                    }
                    #expect(expected.bytes.starts(with: sink.bytes), "\(reading ?? -1) \(writing ?? -1)")
                    #expect(sink.isFinished == (found == nil))
                }
            }
        }
    }
}
