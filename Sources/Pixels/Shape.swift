/// What float planes measure: `count` pictures of `channels` planes, each `height` rows of `width` samples.
public struct Shape: Hashable, Sendable, CustomStringConvertible {
    public var count: Int
    public var channels: Int
    public var height: Int
    public var width: Int

    public init(count: Int = 1, channels: Int, height: Int, width: Int) {
        self.count = count
        self.channels = channels
        self.height = height
        self.width = width
    }

    public init(count: Int = 1, channels: Int, size: Size) {
        self.init(count: count, channels: channels, height: size.height, width: size.width)
    }

    public var size: Size { Size(width: width, height: height) }

    /// Samples in all, or nil where the product does not fit an `Int`.
    public var sampleCount: Int? {
        var product = 1
        for factor in [count, channels, height, width] {
            let (next, overflow) = product.multipliedReportingOverflow(by: factor)
            if overflow { return nil }
            product = next
        }
        return product
    }

    /// `640x480x3`; a batch is written `16 × 28x28x1`.
    public var description: String {
        let one = "\(width)x\(height)x\(channels)"
        return count == 1 ? one : "\(count) × \(one)"
    }
}
