import CLanes
import Pixels

/// What becomes of each of the 256 levels, from bytes to bytes.
package struct LevelTable: LevelFilter {
    private let levels: [UInt8]
    /// Which of them are clipped, 1 for each; none where none is.
    private let marks: [UInt8]

    /// The levels as they are computed with.
    package static let samples = (0..<256).map { Float($0) / 255 }

    /// - Parameter values: what becomes of each of `samples`, before it is rounded to levels again.
    package init(_ values: [Float], _ lanes: Lanes) {
        precondition(values.count == 256, "there are 256 levels, not \(values.count)")
        let loops = lanes.loops.pointee
        var (levels, marks) = ([UInt8](repeating: 0, count: 256), [UInt8](repeating: 0, count: 256))
        for (index, value) in values.enumerated() {
            marks[index] = UInt8(withUnsafePointer(to: value) { loops.join_uint8(&levels[index], $0, 1, 1, 1) })
        }
        self.levels = levels
        self.marks = marks.contains(1) ? marks : []
    }

    package var account: String { "a table of what becomes of each of the 256 levels: exact" }
    package var windowRows: Int { 1 }
    package var scratchBytes: Int { 0 }

    package func run(_ source: ReadableLevels, rows: Range<Int>, into target: WritableLevels, _ lanes: Lanes) -> Int {
        let loops = lanes.loops.pointee
        return rows.reduce(0) { clipped, y in
            clipped
                + marks.withUnsafeBufferPointer {
                    loops.look_up_levels(
                        target.row(y), source.row(y), source.bytesPerRow, levels, $0.isEmpty ? nil : $0.baseAddress)
                }
        }
    }
}
