/// A rectangle in a picture, in pixels and parts of them, from its left and top edge on.
public struct Box: Hashable, Sendable {
    public var left: Double
    public var top: Double
    public var width: Double
    public var height: Double

    public init(left: Double, top: Double, width: Double, height: Double) {
        self.left = left
        self.top = top
        self.width = width
        self.height = height
    }

    /// The whole of a picture.
    public init(_ size: Size) { self.init(left: 0, top: 0, width: Double(size.width), height: Double(size.height)) }

    public var right: Double { left + width }
    public var bottom: Double { top + height }
    public var area: Double { width * height }

    /// What both have in common over what either has: 1 for the same, 0 for those that do not meet. IoU.
    public func overlap(with other: Box) -> Double {
        let across = min(right, other.right) - max(left, other.left)
        let down = min(bottom, other.bottom) - max(top, other.top)
        guard across > 0, down > 0 else { return 0 }
        return across * down / (area + other.area - across * down)
    }

    /// How much of it lies inside another: 1 for all of it.
    public func share(inside other: Box) -> Double {
        let across = min(right, other.right) - max(left, other.left)
        let down = min(bottom, other.bottom) - max(top, other.top)
        return across > 0 && down > 0 ? across * down / area : 0
    }

    /// What of it lies in a picture of this size.
    public func clamped(to size: Size) -> Box {
        let (l, r) = (min(max(left, 0), Double(size.width)), min(max(right, 0), Double(size.width)))
        let (t, b) = (min(max(top, 0), Double(size.height)), min(max(bottom, 0), Double(size.height)))
        return Box(left: l, top: t, width: r - l, height: b - t)
    }
}

extension Box: CustomStringConvertible {
    /// `40x30+10+5`, to whole pixels, as `--region` takes it.
    public var description: String {
        let (x, y) = (Int(left.rounded()), Int(top.rounded()))
        return "\(Int(right.rounded()) - x)x\(Int(bottom.rounded()) - y)+\(x)+\(y)"
    }
}
