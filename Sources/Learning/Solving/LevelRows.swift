import Pixels
import Steps

/// A band of a picture's rows as doubles, a plane after the other, in 8-bit levels: 0…255 whatever the depth.
///
/// Levels are whole numbers for 8-bit pictures, so that sums of their products are exact.
struct LevelRows {
    let header: PictureHeader
    /// Rows that are kept when new ones come.
    private let reach: Int
    private let capacity: Int
    private(set) var first = 0
    private(set) var end = 0
    private var store: [Double]
    /// What each stored integer stands for; empty for floats.
    private let table: [Double]
    private let isLinear: Bool

    init(_ header: PictureHeader, keeping reach: Int, band: Int, isLinear: Bool) {
        self.header = header
        self.reach = reach
        self.isLinear = isLinear
        capacity = reach + band
        store = [Double](repeating: 0, count: header.channels.count * capacity * header.size.width)
        table = LevelRows.table(header.depth, isLinear: isLinear)
    }

    /// The largest stored number; nil for floats.
    var top: Int? { header.depth.levels }

    /// Reads the next `count` rows, forgetting all but the last `reach`.
    mutating func read(_ count: Int, from source: any RowSource) throws {
        let keep = min(reach, end - first)
        let width = header.size.width
        let drop = end - first - keep
        store.withUnsafeMutableBufferPointer { store in
            guard let base = store.baseAddress, drop > 0 else { return }
            for plane in 0..<header.channels.count {
                let row = base + plane * capacity * width
                row.update(from: row + drop * width, count: keep * width)
            }
        }
        first = end - keep
        var bytes = [UInt8](repeating: 0, count: max(1, count * header.bytesPerRow))
        try bytes.withUnsafeMutableBytes { try source.readRows(count, into: $0) }
        bytes.withUnsafeBytes { bytes in
            for row in 0..<count { load(row, of: bytes, into: keep + row) }
        }
        end += count
    }

    private mutating func load(_ row: Int, of bytes: UnsafeRawBufferPointer, into slot: Int) {
        let (width, channels) = (header.size.width, header.channels.count)
        let start = row * header.bytesPerRow
        let (table, capacity, isLinear) = (table, capacity, isLinear)
        store.withUnsafeMutableBufferPointer { store in
            for c in 0..<channels {
                let out = (c * capacity + slot) * width
                switch header.depth {
                case .uint8:
                    for x in 0..<width { store[out + x] = table[Int(bytes[start + x * channels + c])] }
                case .uint16:
                    for x in 0..<width {
                        let at = start + 2 * (x * channels + c)
                        store[out + x] = table[Int(bytes.load(fromByteOffset: at, as: UInt16.self))]
                    }
                case .float32:
                    for x in 0..<width {
                        let value = bytes.load(fromByteOffset: start + 4 * (x * channels + c), as: Float.self)
                        store[out + x] = 255 * (isLinear ? PointFunction.linear(Double(value)) : Double(value))
                    }
                }
            }
        }
    }

    /// - Parameter body: gets the first sample of the stored rows; row y of plane c begins `(c * capacity + y - first)`
    ///   rows behind it.
    func withRows<R>(_ body: (Rows) throws -> R) rethrows -> R {
        try store.withUnsafeBufferPointer { buffer in
            try body(
                Rows(store: buffer, width: header.size.width, capacity: capacity, first: first, end: end))
        }
    }

    /// Row `y` of a plane, to `samples`, which has room for it.
    func copy(_ y: Int, plane: Int, to samples: inout [Double]) {
        withRows { rows in
            guard let row = rows.row(y, plane: plane) else { return }
            samples.withUnsafeMutableBufferPointer { samples in
                samples.baseAddress?.update(from: row, count: rows.width)
            }
        }
    }

    /// The stored rows, good within `withRows` only.
    struct Rows {
        fileprivate let store: UnsafeBufferPointer<Double>
        let width: Int
        fileprivate let capacity: Int
        let first: Int
        let end: Int

        func row(_ y: Int, plane: Int) -> UnsafePointer<Double>? {
            assert(y >= first && y < end, "row \(y) is not among \(first)..<\(end)")
            return store.baseAddress.map { $0 + (plane * capacity + y - first) * width }
        }
    }

    private static func table(_ depth: Depth, isLinear: Bool) -> [Double] {
        guard let top = depth.levels else { return [] }
        return (0...top).map { level in
            guard isLinear else { return Double(level) * 255 / Double(top) }
            return 255 * PointFunction.linear(Double(level) / Double(top))
        }
    }

    /// How far apart levels of the file lie where linear light has this value of 255, squared.
    static func squaredSlope(_ linear: Double) -> Double {
        let slope = PointFunction.slopeOfLinear(where: linear / 255)
        return slope * slope
    }
}

extension Depth {
    /// The largest stored number; nil for floats.
    var levels: Int? {
        switch self {
        case .uint8: 255
        case .uint16: 65_535
        case .float32: nil
        }
    }
}
