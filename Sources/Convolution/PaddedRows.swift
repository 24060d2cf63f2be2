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
    private let lanes: Lanes
    private let room: Int
    private let slotsPerPlane: Int
    /// For each plane and padded row the slot it was filled into; −1 before that.
    private var slots: [Int32]
    private var usedSlots: [Int]
    private var firstPadded = 0

    /// - Parameter mostRows: the longest range of outputs that `begin` will be called with.
    init(_ padding: RowPadding, geometry: Geometry, border: Border, planes: Int, mostRows: Int, _ lanes: Lanes) {
        self.lanes = lanes
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

    /// The samples under the taps `tapY` of output row `y`: those under tap `tapX` of each output column of `piece` begin
    /// `offset(ofTap: tapX, in: piece)` from there.
    ///
    /// - `slot` says where among the planes of this value the plane `plane` of the source is kept.
    mutating func row(
        _ y: Int, tapY: Int, slot: Int, plane: Int, of source: ReadableRows, in piece: Piece
    ) -> UnsafePointer<Float> {
        let padded = geometry.y.start(y) + tapY * geometry.y.dilation
        guard let place = piece.place else {
            return pixels(padded, plane: plane, of: source) ?? UnsafePointer(beyond)
        }
        let index = slot * span + padded - firstPadded
        let isNew = slots[index] < 0
        if isNew {
            slots[index] = Int32(usedSlots[slot])
            usedSlots[slot] += 1
        }
        let row = store + (slot * slotsPerPlane + Int(slots[index])) * room
        if isNew { fill(row, from: pixels(padded, plane: plane, of: source)) }
        return UnsafePointer(row + place)
    }

    func offset(ofTap tapX: Int, in piece: Piece) -> Int {
        if piece.place != nil { return padding.offset(ofTap: tapX) }
        return piece.outputs.lowerBound + tapX * geometry.x.dilation - geometry.x.before
    }

    /// Points at the samples under each tap of output row `y`, `offsets` into its row. The taps' channels are the planes of the
    /// source from `plane` on.
    mutating func point(
        _ pointers: inout [UnsafePointer<Float>?], at taps: [Tap], offsets: [Int], of y: Int, plane: Int,
        of source: ReadableRows, in piece: Piece
    ) {
        var begun: (input: Int, y: Int)?
        var row = UnsafePointer(beyond)
        for (index, tap) in taps.enumerated() {
            if begun?.input != tap.input || begun?.y != tap.y {
                row = self.row(y, tapY: tap.y, slot: tap.input, plane: plane + tap.input, of: source, in: piece)
                begun = (tap.input, tap.y)
            }
            pointers[index] = row + offsets[index]
        }
    }

    private func pixels(_ padded: Int, plane: Int, of source: ReadableRows) -> UnsafePointer<Float>? {
        border.source(of: padded, count: geometry.y.input).map { source.row($0, plane: plane) }
    }

    private func fill(_ row: UnsafeMutablePointer<Float>, from pixels: UnsafePointer<Float>?) {
        if pieces.count == 1 {
            padding.fill(row, from: pixels, lanes)
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
