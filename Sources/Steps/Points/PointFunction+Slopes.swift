import Convolution

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The way back through a point function: the gradient times the slope; at a corner the slope that PyTorch takes.
extension PointFunction {
    // out[x] = gradient[x] · f′(input[x]); where f(input) says what f′ is, that is not computed again
    func passBack(
        _ gradient: UnsafePointer<Float>, input: UnsafePointer<Float>, output: UnsafePointer<Float>,
        into out: UnsafeMutablePointer<Float>, count: Int, _ loops: RowLoops
    ) {
        func slope(_ rule: RowLoops.Point) { loops.slope(input, rule, times: gradient, into: out, count) }
        switch self {
        case .absolute: slope(.absolute)
        case .invert: slope(.invert)
        case .scale(let factor): slope(.scale(factor))
        case .offset(let amount): slope(.offset(amount))
        case .threshold(let level): slope(.threshold(level))
        case .clamp(let low, let high): slope(.clamp(low: low, high: high))
        case .square: slope(.square)
        case .root: slope(.root)
        case .relu: slope(.relu)
        case .leaky(let factor): slope(.leaky(factor))
        case .relu6:
            for x in 0..<count { out[x] = input[x] > 0 && input[x] < 6 ? gradient[x] : 0 }
        case .elu(let alpha):
            for x in 0..<count { out[x] = input[x] > 0 ? gradient[x] : gradient[x] * (output[x] + alpha) }
        case .sigmoid:
            for x in 0..<count { out[x] = gradient[x] * (output[x] * (1 - output[x])) }
        case .tanh:
            for x in 0..<count { out[x] = gradient[x] * (1 - output[x] * output[x]) }
        case .silu:
            for x in 0..<count {
                let sigmoid = input[x] == 0 ? 0.5 : output[x] / input[x]
                out[x] = gradient[x] * (sigmoid + output[x] * (1 - sigmoid))
            }
        case .hardSwish:
            for x in 0..<count {
                out[x] = input[x] < -3 ? 0 : input[x] <= 3 ? gradient[x] * (input[x] / 3 + 0.5) : gradient[x]
            }
        case .gelu: slope(.gelu)
        case .gamma(let gamma):
            let exponent = 1 / Double(gamma)
            for x in 0..<count {
                let magnitude = Double(abs(input[x]))
                out[x] = magnitude == 0 ? 0 : gradient[x] * Float(pow(magnitude, exponent - 1) * exponent)
            }
        case .toLinear:
            for x in 0..<count {
                let magnitude = Double(abs(input[x]))
                out[x] =
                    gradient[x]
                    * Float(magnitude <= 0.04045 ? 1 / 12.92 : 2.4 / 1.055 * pow((magnitude + 0.055) / 1.055, 1.4))
            }
        case .fromLinear:
            for x in 0..<count {
                let magnitude = Double(abs(input[x]))
                out[x] =
                    gradient[x]
                    * Float(magnitude <= 0.0031308 ? 12.92 : 1.055 / 2.4 * pow(magnitude, 1 / 2.4 - 1))
            }
        }
    }
}
