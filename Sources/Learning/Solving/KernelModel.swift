import Convolution
import Pixels

/// What kind of kernel is looked for: where its taps lie, and what is known about it beforehand.
public struct KernelModel: Sendable {
    /// How the colours of the two pictures belong together.
    public enum Colour: String, Sendable {
        /// One kernel for every channel by itself.
        case shared
        /// Each channel of the result is a sum over all channels that come in, each with a kernel of its own.
        case mix
    }

    public var window: Window
    public var colour: Colour
    /// Whether something may be added to every pixel besides the sum.
    public var hasBias: Bool
    /// The mean squared error may grow by this much for each unit of Σ w².
    public var ridge: Double
    public var symmetry: KernelSymmetry?
    /// What the weights of an output are to sum to.
    public var sum: Double?
    /// A column times a row.
    public var isSeparable: Bool
    /// Both pictures are taken to linear light first.
    public var isLinear: Bool

    /// Unknowns of one output: their squares are held in memory, their cubes are computed with.
    public static let mostUnknowns = 2601

    public init(
        window: Window, colour: Colour = .shared, hasBias: Bool = false, ridge: Double = 0,
        symmetry: KernelSymmetry? = nil, sum: Double? = nil, isSeparable: Bool = false, isLinear: Bool = false
    ) {
        self.window = window
        self.colour = colour
        self.hasBias = hasBias
        self.ridge = ridge
        self.symmetry = symmetry
        self.sum = sum
        self.isSeparable = isSeparable
        self.isLinear = isLinear
    }
}

/// Weights that are known to be equal.
public enum KernelSymmetry: String, Sendable, CaseIterable {
    case leftRight = "left-right"
    case topBottom = "top-bottom"
    /// Left and right alike, top and bottom alike.
    case both
    case halfTurn = "half-turn"
    case quarterTurn = "quarter-turn"
    /// All mirrors and turns of a square.
    case full

    public var needsSquare: Bool { self == .quarterTurn || self == .full }

    /// For each tap of a kernel the first of those it equals.
    func representatives(_ size: Size) -> [Int] {
        let (w, h) = (size.width, size.height)
        func index(_ x: Int, _ y: Int) -> Int { y * w + x }
        return (0..<w * h).map { tap in
            let (x, y) = (tap % w, tap / w)
            let (mx, my) = (w - 1 - x, h - 1 - y)
            switch self {
            case .leftRight: return min(tap, index(mx, y))
            case .topBottom: return min(tap, index(x, my))
            case .both: return min(tap, index(mx, y), index(x, my), index(mx, my))
            case .halfTurn: return min(tap, index(mx, my))
            case .quarterTurn: return min(tap, index(my, x), index(mx, my), index(y, mx))
            case .full:
                return min(
                    min(tap, index(mx, y), index(x, my), index(mx, my)),
                    min(index(y, x), index(my, x), index(y, mx), index(my, mx)))
            }
        }
    }
}
