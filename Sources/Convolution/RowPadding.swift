import CLanes
import Pixels

/// How one row is copied with what the border adds on either side, split by column stride: with stride 2 all even
/// columns, then all odd ones. So every tap is a plain pointer to as many samples as there are outputs.
struct RowPadding: Sendable {
    private let axis: Axis
    private let phaseLength: Int
    let outside: Float
    /// The picture column of each padded column; −1 where no pixel stands for it.
    private let columns: [Int32]
    private let interior: Range<Int>

    /// Samples in a padded row.
    let length: Int

    init(_ axis: Axis, border: Border, outside: Float) {
        self.axis = axis
        self.outside = outside
        phaseLength = (axis.paddedLength + axis.stride - 1) / axis.stride
        length = phaseLength * axis.stride
        columns = (0..<length).map { Int32(border.source(of: $0 - axis.before, count: axis.input) ?? -1) }
        let first = min(axis.before, axis.paddedLength)
        interior = first..<max(first, min(axis.before + axis.input, axis.paddedLength))
    }

    /// Where the samples under tap `tap` begin in a padded row.
    func offset(ofTap tap: Int) -> Int {
        let column = tap * axis.dilation
        return column % axis.stride * phaseLength + column / axis.stride
    }

    /// - Parameter pixels: the picture's row, or nil for a row outside that has no pixels.
    func fill(_ row: UnsafeMutablePointer<Float>, from pixels: UnsafePointer<Float>?, _ lanes: Lanes) {
        guard let pixels else {
            row.update(repeating: outside, count: length)
            return
        }
        if axis.stride == 1 {
            for x in 0..<interior.lowerBound { row[x] = sample(x, of: pixels) }
            if !interior.isEmpty {
                (row + interior.lowerBound).update(
                    from: pixels + (interior.lowerBound - axis.before), count: interior.count)
            }
            for x in interior.upperBound..<length { row[x] = sample(x, of: pixels) }
            return
        }
        for phase in 0..<axis.stride {
            let part = row + phase * phaseLength
            // Inside the picture the columns are known without being looked up.
            let first = min((interior.lowerBound - phase + axis.stride - 1) / axis.stride, phaseLength)
            let end = max(first, min((interior.upperBound - phase + axis.stride - 1) / axis.stride, phaseLength))
            for i in 0..<first { part[i] = sample(i * axis.stride + phase, of: pixels) }
            let inside = pixels + (first * axis.stride + phase - axis.before)
            let count = end - first
            lanes.loops.pointee.lay_rows(part + first, count, inside, 0, 1, 0, count, axis.stride, 0)
            for i in end..<phaseLength { part[i] = sample(i * axis.stride + phase, of: pixels) }
        }
    }

    /// Only the padded columns `columns`, side by side; for stride 1.
    func fill(_ out: UnsafeMutablePointer<Float>, with columns: Range<Int>, of pixels: UnsafePointer<Float>?) {
        guard let pixels else {
            out.update(repeating: outside, count: columns.count)
            return
        }
        for (index, column) in columns.enumerated() { out[index] = sample(column, of: pixels) }
    }

    /// What lies beside the pixels, which stand in their place in the row already; for stride 1.
    func fillSides(_ row: UnsafeMutablePointer<Float>) {
        let pixels = UnsafePointer(row + axis.before)
        for x in 0..<interior.lowerBound { row[x] = sample(x, of: pixels) }
        for x in interior.upperBound..<length { row[x] = sample(x, of: pixels) }
    }

    /// The way back: adds each sample of a padded row to the pixel it is a copy of.
    func fold(_ row: UnsafePointer<Float>, into pixels: UnsafeMutablePointer<Float>) {
        func add(_ column: Int, _ value: Float) {
            if columns[column] >= 0 { pixels[Int(columns[column])] += value }
        }
        if axis.stride == 1 {
            for x in 0..<interior.lowerBound { add(x, row[x]) }
            let (from, to) = (row + interior.lowerBound, pixels + max(0, interior.lowerBound - axis.before))
            for x in 0..<interior.count { to[x] += from[x] }
            for x in interior.upperBound..<length { add(x, row[x]) }
            return
        }
        for phase in 0..<axis.stride {
            let part = row + phase * phaseLength
            for i in 0..<phaseLength { add(i * axis.stride + phase, part[i]) }
        }
    }

    private func sample(_ column: Int, of pixels: UnsafePointer<Float>) -> Float {
        columns[column] < 0 ? outside : pixels[Int(columns[column])]
    }
}

extension Axis {
    /// Positions from the first window's first tap to the last one's last.
    var paddedLength: Int { paddedLength(of: output) }

    func paddedLength(of outputs: Int) -> Int {
        (outputs - 1) * stride + Extent.span(of: kernel, dilation: dilation)
    }

    /// How many different rows `outputs` neighbours look at, at most: dilated windows leave rows out.
    func rowsLookedAt(by outputs: Int) -> Int { min(paddedLength(of: outputs), outputs * kernel) }
}
