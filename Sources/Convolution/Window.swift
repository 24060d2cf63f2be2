import Pixels

/// One value for each axis; written XxY, as in `stride=2x1`.
public struct PerAxis<Value: Sendable & Hashable>: Sendable, Hashable, CustomStringConvertible {
    public var x: Value
    public var y: Value

    public init(x: Value, y: Value) {
        self.x = x
        self.y = y
    }

    public init(_ both: Value) { self.init(x: both, y: both) }

    public var description: String { x == y ? "\(x)" : "\(x)x\(y)" }
}

/// How much is added around a picture before the window walks over it.
public enum Padding: Hashable, Sendable, CustomStringConvertible {
    /// Nothing: the window stays inside.
    case valid
    /// As many outputs as pixels (divided by the stride, rounded up): output i has the anchor on pixel i·stride.
    /// The anchor of an even kernel is the pixel before its middle, so that the odd row is added at the bottom/right.
    case same
    /// The same with the anchor after the middle: the odd row is added at the top/left.
    case sameLower
    /// Every position where the window touches the picture.
    case full
    case sides(top: Int, right: Int, bottom: Int, left: Int)

    public var description: String {
        switch self {
        case .valid: "valid"
        case .same: "same"
        case .sameLower: "same-lower"
        case .full: "full"
        case .sides(let top, let right, let bottom, let left): "\(top),\(right),\(bottom),\(left)"
        }
    }
}

/// How a window walks over a picture: everything about it but its weights.
public struct Window: Hashable, Sendable {
    public var size: Size
    public var stride: PerAxis<Int>
    public var dilation: PerAxis<Int>
    public var padding: Padding
    /// The tap that lies on the output's own pixel; nil is the middle, or the tap before it where the size is even.
    public var anchor: PerAxis<Int>?
    /// Pooling's ceil mode; see `Extent.output`.
    public var roundsUp: Bool

    public init(
        size: Size, stride: PerAxis<Int> = PerAxis(1), dilation: PerAxis<Int> = PerAxis(1), padding: Padding = .same,
        anchor: PerAxis<Int>? = nil, roundsUp: Bool = false
    ) {
        self.size = size
        self.stride = stride
        self.dilation = dilation
        self.padding = padding
        self.anchor = anchor
        self.roundsUp = roundsUp
    }
}

extension Window {
    /// The tap on the output's own pixel: as said here, else by the kernel, else the middle or the tap before it.
    public func resolvedAnchor(of kernel: Kernel?) -> PerAxis<Int> {
        if let anchor = anchor ?? kernel?.anchor { return anchor }
        let late = padding == .sameLower ? 0 : 1
        return PerAxis(x: (size.width - late) / 2, y: (size.height - late) / 2)
    }
}
