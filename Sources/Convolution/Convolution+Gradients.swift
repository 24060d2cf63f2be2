import Pixels

/// The gradients of a loss by what went into a convolution.
public struct ConvolutionGradients: Sendable {
    /// n·c·h·w, as the input.
    public var input: Planes
    /// o·i·h·w, as the bank's kernels.
    public var weights: Planes
    /// One for each output channel.
    public var bias: Planes
}

extension Convolution {
    /// The chain rule for `applied(to:)`, in the reference's loops: what each product passed on to the sum, it passes back.
    ///
    /// A pixel that a border repeats collects the gradients of all its copies.
    public func gradients(of outputGradient: Planes, at input: Planes) -> ConvolutionGradients {
        var result = ConvolutionGradients(
            input: Planes(shape: self.input),
            weights: Planes(shape: Shape(count: bank.outputs, channels: bank.inputsPerGroup, size: bank.size)),
            bias: Planes(shape: Shape(channels: bank.outputs, height: 1, width: 1)))
        for n in 0..<output.count {
            for o in 0..<bank.outputs {
                for y in 0..<geometry.y.output {
                    for x in 0..<geometry.x.output {
                        pass(outputGradient[n: n, c: o, y: y, x: x], from: (n, o, y, x), at: input, into: &result)
                    }
                }
            }
        }
        return result
    }

    // input (n,channel(o,i),sy,sx) += w·f·g;  weight (o,i,ky,kx) += in·f·g;  bias (o) += g, f what renorm multiplies with
    private func pass(
        _ gradient: Float, from place: (n: Int, o: Int, y: Int, x: Int), at input: Planes,
        into result: inout ConvolutionGradients
    ) {
        let (n, o, y, x) = place
        let (down, across) = (geometry.y.inside(y), geometry.x.inside(x))
        let leaves = down.count < geometry.y.kernel || across.count < geometry.x.kernel
        if border == .keep, leaves {
            result.input[n: n, c: o, y: y, x: x] += gradient
            return
        }
        result.bias[c: o, y: 0, x: 0] += gradient
        let factor = leaves ? renormaliser?.factor(output: o, x: across, y: down) ?? 1 : 1
        for i in 0..<bank.inputsPerGroup {
            let (kernel, channel) = (bank.kernel(output: o, input: i), bank.channel(output: o, input: i))
            for ky in 0..<geometry.y.kernel {
                for kx in 0..<geometry.x.kernel {
                    let sy = border.source(of: geometry.y.start(y) + ky * geometry.y.dilation, count: geometry.y.input)
                    let sx = border.source(of: geometry.x.start(x) + kx * geometry.x.dilation, count: geometry.x.input)
                    var value = border.outside
                    if let sy, let sx {
                        value = input[n: n, c: channel, y: sy, x: sx]
                        result.input[n: n, c: channel, y: sy, x: sx] += Float(kernel[x: kx, y: ky]) * factor * gradient
                    }
                    result.weights[n: o, c: i, y: ky, x: kx] += value * factor * gradient
                }
            }
        }
    }
}
