import Convolution
import Pixels

/// Marks every strong pixel, and every weak one that is connected to one, corners included.
///
/// Weak pixels side by side are a run; runs that touch the row above are one region with what they touch; a region with a
/// strong pixel is kept.
struct StrongRegions: Sendable {
    let source: ReadableRows
    let target: WritableRows
    let plane: Int
    let low: Float
    let high: Float

    /// Each thread finds the regions of pieces of rows; then those that touch across two pieces become one.
    func mark(on machine: Machine) {
        let height = source.shape.height
        let count = min(4 * machine.workers, max(1, height / 64))
        let pieces = (0..<count).map { height * $0 / count..<height * ($0 + 1) / count }
        let found = Guarded([Runs?](repeating: nil, count: count))
        machine.split(0..<count, grain: 1) { own in
            for piece in own {
                let own = findRuns(in: pieces[piece], RowLoops(machine.lanes))
                found.withLock { $0[piece] = own }
            }
        }
        var runs = found.withLock { found in
            defer { found = [] }
            return found.compactMap { $0 }
        }
        var regions = Regions(capacity: runs.map(\.regions.count).reduce(0, +))
        var first: [Int] = []
        for index in runs.indices {
            first.append(regions.count)
            regions.append(runs[index].takeRegions())
            guard index > 0 else { continue }
            for (upper, lower) in runs[index - 1].touching(runs[index]) {
                regions.join(UInt32(first[index - 1] + upper), UInt32(first[index] + lower))
            }
        }
        regions.settle()
        let (starts, all, pieceRuns) = (first, regions, runs)
        machine.split(0..<count, grain: 1) { own in
            for piece in own { fill(pieces[piece], pieceRuns[piece], all, from: starts[piece]) }
        }
    }

    private func findRuns(in rows: Range<Int>, _ loops: RowLoops) -> Runs {
        let width = source.shape.width
        let words = (width + 63) / 64
        var runs = Runs()
        // What is not above 0 is never kept.
        let (weak, strong) = (max(low, .leastNonzeroMagnitude), max(high, .leastNonzeroMagnitude))
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 2 * words) { flags in
            guard let reached = flags.baseAddress else { return }
            for y in rows {
                let row = source.row(y, plane: plane)
                loops.reaching(weak, row, width, into: reached)
                loops.reaching(strong, row, width, into: reached + words)
                runs.add(reached, strong: reached + words, words)
            }
        }
        return runs
    }

    private func fill(_ rows: Range<Int>, _ runs: Runs, _ regions: Regions, from first: Int) {
        for (index, y) in rows.enumerated() {
            let out = target.row(y, plane: plane)
            out.update(repeating: 0, count: source.shape.width)
            for run in runs.rows[index] where regions.isStrong(first + run) {
                let columns = runs.columns[run]
                (out + Int(columns.lowerBound)).update(repeating: 1, count: columns.count)
            }
        }
    }
}

/// Runs of pixels that reach the low threshold, row after row.
private struct Runs: Sendable {
    private(set) var columns: [Range<UInt32>] = []
    /// The runs of each row.
    private(set) var rows: [Range<Int>] = []
    private(set) var regions = Regions(capacity: 0)

    mutating func takeRegions() -> Regions {
        defer { regions = Regions(capacity: 0) }
        return regions
    }

    /// Adds a row's runs, and joins them with those they touch in the row above.
    mutating func add(_ weak: UnsafePointer<UInt64>, strong: UnsafePointer<UInt64>, _ words: Int) {
        let first = columns.count
        var above = rows.last ?? 0..<0
        var begun: Int?
        func end(_ start: Int, _ end: Int) {
            let run = UInt32(start)..<UInt32(end)
            regions.append(isStrong: Runs.any(strong, start..<end))
            let own = UInt32(columns.count)
            columns.append(run)
            above = Runs.touching(run, among: above, of: columns) { regions.join(UInt32($0), own) }
        }
        for word in 0..<words {
            var bits = weak[word]
            if let start = begun {
                if bits == .max { continue }
                let length = (~bits).trailingZeroBitCount
                end(start, 64 * word + length)
                begun = nil
                bits &= .max << UInt64(length)
            }
            while bits != 0 {
                let start = bits.trailingZeroBitCount
                let length = (~(bits >> UInt64(start))).trailingZeroBitCount
                if start + length >= 64 {
                    begun = 64 * word + start
                    break
                }
                end(64 * word + start, 64 * word + start + length)
                bits &= .max << UInt64(start + length)
            }
        }
        if let start = begun { end(start, 64 * words) }
        rows.append(first..<columns.count)
    }

    private static func any(_ flags: UnsafePointer<UInt64>, _ columns: Range<Int>) -> Bool {
        let (first, last) = (columns.lowerBound / 64, (columns.upperBound - 1) / 64)
        for word in first...last {
            var bits = flags[word]
            if word == first { bits &= .max << UInt64(columns.lowerBound % 64) }
            if word == last { bits &= .max >> UInt64(63 - (columns.upperBound - 1) % 64) }
            if bits != 0 { return true }
        }
        return false
    }

    /// Gives `body` those of a row's runs that touch a run beneath it.
    /// - Returns: those of the row that a run further right may touch.
    private static func touching(
        _ run: Range<UInt32>, among row: Range<Int>, of columns: [Range<UInt32>], _ body: (Int) -> Void
    ) -> Range<Int> {
        var first = row.lowerBound
        while first < row.upperBound, columns[first].upperBound < run.lowerBound { first += 1 }
        var upper = first
        while upper < row.upperBound, columns[upper].lowerBound <= run.upperBound {
            body(upper)
            upper += 1
        }
        return first..<row.upperBound
    }

    /// Runs of the last row that touch runs of the first row of `below`.
    func touching(_ below: Runs) -> [(upper: Int, lower: Int)] {
        guard var above = rows.last, let next = below.rows.first else { return [] }
        var pairs: [(Int, Int)] = []
        for lower in next {
            let run = below.columns[lower]
            above = Runs.touching(run, among: above, of: columns) { pairs.append(($0, lower)) }
        }
        return pairs
    }
}

/// Which runs belong together: each knows one before it of its region, the first one itself, and whether the region is strong.
private struct Regions: Sendable {
    private var parents: [UInt32] = []
    private var strong: [Bool] = []

    init(capacity: Int) {
        parents.reserveCapacity(capacity)
        strong.reserveCapacity(capacity)
    }

    var count: Int { parents.count }

    mutating func append(isStrong: Bool) {
        parents.append(UInt32(parents.count))
        strong.append(isStrong)
    }

    mutating func append(_ other: Regions) {
        let first = UInt32(parents.count)
        parents += other.parents.lazy.map { first + $0 }
        strong += other.strong
    }

    /// The first run of a region; the way there is half as long for the next.
    private mutating func root(_ run: UInt32) -> UInt32 {
        var run = run
        while parents[Int(run)] != run {
            parents[Int(run)] = parents[Int(parents[Int(run)])]
            run = parents[Int(run)]
        }
        return run
    }

    mutating func join(_ a: UInt32, _ b: UInt32) {
        let (a, b) = (root(a), root(b))
        if a == b { return }
        let (first, second) = (min(a, b), max(a, b))
        parents[Int(second)] = first
        strong[Int(first)] = strong[Int(first)] || strong[Int(second)]
    }

    /// Brings what the first run knows to all others: they come behind it.
    mutating func settle() {
        for run in parents.indices {
            let first = parents[Int(parents[run])]
            parents[run] = first
            strong[run] = strong[Int(first)]
        }
    }

    func isStrong(_ run: Int) -> Bool { strong[run] }
}
