import Convolution
import Pixels

/// What least squares found, and how far it can be trusted.
public struct LearnedKernel: Sendable {
    /// The kernels of one output channel, or of all where they share one.
    public struct Output: Sendable {
        /// For each channel that comes in, row by row.
        public var weights: [[Double]]
        /// What is added to every pixel; 0 where that was not asked for.
        public var bias: Double
        /// The standard error of each weight.
        public var errors: [[Double]]
        /// What rounding alone added to every pixel, in levels of the file: −0.5 where a program rounded down.
        public var roundingOffset: Double
        /// How many unknowns the pictures say nothing about.
        public var blindCount: Int
        /// The root of the mean squared error, in levels of the picture after; of 255 where it is float.
        public var residual: Double
        /// What of it errors of rounding leave where the kernel is exact: 1/√12, but other in linear light; 0 for floats.
        public var rounding: Double
        /// Whether pixels at the ends of the range count: they were not clipped.
        public var includesClipped: Bool
    }

    public let model: KernelModel
    public var outputs: [Output]
    public let inputs: Int
    /// The largest number stored in the picture after; nil for floats.
    public let levels: Int?
    /// Pixels that counted, and those that did not: at an end of the range, not opaque. Of all outputs together.
    public let pixels: Int
    public let clipped: Int
    public let transparent: Int
    /// The darkest and brightest sample after, 0…1 for integers.
    public let range: ClosedRange<Double>

    public var size: Size { model.window.size }

    private var worst: Output? { outputs.max { excess(of: $0) < excess(of: $1) } }

    private func excess(of output: Output) -> Double { output.residual / (output.rounding > 0 ? output.rounding : 1) }

    /// In levels, of the worst output.
    public var residual: Double { worst?.residual ?? 0 }

    /// What the residual of an exact kernel is made of: rounding to a level.
    public var roundingResidual: Double { worst?.rounding ?? 0 }

    /// How many times what rounding leaves is left over; of floats in levels.
    public var excess: Double { worst.map(excess) ?? 0 }

    /// Whether what is left is no more than rounding can be; else the pictures have something else between them than this
    /// kernel. Where answers are few, rounding can leave more than usual: 0.45 levels instead of 0.29.
    public var isExplained: Bool { excess <= (levels == nil ? 0.005 : 0.45 * 12.0.squareRoot()) }

    /// Kernel `i` of output `o`, anchored as it was asked for.
    public func kernel(output o: Int = 0, input i: Int = 0) throws(KernelError) -> Kernel {
        try Kernel(size: size, weights: outputs[o].weights[i], anchor: model.window.resolvedAnchor(of: nil))
    }
}
