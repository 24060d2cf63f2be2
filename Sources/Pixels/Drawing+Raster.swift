extension Drawing {
    /// In pixels: edges of lines are as dark as the share of the pixel that they cover.
    public var raster: Raster { drawn(on: Canvas(size)) }

    /// The same over a picture.
    ///
    /// - Parameter picture: of the drawing's size, 8-bit RGB.
    public func raster(over picture: Raster) -> Raster {
        let header = picture.header
        precondition(
            header.size == size && header.channels == .rgb && header.depth == .uint8,
            "a drawing of \(size) over \(header)")
        return drawn(on: Canvas(size, picture.bytes))
    }

    private func drawn(on canvas: Canvas) -> Raster {
        var canvas = canvas
        for element in elements {
            switch element {
            case .line(let points, let ink, let width, let isDashed):
                var travelled = 0.0
                for (from, to) in zip(points, points.dropFirst()) {
                    canvas.line(from, to, ink, width: width, dash: isDashed ? travelled : nil)
                    travelled += from.distance(to: to)
                }
            case .dot(let place, let ink, let radius):
                canvas.line(place, place, ink, width: 2 * radius, dash: nil)
            case .text(let text, let place, let ink, let anchor, let size):
                canvas.text(text, at: place, ink, anchor, size: size)
            }
        }
        let header = PictureHeader(size: size, channels: .rgb, depth: .uint8)
        return Raster(header: header, bytes: canvas.bytes)
    }
}

extension Drawing.Point {
    fileprivate func distance(to other: Drawing.Point) -> Double {
        ((x - other.x) * (x - other.x) + (y - other.y) * (y - other.y)).squareRoot()
    }
}

private struct Canvas {
    let size: Size
    var bytes: [UInt8]

    /// Lengths of a dash and of what lies between two.
    private static let dash = 6.0
    private static let gap = 4.0

    init(_ size: Size) { self.init(size, [UInt8](repeating: 255, count: 3 * size.width * size.height)) }

    init(_ size: Size, _ bytes: [UInt8]) {
        self.size = size
        self.bytes = bytes
    }

    private mutating func cover(_ x: Int, _ y: Int, _ ink: Drawing.Ink, _ share: Double) {
        guard x >= 0, y >= 0, x < size.width, y < size.height, share > 0 else { return }
        let first = 3 * (y * size.width + x)
        for (c, value) in [ink.red, ink.green, ink.blue].enumerated() {
            let below = Double(bytes[first + c])
            bytes[first + c] = UInt8((below + (Double(value) - below) * min(share, 1)).rounded())
        }
    }

    /// - Parameter dash: how far the line has come before, or nil for one without gaps.
    mutating func line(_ from: Drawing.Point, _ to: Drawing.Point, _ ink: Drawing.Ink, width: Double, dash: Double?) {
        let length = from.distance(to: to)
        let reach = width / 2 + 1
        for y in pixels(min(from.y, to.y) - reach, max(from.y, to.y) + reach, size.height) {
            for x in pixels(min(from.x, to.x) - reach, max(from.x, to.x) + reach, size.width) {
                let here = Drawing.Point(Double(x) + 0.5, Double(y) + 0.5)
                let along =
                    length == 0
                    ? 0
                    : ((here.x - from.x) * (to.x - from.x) + (here.y - from.y) * (to.y - from.y)) / (length * length)
                let share = min(max(along, 0), 1)
                if let dash {
                    let place = dash + share * length
                    let period = Self.dash + Self.gap
                    if place - (place / period).rounded(.down) * period > Self.dash { continue }
                }
                let nearest = Drawing.Point(from.x + share * (to.x - from.x), from.y + share * (to.y - from.y))
                cover(x, y, ink, width / 2 + 0.5 - here.distance(to: nearest))
            }
        }
    }

    private func pixels(_ low: Double, _ high: Double, _ count: Int) -> Range<Int> {
        let first = Int(min(max(low.rounded(.down), 0), Double(count)))
        let end = Int(min(max(high.rounded(.up), 0), Double(count)))
        return first..<max(first, end)
    }

    mutating func text(
        _ text: String, at place: Drawing.Point, _ ink: Drawing.Ink, _ anchor: Drawing.Anchor, size: Int
    ) {
        let width = text.count * PixelFont.advance * size
        let shift =
            switch anchor {
            case .start: 0
            case .middle: width / 2
            case .end: width
            }
        var left = Int(place.x.rounded()) - shift
        let top = Int(place.y.rounded()) - PixelFont.height * size
        for letter in text {
            for (row, bits) in PixelFont.rows(of: letter).enumerated() {
                for column in 0..<PixelFont.width where bits >> UInt8(PixelFont.width - 1 - column) & 1 == 1 {
                    for y in 0..<size {
                        for x in 0..<size { cover(left + column * size + x, top + row * size + y, ink, 1) }
                    }
                }
            }
            left += PixelFont.advance * size
        }
    }
}
