import Pixels

/// The input rows that some outputs look at, padded (see `RowPadding`). Rows are filled when first asked for. One value
/// belongs to one thread.
struct PaddedRows: ~Copyable {
    private let padding: RowPadding
    private let axis: Axis
    private let border: Border
    private let span: Int
    private let store: UnsafeMutablePointer<Float>
    private let slotsPerPlane: Int
    /// For each plane and padded row the slot it was filled into; −1 before that.
    private var slots: [Int32]
    private var usedSlots: [Int]
    private var firstPadded = 0

    /// - Parameter mostRows: the longest range of outputs that `begin` will be called with.
    init(geometry: Geometry, border: Border, outside: Float, planes: Int, mostRows: Int) {
        let padding = RowPadding(geometry.x, border: border, outside: outside)
        self.init(padding, geometry: geometry, border: border, planes: planes, mostRows: mostRows)
    }

    init(_ padding: RowPadding, geometry: Geometry, border: Border, planes: Int, mostRows: Int) {
        self.padding = padding
        axis = geometry.y
        self.border = border
        span = axis.paddedLength(of: mostRows)
        slotsPerPlane = axis.rowsLookedAt(by: mostRows)
        store = .allocate(capacity: planes * slotsPerPlane * padding.length)
        slots = [Int32](repeating: -1, count: planes * span)
        usedSlots = [Int](repeating: 0, count: planes)
    }

    deinit { store.deallocate() }

    /// Forgets what was filled: the outputs from `row` on are next.
    mutating func begin(at row: Int) {
        firstPadded = axis.start(row)
        for index in slots.indices { slots[index] = -1 }
        for plane in usedSlots.indices { usedSlots[plane] = 0 }
    }

    /// The samples under tap (tapX, tapY) of output row `y`, one for each output column.
    ///
    /// - `slot` says where among the planes of this value the plane `plane` of the source is kept.
    mutating func row(
        _ y: Int, tapX: Int, tapY: Int, slot: Int, plane: Int, of source: ReadableRows
    ) -> UnsafePointer<Float> {
        let padded = axis.start(y) + tapY * axis.dilation
        let place = slot * span + padded - firstPadded
        let isNew = slots[place] < 0
        if isNew {
            slots[place] = Int32(usedSlots[slot])
            usedSlots[slot] += 1
        }
        let row = store + (slot * slotsPerPlane + Int(slots[place])) * padding.length
        if isNew {
            padding.fill(row, from: border.source(of: padded, count: axis.input).map { source.row($0, plane: plane) })
        }
        return UnsafePointer(row + padding.offset(ofTap: tapX))
    }
}
