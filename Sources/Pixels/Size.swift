/// Width and height, always together and always in this order: `Size(width: 1920, height: 1080)` prints as 1920x1080.
public struct Size: Hashable, Sendable, CustomStringConvertible {
    public var width: Int
    public var height: Int

    public init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    /// A square: one number means both.
    public init(_ side: Int) { self.init(width: side, height: side) }

    /// Pixels in the picture, or nil where the product does not fit an `Int`.
    public var area: Int? {
        let (product, overflow) = width.multipliedReportingOverflow(by: height)
        return overflow ? nil : product
    }

    public var description: String { "\(width)x\(height)" }
}
