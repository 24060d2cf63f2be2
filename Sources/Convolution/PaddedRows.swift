import Pixels

/// The input rows that some outputs look at, copied with what the border adds on either side, and split by column
/// stride: with stride 2 all even columns, then all odd ones. So every tap of every output row is a plain pointer.
///
/// Rows are filled when first asked for. One value belongs to one thread.
struct PaddedRows: ~Copyable {
    private let axisX: Axis
    private let axisY: Axis
    private let border: Border
    private let outside: Float
    private let phaseLength: Int
    private let rowLength: Int
    private let span: Int
    private let store: UnsafeMutablePointer<Float>
    private let slotsPerPlane: Int
    private let planes: Int
    /// For each plane and padded row the slot it was filled into; −1 before that.
    private var slots: [Int32]
    private var usedSlots: [Int]
    /// The picture column of each padded column; -1 where no pixel stands for it.
    private let columns: [Int32]
    private let interior: Range<Int>
    private var firstPadded = 0

    /// - Parameter mostRows: the longest range of outputs that `begin` will be called with.
    init(geometry: Geometry, border: Border, outside: Float, planes: Int, mostRows: Int) {
        axisX = geometry.x
        axisY = geometry.y
        self.border = border
        self.outside = outside
        self.planes = planes
        phaseLength = (geometry.x.paddedLength + axisX.stride - 1) / axisX.stride
        rowLength = phaseLength * axisX.stride
        span = geometry.y.paddedLength(of: mostRows)
        slotsPerPlane = geometry.y.rowsLookedAt(by: mostRows)
        store = .allocate(capacity: planes * slotsPerPlane * rowLength)
        slots = [Int32](repeating: -1, count: planes * span)
        usedSlots = [Int](repeating: 0, count: planes)
        let (before, count) = (axisX.before, axisX.input)
        columns = (0..<rowLength).map { Int32(border.source(of: $0 - before, count: count) ?? -1) }
        let first = min(before, geometry.x.paddedLength)
        interior = first..<max(first, min(before + count, geometry.x.paddedLength))
    }

    deinit { store.deallocate() }

    /// Forgets what was filled: the outputs from `row` on are next.
    mutating func begin(at row: Int) {
        firstPadded = axisY.start(row)
        for index in slots.indices { slots[index] = -1 }
        for plane in usedSlots.indices { usedSlots[plane] = 0 }
    }

    /// The samples under tap (tapX, tapY) of output row `y`, one for each output column.
    ///
    /// - `slot` says where among the planes of this value the plane `plane` of the source is kept.
    mutating func row(
        _ y: Int, tapX: Int, tapY: Int, slot: Int, plane: Int, of source: ReadableRows
    ) -> UnsafePointer<Float> {
        let padded = axisY.start(y) + tapY * axisY.dilation
        let place = slot * span + padded - firstPadded
        if slots[place] < 0 {
            slots[place] = Int32(usedSlots[slot])
            usedSlots[slot] += 1
            fill(store + (slot * slotsPerPlane + Int(slots[place])) * rowLength, from: padded, plane: plane, of: source)
        }
        let row = store + (slot * slotsPerPlane + Int(slots[place])) * rowLength
        let column = tapX * axisX.dilation
        return UnsafePointer(row + column % axisX.stride * phaseLength + column / axisX.stride)
    }

    private func fill(_ row: UnsafeMutablePointer<Float>, from padded: Int, plane: Int, of source: ReadableRows) {
        guard let y = border.source(of: padded, count: axisY.input) else {
            row.update(repeating: outside, count: rowLength)
            return
        }
        let pixels = source.row(y, plane: plane)
        if axisX.stride == 1 {
            for x in 0..<interior.lowerBound { row[x] = columns[x] < 0 ? outside : pixels[Int(columns[x])] }
            if !interior.isEmpty {
                (row + interior.lowerBound).update(
                    from: pixels + (interior.lowerBound - axisX.before), count: interior.count)
            }
            for x in interior.upperBound..<rowLength { row[x] = columns[x] < 0 ? outside : pixels[Int(columns[x])] }
            return
        }
        for phase in 0..<axisX.stride {
            let part = row + phase * phaseLength
            for i in 0..<phaseLength {
                let column = columns[i * axisX.stride + phase]
                part[i] = column < 0 ? outside : pixels[Int(column)]
            }
        }
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
