import Pixels

/// What becomes of each of the 256 levels, where that depends on how often each of them is there: known once all of the picture
/// has been seen.
package struct LevelSurvey: LevelFilter {
    private let values: @Sendable (_ counts: [Int]) -> [Float]

    /// - Parameter values: what becomes of each of `LevelTable.samples`, from how often it was seen.
    package init(_ values: @escaping @Sendable (_ counts: [Int]) -> [Float]) { self.values = values }

    package var account: String { "levels counted, then a table of what becomes of each of them: exact" }
    package var windowRows: Int { 1 }
    package var scratchBytes: Int { 0 }

    /// No level seen yet.
    package static let nothingSeen = [Int](repeating: 0, count: 256)

    /// Adds the samples of some rows.
    package func count(
        _ rows: Range<Int>, of source: ReadableLevels, into counts: inout [Int], on machine: Machine
    ) {
        let found = Guarded(LevelSurvey.nothingSeen)
        machine.split(rows, grain: max(1, (1 << 18) / max(1, source.bytesPerRow))) { piece in
            // Neighbours are often alike: an addition waits less for the one before it in a table of its own.
            var own = [UInt32](repeating: 0, count: 4 * 256)
            var sums = LevelSurvey.nothingSeen
            own.withUnsafeMutableBufferPointer { own in
                guard let first = own.baseAddress else { return }
                for y in piece {
                    let row = source.row(y)
                    for x in 0..<source.bytesPerRow { first[x % 4 * 256 + Int(row[x])] &+= 1 }
                    for index in 0..<4 * 256 {
                        sums[index % 256] += Int(first[index])
                        first[index] = 0
                    }
                }
            }
            found.withLock { all in for level in 0..<256 { all[level] += sums[level] } }
        }
        let seen = found.withLock { $0 }
        for level in 0..<256 { counts[level] += seen[level] }
    }

    /// What is done once all rows were counted.
    package func settled(_ counts: [Int], _ lanes: Lanes) -> LevelTable { LevelTable(values(counts), lanes) }

    /// Of a source that holds the whole picture.
    package func run(_ source: ReadableLevels, rows: Range<Int>, into target: WritableLevels, _ lanes: Lanes) -> Int {
        run(source, rows: rows, into: target, on: Machine(lanes: lanes, threads: 1))
    }

    package func run(
        _ source: ReadableLevels, rows: Range<Int>, into target: WritableLevels, on machine: Machine
    ) -> Int {
        var counts = LevelSurvey.nothingSeen
        count(source.rows, of: source, into: &counts, on: machine)
        return settled(counts, machine.lanes).run(source, rows: rows, into: target, on: machine)
    }
}
