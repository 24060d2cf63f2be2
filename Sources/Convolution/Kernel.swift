import Pixels

/// A matrix of weights with one tap on the pixel itself: what the window multiplies with.
///
///     let sharpen = try Kernel(rows: [[0, -1, 0], [-1, 5, -1], [0, -1, 0]])
///     sharpen.sum        // 1
///     sharpen[x: 1, y: 1] // 5
///
/// It is laid over the picture as it is written (correlation); `flipped` turns it for true convolution.
public struct Kernel: Hashable, Sendable {
    public let size: Size
    /// Row by row; a hole weighs nothing.
    public let weights: [Double]
    /// Taps that are not part of the window: left out of pooling, zero in convolution.
    public let holes: Set<Int>
    /// The tap on the output's own pixel; nil is the middle, or the tap before it.
    public let anchor: PerAxis<Int>?

    /// The most taps a kernel may have; 16 million are a 4000x4000 kernel.
    public static let maximumTaps = 1 << 24

    public init(size: Size, weights: [Double], holes: Set<Int> = [], anchor: PerAxis<Int>? = nil) throws(KernelError) {
        guard size.width > 0, size.height > 0 else { throw .empty }
        guard let taps = size.area, taps <= Kernel.maximumTaps else { throw .tooLarge(size) }
        guard weights.count == taps else { throw .wrongCount(size, found: weights.count) }
        if let index = weights.firstIndex(where: { !$0.isFinite || !Float($0).isFinite }) {
            throw .notFinite(x: index % size.width, y: index / size.width)
        }
        if let anchor, !(0..<size.width).contains(anchor.x) || !(0..<size.height).contains(anchor.y) {
            throw .anchorOutside(x: anchor.x, y: anchor.y, size)
        }
        guard holes.count < taps else { throw .empty }
        self.size = size
        self.weights = weights
        self.holes = holes
        self.anchor = anchor
    }

    /// Rows of equal length; nil is a hole.
    public init(rows: [[Double?]], anchor: PerAxis<Int>? = nil) throws(KernelError) {
        let width = rows.first?.count ?? 0
        if let ragged = rows.firstIndex(where: { $0.count != width }) {
            throw .ragged(row: ragged, expected: width, found: rows[ragged].count)
        }
        let cells = rows.joined()
        try self.init(
            size: Size(width: width, height: rows.count), weights: cells.map { $0 ?? 0 },
            holes: Set(cells.enumerated().lazy.filter { $0.element == nil }.map(\.offset)), anchor: anchor)
    }

    public subscript(x x: Int, y y: Int) -> Double { weights[y * size.width + x] }

    /// Of millions of weights a few tell kernels apart well enough; whether two are equal is asked of all.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(size)
        hasher.combine(anchor)
        hasher.combine(holes.count)
        let step = max(1, weights.count / 61)
        for index in stride(from: 0, to: weights.count, by: step) { hasher.combine(weights[index]) }
    }
}

/// Why numbers are not a kernel.
public enum KernelError: Error, Hashable, Sendable {
    case empty
    case ragged(row: Int, expected: Int, found: Int)
    case wrongCount(Size, found: Int)
    case tooLarge(Size)
    case notFinite(x: Int, y: Int)
    case anchorOutside(x: Int, y: Int, Size)
    case cannotNormalise(Normalisation, sum: Double)
}

extension KernelError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .empty: "a kernel needs at least one weight that is not a hole"
        case .ragged(let row, let expected, let found):
            "row \(row + 1) of the kernel has \(found) weights where the first has \(expected)"
        case .wrongCount(let size, let found): "a \(size) kernel has \(size.width * size.height) weights, not \(found)"
        case .tooLarge(let size):
            "a \(size) kernel has more than the \(Kernel.maximumTaps) weights that are allowed; use a smaller radius"
        case .notFinite(let x, let y): "the weight in column \(x + 1) of row \(y + 1) is not a finite number"
        case .anchorOutside(let x, let y, let size): "anchor \(x),\(y) lies outside the \(size) kernel"
        case .cannotNormalise(let rule, let sum):
            "the weights sum to \(sum), so they cannot be brought to \(rule.rawValue); leave it out"
        }
    }
}
