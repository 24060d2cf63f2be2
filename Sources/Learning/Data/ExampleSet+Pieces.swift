import Pixels

extension ExampleSet {
    /// Pictures and the pictures they are to become in pieces of `size`. Pieces overlap: within `margin` of a cut, where a net
    /// would see its own border instead of the picture, their targets are no numbers and do not count.
    public func pieces(of size: Size, margin: Int) -> (inputs: [Float], targets: [Float]) {
        guard case .pictures(let targetShape, let targets) = targets, targetShape.size == shape.size else {
            preconditionFailure("pictures and the pictures they are to become are cut alike")
        }
        let rows = Self.cuts(shape.height, side: size.height, margin: margin)
        let columns = Self.cuts(shape.width, side: size.width, margin: margin)
        let inputs = cut(samples, shape, size, rows, columns) { _, _ in true }
        let wanted = cut(targets, targetShape, size, rows, columns) { place, isAcross in
            let whole = isAcross ? shape.width : shape.height
            let start = place.start
            let low = start == 0 ? 0 : margin
            let high = start + place.length == whole ? place.length : place.length - margin
            return place.offset >= low && place.offset < high
        }
        return (inputs, wanted)
    }

    private typealias Place = (start: Int, length: Int, offset: Int)

    /// Where pieces begin, so that what counts of them covers all: the last ends where the picture does.
    static func cuts(_ whole: Int, side: Int, margin: Int) -> [Int] {
        if whole <= side { return [0] }
        var starts = Array(stride(from: 0, to: whole - side, by: side - 2 * margin))
        starts.append(whole - side)
        return starts
    }

    private func cut(
        _ samples: Samples, _ shape: Shape, _ size: Size, _ rows: [Int], _ columns: [Int],
        counts: (Place, _ isAcross: Bool) -> Bool
    ) -> [Float] {
        var out: [Float] = []
        out.reserveCapacity(shape.count * rows.count * columns.count * shape.channels * size.width * size.height)
        var line = [Float](repeating: 0, count: size.width)
        for n in 0..<shape.count {
            for top in rows {
                for left in columns {
                    for c in 0..<shape.channels {
                        for y in 0..<size.height {
                            let start = ((n * shape.channels + c) * shape.height + top + y) * shape.width + left
                            line.withUnsafeMutableBufferPointer { samples.read(start, into: $0, factor: 1, offset: 0) }
                            let isIn = counts((top, size.height, y), false)
                            for x in 0..<size.width {
                                out.append(isIn && counts((left, size.width, x), true) ? line[x] : .nan)
                            }
                        }
                    }
                }
            }
        }
        return out
    }
}
