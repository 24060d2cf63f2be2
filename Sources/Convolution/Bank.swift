import Pixels

/// The kernels of one convolution: which one leads from each channel that comes in to each that goes out.
///
/// A named kernel is one kernel used for every channel by itself; a layer has one for each pair within a group.
public struct Bank: Sendable {
    public let kernels: [Kernel]
    public let inputs: Int
    public let outputs: Int
    public let groups: Int
    /// Added to each output channel.
    public let bias: [Double]
    /// Whether all pairs use `kernels[0]`.
    public let isShared: Bool

    /// `kernel` on each of `channels` channels by itself.
    public init(_ kernel: Kernel, channels: Int) {
        kernels = [kernel]
        inputs = channels
        outputs = channels
        groups = channels
        bias = [Double](repeating: 0, count: channels)
        isShared = true
    }

    /// Weights o·i·h·w of a layer: `inputs / groups` kernels for each of `outputs` channels.
    public init(
        size: Size, inputs: Int, outputs: Int, groups: Int = 1, weights: [Float], bias: [Float] = [],
        anchor: PerAxis<Int>? = nil
    ) throws(KernelError) {
        precondition(
            inputs % groups == 0 && outputs % groups == 0,
            "\(groups) groups must divide \(inputs) inputs and \(outputs) outputs")
        let taps = size.width * size.height
        let count = outputs * (inputs / groups)
        precondition(weights.count == count * taps, "\(count) kernels of \(size), but \(weights.count) weights")
        precondition(bias.isEmpty || bias.count == outputs, "\(outputs) outputs, but \(bias.count) biases")
        var kernels: [Kernel] = []
        kernels.reserveCapacity(count)
        for index in 0..<count {
            let own = weights[index * taps..<(index + 1) * taps].map(Double.init)
            kernels.append(try Kernel(size: size, weights: own, anchor: anchor))
        }
        self.kernels = kernels
        self.inputs = inputs
        self.outputs = outputs
        self.groups = groups
        self.bias = bias.isEmpty ? [Double](repeating: 0, count: outputs) : bias.map(Double.init)
        isShared = false
    }

    public var inputsPerGroup: Int { inputs / groups }
    public var outputsPerGroup: Int { outputs / groups }
    public var size: Size { kernels[0].size }

    /// The kernel from the `i`-th channel of the group of output `o`.
    public func kernel(output o: Int, input i: Int) -> Kernel {
        isShared ? kernels[0] : kernels[o * inputsPerGroup + i]
    }

    /// The channel that comes in as the `i`-th of the group of output `o`.
    public func channel(output o: Int, input i: Int) -> Int { o / outputsPerGroup * inputsPerGroup + i }
}
