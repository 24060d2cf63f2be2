#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One line of the result: what was measured, how long it took, and what that is in the units that fit it.
package struct Measurement: Sendable {
    /// The part of kern: machine, engine, codec or job.
    package var part: String
    package var name: String
    /// The median of all runs but the first.
    package var seconds: Double
    /// Pixels of the picture; nil where there is none.
    package var pixels: Double?
    package var bytes: Double?
    /// Multiplications and additions.
    package var operations: Double?

    package var megapixelsPerSecond: Double? { pixels.map { $0 / seconds / 1e6 } }
    package var megabytesPerSecond: Double? { bytes.map { $0 / seconds / 1e6 } }
    package var gigaflops: Double? { operations.map { $0 / seconds / 1e9 } }
}

/// Runs things and takes the time.
struct Stopwatch: Sendable {
    /// Runs that count; one more goes before them, to warm up.
    let runs: Int

    func median(_ body: () throws -> Void) rethrows -> Double {
        try body()
        var times: [Double] = []
        for _ in 0..<runs {
            let start = Stopwatch.now
            try body()
            times.append(max(Stopwatch.now - start, 1e-9))
        }
        times.sort()
        return (times[times.count / 2] + times[(times.count - 1) / 2]) / 2
    }

    private static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
