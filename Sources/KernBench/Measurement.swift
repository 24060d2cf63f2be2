#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One line of the result: what was measured, how long it took, and what that is in the units that fit it.
package struct Measurement: Sendable {
    /// The part of kern: machine, engine, layer, method, codec or job.
    package var part: String
    package var name: String
    /// The shortest of all runs but the first, which other work on the machine disturbed least; and their median.
    package var seconds: Double
    package var median: Double
    /// Pixels of the picture; nil where there is none.
    package var pixels: Double?
    package var bytes: Double?
    /// Multiplications and additions.
    package var operations: Double?

    init(
        part: String, name: String, _ time: Stopwatch.Time, pixels: Double? = nil, bytes: Double? = nil,
        operations: Double? = nil
    ) {
        self.part = part
        self.name = name
        seconds = time.best
        median = time.median
        self.pixels = pixels
        self.bytes = bytes
        self.operations = operations
    }

    package var megapixelsPerSecond: Double? { pixels.map { $0 / seconds / 1e6 } }
    package var megabytesPerSecond: Double? { bytes.map { $0 / seconds / 1e6 } }
    package var gigaflops: Double? { operations.map { $0 / seconds / 1e9 } }
}

/// Runs things and takes the time.
struct Stopwatch: Sendable {
    /// Runs that count; one more goes before them, to warm up.
    let runs: Int

    struct Time {
        var best: Double
        var median: Double
    }

    func time(_ body: () throws -> Void) rethrows -> Time {
        try body()
        var times: [Double] = []
        for _ in 0..<runs {
            let start = Stopwatch.now
            try body()
            times.append(max(Stopwatch.now - start, 1e-9))
        }
        times.sort()
        return Time(best: times[0], median: (times[times.count / 2] + times[(times.count - 1) / 2]) / 2)
    }

    private static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
