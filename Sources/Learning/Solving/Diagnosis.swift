import Convolution
import Pixels

/// What the weights and the residual say about how the pictures came to be.
public struct Diagnosis: Hashable, Sendable {
    /// How far the picture after lies from where it would be expected: right and down, in pixels. It is told by a kernel that
    /// has a middle; weight that merely lies more to one side is a kernel like others.
    public var shift: PerAxis<Int>?
    /// The anchor that would centre the window on the weight, where there is one inside the window.
    public var anchor: PerAxis<Int>?
    /// A window in which the weight would lie in the middle with room around it.
    public var roomySize: Size
    /// Numbers were cut off instead of rounded, as casts to integers do.
    public var isRoundedDown: Bool

    /// - Parameter recognition: what the kernel was recognised as, which tells where its middle is.
    public init(_ kernel: LearnedKernel, recognition: Recognition? = nil) {
        let size = kernel.size
        let anchor = kernel.model.window.resolvedAnchor(of: nil)
        let weight = WeightMap(kernel)
        isRoundedDown =
            kernel.levels != nil && kernel.isExplained
            && kernel.outputs.allSatisfy { $0.blindCount == 0 && abs($0.roundingOffset + 0.5) < 0.08 }
        roomySize = Size(width: size.width + 4, height: size.height + 4)
        let middle =
            recognition.map { (x: Double($0.offset.x), y: Double($0.offset.y)) }
            ?? weight.middle.map { (x: $0.x - Double(anchor.x), y: $0.y - Double(anchor.y)) }
        guard let middle else { return }
        // An even window has no middle: half a pixel either way is none.
        let (x, y) = (Diagnosis.whole(middle.x, size.width), Diagnosis.whole(middle.y, size.height))
        guard x != 0 || y != 0 else { return }
        let step = kernel.model.window.dilation
        shift = PerAxis(x: -x * step.x, y: -y * step.y)
        roomySize = Size(width: size.width + 2 * abs(x), height: size.height + 2 * abs(y))
        let moved = PerAxis(x: anchor.x - x, y: anchor.y - y)
        if (0..<size.width).contains(moved.x), (0..<size.height).contains(moved.y) { self.anchor = moved }
    }

    /// The offset of the weight from the anchor as whole pixels; for an even window from its middle.
    private static func whole(_ offset: Double, _ side: Int) -> Int {
        let middle = side % 2 == 0 ? 0.5 : 0
        let rest = offset - middle
        return abs(rest) < 0.75 ? 0 : Int(rest.rounded())
    }
}
