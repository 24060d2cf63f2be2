import Pixels

/// The channels of a picture of floats side by side, as feature maps are looked at. What is never negative goes from black to
/// white, what has signs from blue over white to red, on one scale for all of them: as on the page of `kern explain`.
public struct MapSheet: Sendable {
    public let raster: Raster
    /// What the ends of the scale stand for: −v and v where there are signs, else 0 and what is white.
    public let ends: (low: Float, high: Float)

    /// Between maps and around them, in pixels and as a colour that no map has.
    private static let gap = 4
    private static let paper: [UInt8] = [120, 132, 120]
    /// How large a sheet grows on its own, so that each sample has a pixel; larger maps are made smaller.
    private static let sides = [1024, 2048, 4096]

    /// - Parameters:
    ///   - maps: of floats.
    ///   - asked: what the sheet is to measure; nil for what suits the maps.
    /// - Returns: nil where there is no room for so many maps.
    public init?(_ maps: Raster, size asked: Size? = nil) {
        let (count, size) = (maps.header.channels.count, maps.header.size)
        precondition(maps.header.depth == .float32, "maps are floats, not \(maps.header.depth)")
        let boxes = asked.map { [$0] } ?? Self.sides.map { Size($0) }
        let all = boxes.lazy.compactMap { Grid(count, of: size, in: $0) }
        guard let grid = all.first(where: { $0.zoom > 0 }) ?? all.last else { return nil }
        let sheet = asked ?? grid.size
        let ends = Self.ends(of: maps)
        self.ends = ends
        let header = PictureHeader(size: sheet, channels: .rgb, depth: .uint8)
        var bytes = [UInt8](unsafeUninitializedCapacity: sheet.height * header.bytesPerRow) { room, filled in
            for index in room.indices { room[index] = Self.paper[index % 3] }
            filled = room.count
        }
        // bytes (H,W,3) · maps (h,w,count)
        let corner = (x: (sheet.width - grid.size.width) / 2, y: (sheet.height - grid.size.height) / 2)
        for map in 0..<count {
            let (row, column) = map.quotientAndRemainder(dividingBy: grid.columns)
            let left = corner.x + grid.gap + column * (grid.map.width + grid.gap)
            let top = corner.y + grid.gap + row * (grid.map.height + grid.gap)
            for y in 0..<grid.map.height {
                for x in 0..<grid.map.width {
                    let color = Self.color(of: grid.mean(x, y, of: map, in: maps), ends)
                    let place = 3 * ((top + y) * sheet.width + left + x)
                    (bytes[place], bytes[place + 1], bytes[place + 2]) = color
                }
            }
        }
        raster = Raster(header: header, bytes: bytes)
    }

    private static func ends(of maps: Raster) -> (low: Float, high: Float) {
        var (low, high): (Float, Float) = (0, 0)
        maps.bytes.withUnsafeBytes { bytes in
            for value in bytes.bindMemory(to: Float.self) where value.isFinite {
                low = min(low, value)
                high = max(high, value)
            }
        }
        if low < 0 { return (-max(high, -low), max(high, -low)) }
        // Dark maps are brightened; what lies within 0…1 as pictures do keeps its brightness.
        return (0, high > 1 || high <= 0.2 ? (high > 0 ? high : 1) : 1)
    }

    private static func color(of value: Float, _ ends: (low: Float, high: Float)) -> (UInt8, UInt8, UInt8) {
        let share = value.isFinite ? max(-1, min(1, value / ends.high)) : 0
        guard ends.low < 0 else {
            let level = UInt8((255 * max(0, share)).rounded())
            return (level, level, level)
        }
        let full: (Float, Float, Float) = share > 0 ? (178, 24, 43) : (33, 102, 172)
        func level(_ end: Float) -> UInt8 { UInt8((245 + (end - 245) * abs(share)).rounded()) }
        return (level(full.0), level(full.1), level(full.2))
    }

    /// How maps stand on a sheet.
    private struct Grid {
        let columns: Int
        let gap: Int
        /// Pixels to a sample; 0 where several samples share one.
        let zoom: Int
        /// Samples to a pixel, each way.
        let shrink: Int
        /// What a map measures on the sheet.
        let map: Size
        /// What they take with all that is around them.
        let size: Size
        private let samples: Size

        /// As large as `count` maps can be drawn in `box`; nil where they do not fit at all.
        init?(_ count: Int, of samples: Size, in box: Size) {
            let gap = count > 1 ? MapSheet.gap : 0
            func rows(_ columns: Int) -> Int { (count + columns - 1) / columns }
            func room(_ columns: Int) -> Double {
                let width = Double(box.width - (columns + 1) * gap) / Double(columns * samples.width)
                let height = Double(box.height - (rows(columns) + 1) * gap) / Double(rows(columns) * samples.height)
                return min(width, height)
            }
            // Of equals those that stand side by side.
            guard let columns = (1...max(1, count)).reversed().max(by: { room($0) < room($1) }), room(columns) > 0
            else {
                return nil
            }
            let scale = room(columns)
            let shrink = scale >= 1 ? 1 : Int((1 / scale).rounded(.up))
            let zoom = scale >= 1 ? Int(scale) : 0
            func drawn(_ length: Int) -> Int { zoom > 0 ? length * zoom : max(1, length / shrink) }
            map = Size(width: drawn(samples.width), height: drawn(samples.height))
            size = Size(
                width: columns * (map.width + gap) + gap, height: rows(columns) * (map.height + gap) + gap)
            guard size.width <= box.width, size.height <= box.height else { return nil }
            (self.columns, self.gap, self.zoom, self.shrink, self.samples) = (columns, gap, zoom, shrink, samples)
        }

        /// What is drawn at a pixel of a map.
        func mean(_ x: Int, _ y: Int, of map: Int, in maps: Raster) -> Float {
            let count = maps.header.channels.count
            return maps.bytes.withUnsafeBytes { bytes in
                func sample(_ x: Int, _ y: Int) -> Float {
                    bytes.loadUnaligned(fromByteOffset: 4 * ((y * samples.width + x) * count + map), as: Float.self)
                }
                if zoom > 0 { return sample(x / zoom, y / zoom) }
                let (columns, rows) = (
                    x * shrink..<min(samples.width, (x + 1) * shrink),
                    y * shrink..<min(samples.height, (y + 1) * shrink)
                )
                var sum: Float = 0
                for y in rows { for x in columns { sum += sample(x, y) } }
                return sum / Float(columns.count * rows.count)
            }
        }
    }
}
