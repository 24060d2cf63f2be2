import Pixels

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How one box differs from another, in four numbers that do not depend on how large they are: how far its middle lies from
/// the other's, as shares of the other's sides, and the logarithms of how many times as wide and high it is. R-CNN's, scaled
/// so that they are about as far from 0 as the numbers a net likes to make.
public struct BoxOffsets: Hashable, Sendable {
    public var x: Float
    public var y: Float
    public var width: Float
    public var height: Float

    public static let count = 4

    private static let perShare = 10.0
    private static let perLogarithm = 5.0
    /// A box is not made more than so many times larger or smaller: what a net says before it has learned may be anything.
    private static let mostTimes = 16.0

    public init(x: Float, y: Float, width: Float, height: Float) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }

    /// What leads from `region` to `box`; both have an area.
    public init(from region: Box, to box: Box) {
        x = Float(Self.perShare * (box.left + box.width / 2 - region.left - region.width / 2) / region.width)
        y = Float(Self.perShare * (box.top + box.height / 2 - region.top - region.height / 2) / region.height)
        width = Float(Self.perLogarithm * log(box.width / region.width))
        height = Float(Self.perLogarithm * log(box.height / region.height))
    }

    /// The box that lies so far from `region`.
    public func box(from region: Box) -> Box {
        let (wide, high) = (region.width * Self.times(width), region.height * Self.times(height))
        return Box(
            left: region.left + region.width * (0.5 + Double(x) / Self.perShare) - wide / 2,
            top: region.top + region.height * (0.5 + Double(y) / Self.perShare) - high / 2, width: wide, height: high)
    }

    private static func times(_ value: Float) -> Double {
        min(max(exp(Double(value) / perLogarithm), 1 / mostTimes), mostTimes)
    }

    public var values: [Float] { [x, y, width, height] }
}
