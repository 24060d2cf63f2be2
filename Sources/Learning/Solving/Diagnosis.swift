import Convolution
import Pixels

/// What the weights and the residual say about how the pictures came to be.
public struct Diagnosis: Hashable, Sendable {
    /// How far the picture after lies from where it would be expected: right and down, in pixels.
    public var shift: PerAxis<Int>?
    /// The anchor that would centre the window on the weight, where there is one inside the window.
    public var anchor: PerAxis<Int>?
    /// A window in which the weight would lie in the middle with room around it.
    public var roomySize: Size
    /// Whether there is still weight in the outermost taps.
    public var reachesRim: Bool
    /// Numbers were cut off instead of rounded, as casts to integers do.
    public var isRoundedDown: Bool

    public init(_ kernel: LearnedKernel) {
        let size = kernel.size
        let anchor = kernel.model.window.resolvedAnchor(of: nil)
        let taps = size.width * size.height
        var weight = [Double](repeating: 0, count: taps)
        var noise = [Double](repeating: 0, count: taps)
        for output in kernel.outputs {
            for (weights, errors) in zip(output.weights, output.errors) {
                for tap in 0..<taps {
                    weight[tap] += weights[tap] * weights[tap]
                    noise[tap] += errors[tap] * errors[tap]
                }
            }
        }
        // What may be noise is no weight.
        for tap in 0..<taps where weight[tap] < 16 * noise[tap] { weight[tap] = 0 }
        let total = weight.reduce(0, +)
        var (cx, cy, rim) = (0.0, 0.0, 0.0)
        for tap in 0..<taps {
            let (x, y) = (tap % size.width, tap / size.width)
            cx += weight[tap] * Double(x - anchor.x)
            cy += weight[tap] * Double(y - anchor.y)
            if x == 0 && size.width > 1 || y == 0 && size.height > 1 || x == size.width - 1 && size.width > 1
                || y == size.height - 1 && size.height > 1
            {
                rim = max(rim, weight[tap])
            }
        }
        reachesRim = rim > 4e-4 * (weight.max() ?? 0) && total > 0
        isRoundedDown =
            kernel.levels != nil && kernel.isExplained
            && kernel.outputs.allSatisfy { $0.blindCount == 0 && abs($0.roundingOffset + 0.5) < 0.08 }
        roomySize = Size(width: size.width + 4, height: size.height + 4)
        guard total > 0 else { return }
        // An even window has no middle: half a pixel either way is none.
        let (x, y) = (Diagnosis.whole(cx / total, size.width), Diagnosis.whole(cy / total, size.height))
        guard x != 0 || y != 0 else { return }
        shift = PerAxis(x: -x, y: -y)
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
