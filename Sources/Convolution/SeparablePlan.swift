import CLanes
import Pixels

/// A kernel as columns and rows, ready to be run: what is the same for every band is worked out once.
struct SeparablePlan: Sendable {
    let columns: [ColumnPass]
    let across: RowPass

    init(_ factors: Factors, geometry: Geometry, border: Border, isExact: Bool) {
        columns = factors.terms.map { ColumnPass($0.column, geometry.y, isExact: isExact) }
        across = RowPass(factors, geometry.x, border: border, isExact: isExact)
    }
}

/// One term's sums down the columns.
struct ColumnPass: Sendable {
    private let axis: Axis
    private let positions: [Int]
    private let weights: RowWeights
    /// All taps one below the other: neighbouring rows of the result share what they load.
    private let isSolid: Bool

    init(_ column: [Double], _ axis: Axis, isExact: Bool) {
        self.axis = axis
        positions = column.indices.filter { column[$0] != 0 }
        weights = RowWeights(positions.map { column[$0] }, isExact: isExact)
        isSolid =
            !isExact && axis.stride == 1 && axis.dilation == 1 && positions.count >= 3
            && positions.count == column.count
    }

    /// The sums for at most four rows of the result, into the scratch's rows for `term`.
    func run(_ rows: Range<Int>, of view: PlaneRows, term: Int, _ scratch: SeparableScratch, _ lanes: Lanes) {
        let sums = scratch.columnRows[term]
        if isSolid, rows.count == 4 {
            scratch.point(at: (0..<positions.count + 3).lazy.map { view.row(rows.lowerBound, tap: $0) })
            weights.columnSums(scratch.pointers, into: sums, count: scratch.width, lanes)
            return
        }
        for (y, out) in zip(rows, sums) {
            guard let out else { continue }
            scratch.point(at: positions.lazy.map { view.row(y, tap: $0) })
            weights.sum(scratch.pointers, into: out, count: scratch.width, lanes)
        }
    }
}

/// The sums along the row, over all terms at once.
struct RowPass: Sendable {
    private let axis: Axis
    /// For each term: its padding differs in what a pixel outside has become by the columns.
    private let paddings: [RowPadding]
    /// Of each tap: its term and where its samples begin in a padded row.
    private let taps: [(term: Int, offset: Int)]
    private let weights: RowWeights

    init(_ factors: Factors, _ axis: Axis, border: Border, isExact: Bool) {
        self.axis = axis
        paddings = factors.terms.map { term in
            RowPadding(axis, border: border, outside: border.outside * Float(term.column.reduce(0, +)))
        }
        var taps: [(term: Int, offset: Int)] = []
        var values: [Double] = []
        for (term, factor) in factors.terms.enumerated() {
            for (position, value) in factor.row.enumerated() where value != 0 {
                taps.append((term, paddings[term].offset(ofTap: position)))
                values.append(value)
            }
        }
        self.taps = taps
        weights = RowWeights(values, isExact: isExact)
    }

    func pad(_ scratch: SeparableScratch, term: Int, count: Int, _ lanes: Lanes) {
        for row in 0..<count {
            let padded = scratch.paddedRow(row, term: term)
            if axis.stride == 1 {
                paddings[term].fillSides(padded)
            } else {
                paddings[term].fill(padded, from: scratch.columnRows[term][row].map { UnsafePointer($0) }, lanes)
            }
        }
    }

    func run(
        _ scratch: SeparableScratch, row: Int, bias: Double, into out: UnsafeMutablePointer<Float>, _ lanes: Lanes
    ) {
        scratch.point(at: taps.lazy.map { UnsafePointer(scratch.paddedRow(row, term: $0.term) + $0.offset) })
        weights.sum(scratch.pointers, bias: bias, into: out, count: axis.output, lanes)
    }
}

/// The rows of one plane as a window meets them: those outside are what the border says.
struct PlaneRows {
    let source: ReadableRows
    let plane: Int
    let axis: Axis
    let border: Border
    /// A row of what no pixel stands for.
    let outside: UnsafePointer<Float>

    /// The row under tap `tap` of output row `y`.
    func row(_ y: Int, tap: Int) -> UnsafePointer<Float> {
        let row = border.source(of: axis.start(y) + tap * axis.dilation, count: axis.input)
        return row.map { source.row($0, plane: plane) } ?? outside
    }
}

/// What one thread works in: four padded rows for each term, and the sums down the columns that go into them. With
/// stride 1 these stand where the padded row has its pixels.
final class SeparableScratch {
    let width: Int
    let outside: UnsafePointer<Float>
    private let padded: Int
    private let store: UnsafeMutablePointer<Float>
    private(set) var pointers: [UnsafePointer<Float>?] = []
    /// For each term where the sums of the four rows go.
    let columnRows: [[UnsafeMutablePointer<Float>?]]

    init(_ plan: SeparablePlan, geometry: Geometry, outside value: Float) {
        let (axis, terms) = (geometry.x, plan.columns.count)
        let store = UnsafeMutablePointer<Float>.allocate(capacity: SeparableScratch.samples(axis, terms))
        let padded = SeparableScratch.rowLength(axis)
        self.store = store
        self.padded = padded
        width = axis.input
        let beyond = store + 4 * axis.input
        beyond.update(repeating: value, count: axis.input)
        outside = UnsafePointer(beyond)
        columnRows = (0..<terms).map { term in
            (0..<4).map { row in
                let isInPlace = axis.stride == 1
                return isInPlace
                    ? beyond + axis.input + (4 * term + row) * padded + axis.before : store + row * axis.input
            }
        }
    }

    deinit { store.deallocate() }

    static func samples(_ axis: Axis, _ terms: Int) -> Int { 5 * axis.input + 4 * terms * rowLength(axis) }

    /// A padded row, and the whole row of the picture although windows may leave some of it out.
    private static func rowLength(_ axis: Axis) -> Int {
        max(axis.paddedLength + axis.stride, axis.before + axis.input)
    }

    func paddedRow(_ index: Int, term: Int) -> UnsafeMutablePointer<Float> {
        store + 5 * width + (4 * term + index) * padded
    }

    /// Sets `pointers`, in the room they had.
    func point(at rows: some Sequence<UnsafePointer<Float>>) {
        pointers.removeAll(keepingCapacity: true)
        for row in rows { pointers.append(row) }
    }
}
