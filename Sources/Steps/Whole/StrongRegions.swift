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

    /// Each thread finds the regions of pieces of rows; then those that touch across two pieces become one, and runs are found
    /// again to be marked, which is cheaper than to keep them.
    func mark(on machine: Machine) {
        let height = source.shape.height
        let count = min(4 * machine.workers, max(1, height / 64))
        let pieces = (0..<count).map { height * $0 / count..<height * ($0 + 1) / count }
        let loops = machine.rowLoops
        let found = Guarded([PieceRegions?](repeating: nil, count: count))
        machine.split(0..<count, grain: 1) { own in
            for piece in own {
                let regions = findRegions(in: pieces[piece], loops)
                found.withLock { $0[piece] = regions }
            }
        }
        let (regions, first) = StrongRegions.joined(found.withLock { $0.compactMap { $0 } })
        machine.split(0..<count, grain: 1) { own in
            for piece in own { fill(pieces[piece], regions, from: first[piece], loops) }
        }
    }

    /// All pieces' regions, and where each piece's runs begin among them.
    private static func joined(_ pieces: [PieceRegions]) -> (regions: Regions, first: [Int]) {
        var regions = Regions(capacity: pieces.map(\.regions.count).reduce(0, +))
        var first: [Int] = []
        for (index, piece) in pieces.enumerated() {
            let start = regions.count
            first.append(start)
            regions.append(piece.regions)
            guard index > 0 else { continue }
            var above = pieces[index - 1].lastRow
            above.first += first[index - 1]
            for (place, run) in piece.firstRow.columns.enumerated() {
                above.touching(run) { regions.join($0, start + place) }
            }
        }
        regions.settle()
        return (regions, first)
    }

    private func findRegions(in rows: Range<Int>, _ loops: RowLoops) -> PieceRegions {
        var regions = Regions(capacity: 0)
        var (firstRow, above, row) = (RunRow(), RunRow(), RunRow())
        for y in rows {
            row.begin(at: regions.count)
            eachRun(of: y, loops) { run, isStrong in
                regions.append(isStrong: isStrong())
                row.columns.append(run)
                let own = regions.count - 1
                above.touching(run) { regions.join($0, own) }
            }
            swap(&above, &row)
            if y == rows.lowerBound { firstRow = above }
        }
        return PieceRegions(regions: regions, firstRow: firstRow, lastRow: above)
    }

    private func fill(_ rows: Range<Int>, _ regions: Regions, from first: Int, _ loops: RowLoops) {
        var place = first
        for y in rows {
            let out = target.row(y, plane: plane)
            out.update(repeating: 0, count: source.shape.width)
            eachRun(of: y, loops) { run, _ in
                if regions.isStrong(place) { (out + run.lowerBound).update(repeating: 1, count: run.count) }
                place += 1
            }
        }
    }

    /// Gives `body` the runs of row `y`, and what tells whether one has a strong pixel.
    private func eachRun(of y: Int, _ loops: RowLoops, _ body: (Range<Int>, _ isStrong: () -> Bool) -> Void) {
        let (row, width) = (source.row(y, plane: plane), source.shape.width)
        let words = (width + 63) / 64
        // What is not above 0 is never kept.
        let least = max(low, .leastNonzeroMagnitude)
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: words) { flags in
            guard let reached = flags.baseAddress else { return }
            loops.reaching(least, row, width, into: reached)
            func end(_ run: Range<Int>) { body(run) { run.contains { row[$0] >= high && row[$0] > 0 } } }
            var begun: Int?
            for word in 0..<words {
                var bits = reached[word]
                if let start = begun {
                    if bits == .max { continue }
                    let length = (~bits).trailingZeroBitCount
                    end(start..<64 * word + length)
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
                    end(64 * word + start..<64 * word + start + length)
                    bits &= .max << UInt64(start + length)
                }
            }
            if let start = begun { end(start..<width) }
        }
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

/// The regions of a piece of rows.
private struct PieceRegions: Sendable {
    let regions: Regions
    let firstRow: RunRow
    let lastRow: RunRow
}

/// Which runs belong together, the root of each region its first run, and whether a region is strong, which its root knows.
private struct Regions: Sendable {
    private var forest = Forest()
    private var strong: [Bool] = []

    init(capacity: Int) {
        forest.reserveCapacity(capacity)
        strong.reserveCapacity(capacity)
    }

    var count: Int { strong.count }

    mutating func append(isStrong: Bool) {
        forest.append()
        strong.append(isStrong)
    }

    mutating func append(_ other: Regions) {
        forest.append(other.forest)
        strong += other.strong
    }

    mutating func join(_ a: Int, _ b: Int) {
        let (a, b) = (forest.root(of: a), forest.root(of: b))
        if a == b { return }
        forest.put(max(a, b), below: min(a, b))
        strong[min(a, b)] = strong[a] || strong[b]
    }

    /// Tells all others what their root knows.
    mutating func settle() {
        for run in strong.indices { strong[run] = strong[forest.root(of: run)] }
    }

    func isStrong(_ run: Int) -> Bool { strong[run] }
}
