import Convolution
import Pixels

/// Marks every strong pixel, and every weak one that is connected to one, corners included.
///
/// Weak pixels side by side are a run; runs that touch the row above are one region with what they touch; a region with a
/// strong pixel is kept.
struct StrongRegions: Sendable {
    /// Those that reach the low threshold; afterwards those that are kept.
    let reached: BitPlane
    let strong: BitPlane

    /// What one run takes: its parent, and whether it is strong.
    static let bytesForRun = 5

    /// Each thread finds the regions of pieces of rows; then those that touch across two pieces become one, and runs are found
    /// again to be marked, which is cheaper than to keep them.
    func mark(on machine: Machine) {
        let height = reached.size.height
        let count = min(4 * machine.workers, max(1, height / 64))
        let pieces = (0..<count).map { height * $0 / count..<height * ($0 + 1) / count }
        let counts = Guarded([Int](repeating: 0, count: count))
        machine.split(0..<count, grain: 1) { own in
            for piece in own {
                let runs = pieces[piece].reduce(0) { $0 + runCount(of: $1) }
                counts.withLock { $0[piece] = runs }
            }
        }
        let first = counts.withLock { $0 }.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
        var forest = Forest(count: first[count])
        var strongRuns = [Bool](repeating: false, count: first[count])
        forest.withShared { forest in
            strongRuns.withUnsafeMutableBufferPointer { strong in
                let regions = Regions(forest: forest, strong: strong)
                machine.split(0..<count, grain: 1) { own in
                    for piece in own { find(regions, in: pieces[piece], from: first[piece]) }
                }
                for piece in 1..<count { join(regions, across: pieces[piece].lowerBound, from: first[piece]) }
                forest.settle()
                machine.split(0..<count, grain: 1) { own in
                    for piece in own { clear(pieces[piece], regions, from: first[piece]) }
                }
            }
        }
    }

    /// The regions in some rows, the first run of which is number `first` of all.
    private func find(_ regions: Regions, in rows: Range<Int>, from first: Int) {
        var (above, row) = (RunRow(), RunRow())
        var next = first
        for y in rows {
            row.begin(at: next)
            let certain = strong.row(y)
            eachRun(of: y) { run in
                regions.strong[next] = StrongRegions.holds(certain, run)
                row.columns.append(run)
                above.touching(run) { regions.join($0, next) }
                next += 1
            }
            swap(&above, &row)
        }
    }

    /// Row `y`, whose first run is number `first`, with the row above it.
    private func join(_ regions: Regions, across y: Int, from first: Int) {
        var above = RunRow()
        above.begin(at: first - runCount(of: y - 1))
        eachRun(of: y - 1) { above.columns.append($0) }
        var next = first
        eachRun(of: y) { run in
            above.touching(run) { regions.join($0, next) }
            next += 1
        }
    }

    private func runCount(of y: Int) -> Int {
        let row = reached.row(y)
        var (count, before): (Int, UInt64) = (0, 0)
        for word in 0..<(reached.size.width + 63) / 64 {
            // A run begins where the pixel before is not set.
            count += (row[word] & ~(row[word] << 1 | before)).nonzeroBitCount
            before = row[word] >> 63
        }
        return count
    }

    private func clear(_ rows: Range<Int>, _ regions: Regions, from first: Int) {
        var place = first
        for y in rows {
            let row = reached.row(y)
            eachRun(of: y) { run in
                if !regions.isStrong(place) {
                    StrongRegions.eachWord(of: run) { row[$0] &= ~$1 }
                }
                place += 1
            }
        }
    }

    /// Whether any bit of `run` is set.
    private static func holds(_ row: BitRow, _ run: Range<Int>) -> Bool {
        var found: UInt64 = 0
        eachWord(of: run) { found |= row[$0] & $1 }
        return found != 0
    }

    /// Gives `body` the words that a run lies in, each with the run's bits.
    @inline(__always)
    private static func eachWord(of run: Range<Int>, _ body: (Int, UInt64) -> Void) {
        let (first, last) = (run.lowerBound / 64, (run.upperBound - 1) / 64)
        for word in first...last {
            var bits = UInt64.max
            if word == first { bits &= .max << UInt64(run.lowerBound % 64) }
            if word == last { bits &= .max >> UInt64(63 - (run.upperBound - 1) % 64) }
            body(word, bits)
        }
    }

    /// Gives `body` the runs of row `y`, which may clear those that it was given.
    @inline(__always)
    private func eachRun(of y: Int, _ body: (Range<Int>) -> Void) {
        let (row, width) = (reached.row(y), reached.size.width)
        var begun: Int?
        for word in 0..<(width + 63) / 64 {
            var bits = row[word]
            if let start = begun {
                if bits == .max { continue }
                let length = (~bits).trailingZeroBitCount
                body(start..<64 * word + length)
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
                body(64 * word + start..<64 * word + start + length)
                bits &= .max << UInt64(start + length)
            }
        }
        if let start = begun { body(start..<width) }
    }
}

/// The runs of one row, the first of them number `first` of all.
private struct RunRow: Sendable {
    var first = 0
    var columns: [Range<Int>] = []
    /// The first that a run in the row beneath may touch; those come from the left.
    private var next = 0

    mutating func begin(at number: Int) {
        (first, next) = (number, 0)
        columns.removeAll(keepingCapacity: true)
    }

    /// Gives `body` the numbers of those that touch a run beneath them.
    mutating func touching(_ run: Range<Int>, _ body: (Int) -> Void) {
        while next < columns.count, columns[next].upperBound < run.lowerBound { next += 1 }
        var place = next
        while place < columns.count, columns[place].lowerBound <= run.upperBound {
            body(first + place)
            place += 1
        }
    }
}

/// Which runs belong together, the root of each region its first run, and whether a region is strong, which its root knows.
private struct Regions: @unchecked Sendable {
    let forest: SharedForest
    let strong: UnsafeMutableBufferPointer<Bool>

    func join(_ a: Int, _ b: Int) {
        let (a, b) = (forest.root(of: a), forest.root(of: b))
        if a == b { return }
        forest.put(max(a, b), below: min(a, b))
        strong[min(a, b)] = strong[a] || strong[b]
    }

    /// Once the forest is settled.
    func isStrong(_ run: Int) -> Bool { strong[forest.parent(of: run)] }
}
