import Convolution

/// The best kernel that is a column times a row: each in turn is found while the other stays, which never makes the
/// error larger.
struct SeparableFit {
    let model: KernelModel
    let system: LinearSystem
    let unknowns: Unknowns
    let answers: [Double]

    private var width: Int { model.window.size.width }
    private var height: Int { model.window.size.height }

    /// - Parameter free: the best kernel of any rank, to begin with.
    func solution(from free: [Double]) -> [Double] {
        var row = firstRow(unknowns.weights(free))
        var column = [Double](repeating: 0, count: height)
        var offset = unknowns.offset(free)
        for _ in 0..<400 {
            let before = row
            (column, _) = half(isColumn: true, other: row)
            let scale = column.map(abs).max() ?? 0
            guard scale > 0 else { break }
            column = column.map { $0 / scale }
            (row, offset) = half(isColumn: false, other: column)
            let change = zip(row, before.map { $0 * scale }).reduce(0) { max($0, abs($1.0 - $1.1)) }
            if change <= 1e-13 * (row.map(abs).max() ?? 0) { break }
        }
        var solution = [Double](repeating: 0, count: unknowns.count)
        for (tap, unknown) in unknowns.ofTap.enumerated() {
            solution[unknown] = column[tap / width] * row[tap % width]
        }
        if unknowns.hasOffset { solution[unknowns.count - 1] = offset }
        return solution
    }

    /// The row of the best product, by squaring the kernel's own.
    private func firstRow(_ weights: [Double]) -> [Double] {
        let largest = weights.indices.max { abs(weights[$0]) < abs(weights[$1]) } ?? 0
        let y = largest / width
        var row = Array(weights[y * width..<(y + 1) * width])
        for _ in 0..<50 {
            let column = (0..<height).map { y in (0..<width).reduce(0) { $0 + weights[y * width + $1] * row[$1] } }
            row = (0..<width).map { x in (0..<height).reduce(0) { $0 + weights[$1 * width + x] * column[$1] } }
            let scale = row.map(abs).max() ?? 0
            guard scale > 0 else { return [Double](repeating: 1, count: width) }
            row = row.map { $0 / scale }
        }
        return row
    }

    /// One factor and the offset, while the other factor stays as it is.
    private func half(isColumn: Bool, other: [Double]) -> (factor: [Double], offset: Double) {
        let length = isColumn ? height : width
        let isMirrored =
            switch model.symmetry {
            case .both: true
            case .topBottom: isColumn
            case .leftRight: !isColumn
            default: false
            }
        // Which part of the factor each tap follows, and by what it is multiplied.
        let parts = (0..<length).map { isMirrored ? min($0, length - 1 - $0) : $0 }
        let count = (parts.max() ?? 0) + 1 + (unknowns.hasOffset ? 1 : 0)
        var columns = [[Double]](repeating: [Double](repeating: 0, count: unknowns.count), count: count)
        // Taps that are one unknown agree on it.
        var written = Set<Int>()
        for (tap, unknown) in unknowns.ofTap.enumerated() where written.insert(unknown).inserted {
            let (x, y) = (tap % width, tap / width)
            columns[parts[isColumn ? y : x]][unknown] = other[isColumn ? x : y]
        }
        if unknowns.hasOffset { columns[count - 1][unknowns.count - 1] = 1 }
        var matrix = [Double](repeating: 0, count: count * count)
        for (i, a) in columns.enumerated() {
            let image = system.image(of: a)
            for (j, b) in columns.enumerated() { matrix[i * count + j] = zip(image, b).reduce(0) { $0 + $1.0 * $1.1 } }
        }
        let right = columns.map { zip($0, answers).reduce(0) { $0 + $1.0 * $1.1 } }
        let small = LinearSystem(matrix, count: count)
        let solved: [Double]
        if let sum = model.sum {
            let multiplicities = unknowns.multiplicities
            let weights = columns.map { zip($0, multiplicities).reduce(0) { $0 + $1.0 * $1.1 } }
            solved = small.solve(right, holding: weights, to: sum)
        } else {
            solved = small.solve(right)
        }
        return (parts.map { solved[$0] }, unknowns.hasOffset ? solved[count - 1] : 0)
    }
}
