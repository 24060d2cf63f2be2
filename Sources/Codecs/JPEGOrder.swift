/// The order of a block's coefficients in a file: diagonal after diagonal, there and back.
struct JPEGOrder: @unchecked Sendable {
    /// Made once, and constant from then on.
    static let shared = JPEGOrder()

    /// The places in rows of eight, in that order.
    let natural: UnsafePointer<UInt8>
    /// For each row of eight and each set of its places, the set in the file's order.
    let sets: UnsafePointer<UInt64>

    private init() {
        let order = (0..<15).flatMap { diagonal in
            let rows = max(0, diagonal - 7)...min(diagonal, 7)
            let down = rows.map { UInt8($0 * 8 + diagonal - $0) }
            return diagonal % 2 == 0 ? down.reversed() : down
        }
        let natural = UnsafeMutablePointer<UInt8>.allocate(capacity: 64)
        natural.initialize(from: order, count: 64)
        let sets = UnsafeMutablePointer<UInt64>.zeros(8 * 256)
        for (place, coefficient) in order.enumerated() {
            let (row, column) = Int(coefficient).quotientAndRemainder(dividingBy: 8)
            for set in 0..<256 where set >> column & 1 == 1 { sets[256 * row + set] |= 1 << UInt64(place) }
        }
        self.natural = UnsafePointer(natural)
        self.sets = UnsafePointer(sets)
    }
}
