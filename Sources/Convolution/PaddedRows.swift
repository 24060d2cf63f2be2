import Pixels

/// The input rows that some outputs look at, padded (see `RowPadding`). Only what lies near the sides is copied, when a
/// row is first asked for; between the sides the picture's own rows serve. One value belongs to one thread.
struct PaddedRows: ~Copyable {
    /// Columns of the result whose windows are found in one place.
    struct Piece {
        let outputs: Range<Int>
        /// Where the copied samples begin within a row's room; nil if the windows lie inside the picture.
        fileprivate let place: Int?
    }

    let pieces: [Piece]
    private let padding: RowPadding
    private let geometry: Geometry
    private let border: Border
    private let span: Int
    private let store: UnsafeMutablePointer<Float>
    /// A row of what no pixel stands for.
    private let beyond: UnsafeMutablePointer<Float>
    private let room: Int
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
        self.geometry = geometry
        self.border = border
        (pieces, room) = PaddedRows.pieces(geometry.x, padding)
        span = geometry.y.paddedLength(of: mostRows)
        slotsPerPlane = geometry.y.rowsLookedAt(by: mostRows)
        store = .allocate(capacity: planes * slotsPerPlane * room + geometry.x.input)
        beyond = store + planes * slotsPerPlane * room
        beyond.update(repeating: padding.outside, count: geometry.x.input)
        slots = [Int32](repeating: -1, count: planes * span)
        usedSlots = [Int](repeating: 0, count: planes)
    }

    deinit { store.deallocate() }

    /// Samples that the rows of one plane take, with the row that lies beyond.
    static func samples(_ geometry: Geometry, _ padding: RowPadding, mostRows: Int) -> Int {
        geometry.y.rowsLookedAt(by: mostRows) * pieces(geometry.x, padding).room + geometry.x.input
    }

    /// The sides are as wide as the row loops' blocks, so that these have no odd columns left over there.
    private static let block = 32

    private static func pieces(_ axis: Axis, _ padding: RowPadding) -> (pieces: [Piece], room: Int) {
        let reach = Extent.span(of: axis.kernel, dilation: axis.dilation) - 1
        let left = (max(0, axis.before) + block - 1) / block * block
        let leaving = max(0, axis.output - (axis.input + axis.before - reach))
        let right = axis.output - (leaving + block - 1) / block * block
        guard axis.stride == 1, left < right else {
            return ([Piece(outputs: 0..<axis.output, place: 0)], padding.length)
        }
        var pieces: [Piece] = []
        var room = 0
        for (outputs, isCopied) in [(0..<left, true), (left..<right, false), (right..<axis.output, true)]
        where !outputs.isEmpty {
            pieces.append(Piece(outputs: outputs, place: isCopied ? room : nil))
            if isCopied { room += outputs.count + reach }
        }
        return (pieces, room)
    }

    /// Forgets what was filled: the outputs from `row` on are next.
    mutating func begin(at row: Int) {
        firstPadded = geometry.y.start(row)
        for index in slots.indices { slots[index] = -1 }
        for plane in usedSlots.indices { usedSlots[plane] = 0 }
    }

    /// The samples under tap (tapX, tapY) of output row `y`, one for each output column of `piece`.
    ///
    /// - `slot` says where among the planes of this value the plane `plane` of the source is kept.
    mutating func row(
        _ y: Int, tapX: Int, tapY: Int, slot: Int, plane: Int, of source: ReadableRows, in piece: Piece
    ) -> UnsafePointer<Float> {
        let padded = geometry.y.start(y) + tapY * geometry.y.dilation
        guard let place = piece.place else {
            let shift = piece.outputs.lowerBound + tapX * geometry.x.dilation - geometry.x.before
            return pixels(padded, plane: plane, of: source).map { $0 + shift } ?? UnsafePointer(beyond + shift)
        }
        let index = slot * span + padded - firstPadded
        let isNew = slots[index] < 0
        if isNew {
            slots[index] = Int32(usedSlots[slot])
            usedSlots[slot] += 1
        }
        let row = store + (slot * slotsPerPlane + Int(slots[index])) * room
        if isNew { fill(row, from: pixels(padded, plane: plane, of: source)) }
        return UnsafePointer(row + place + padding.offset(ofTap: tapX))
    }

    private func pixels(_ padded: Int, plane: Int, of source: ReadableRows) -> UnsafePointer<Float>? {
        border.source(of: padded, count: geometry.y.input).map { source.row($0, plane: plane) }
    }

    private func fill(_ row: UnsafeMutablePointer<Float>, from pixels: UnsafePointer<Float>?) {
        if pieces.count == 1 {
            padding.fill(row, from: pixels)
            return
        }
        let reach = Extent.span(of: geometry.x.kernel, dilation: geometry.x.dilation) - 1
        for piece in pieces {
            guard let place = piece.place else { continue }
            let columns = piece.outputs.lowerBound..<piece.outputs.upperBound + reach
            padding.fill(row + place, with: columns, of: pixels)
        }
    }
}
