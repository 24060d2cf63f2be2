/// Lines and letters on white, as they are drawn for a chart: once as SVG, once in pixels.
public struct Drawing: Hashable, Sendable {
    public struct Ink: Hashable, Sendable {
        public let red: UInt8
        public let green: UInt8
        public let blue: UInt8

        public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
            (self.red, self.green, self.blue) = (red, green, blue)
        }

        public static let black = Ink(0, 0, 0)
        public static let white = Ink(255, 255, 255)
    }

    public struct Point: Hashable, Sendable {
        public var x: Double
        public var y: Double

        public init(_ x: Double, _ y: Double) { (self.x, self.y) = (x, y) }
    }

    /// What a text comes to in pixels.
    public static func width(of text: String, size: Int = 1) -> Double { Double(text.count * PixelFont.advance * size) }

    /// Whether all of it can be drawn in pixels.
    public static func hasLetters(for text: String) -> Bool {
        text.allSatisfy { $0 == " " || !PixelFont.rows(of: $0).isEmpty }
    }

    /// Where a text lies from its point.
    public enum Anchor: String, Hashable, Sendable {
        case start
        case middle
        case end
    }

    enum Element: Hashable, Sendable {
        case line([Point], Ink, width: Double, isDashed: Bool)
        case dot(Point, Ink, radius: Double)
        case text(String, Point, Ink, Anchor, size: Int)
    }

    public let size: Size
    private(set) var elements: [Element] = []

    public init(size: Size) { self.size = size }

    public mutating func line(_ points: [Point], _ ink: Ink, width: Double = 1, isDashed: Bool = false) {
        elements.append(.line(points, ink, width: width, isDashed: isDashed))
    }

    public mutating func dot(_ place: Point, _ ink: Ink, radius: Double) {
        elements.append(.dot(place, ink, radius: radius))
    }

    /// - Parameters:
    ///   - place: on the line that letters stand on.
    ///   - size: how many times as large as the smallest letters.
    public mutating func text(
        _ text: String, at place: Point, _ ink: Ink = .black, anchor: Anchor = .start, size: Int = 1
    ) {
        elements.append(.text(text, place, ink, anchor, size: size))
    }
}

extension Drawing {
    public var svg: String {
        let head =
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(size.width) \(size.height)\" "
            + "font-family=\"sans-serif\" font-size=\"12\">"
        let white = "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>"
        return ([head, white] + elements.map(Self.svg) + ["</svg>", ""]).joined(separator: "\n")
    }

    private static func svg(_ element: Element) -> String {
        switch element {
        case .line(let points, let ink, let width, let isDashed):
            let places = points.map { "\(tenths($0.x)),\(tenths($0.y))" }.joined(separator: " ")
            return
                "<polyline points=\"\(places)\" fill=\"none\" stroke=\"\(ink.text)\" stroke-width=\"\(tenths(width))\""
                + (isDashed ? " stroke-dasharray=\"6 4\"/>" : "/>")
        case .dot(let place, let ink, let radius):
            return
                "<circle cx=\"\(tenths(place.x))\" cy=\"\(tenths(place.y))\" r=\"\(tenths(radius))\" fill=\"\(ink.text)\"/>"
        case .text(let text, let place, let ink, let anchor, let size):
            let larger = size == 1 ? "" : " font-size=\"\(12 * size)\""
            return "<text x=\"\(tenths(place.x))\" y=\"\(tenths(place.y))\" text-anchor=\"\(anchor.rawValue)\" "
                + "fill=\"\(ink.text)\"\(larger)>\(text)</text>"
        }
    }

    /// A length to a tenth of a pixel.
    private static func tenths(_ value: Double) -> String {
        let whole = Int((value * 10).rounded())
        let rest = abs(whole % 10)
        return (whole < 0 ? "-" : "") + "\(abs(whole) / 10)" + (rest == 0 ? "" : ".\(rest)")
    }
}

extension Drawing.Ink {
    fileprivate var text: String {
        "#" + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
