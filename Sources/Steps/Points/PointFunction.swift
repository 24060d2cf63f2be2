import Convolution

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What is done to each sample by itself; PointFunction+Slopes.swift has the way back.
public enum PointFunction: Hashable, Sendable {
    case absolute
    case invert
    case scale(Float)
    case offset(Float)
    /// |v|^(1/gamma) with the sign of v: values above 1 make mid-tones lighter.
    case gamma(Float)
    /// 1 where v ≥ level, else 0.
    case threshold(Float)
    case clamp(low: Float, high: Float)
    case square
    case root
    case relu
    /// Nothing below 0, nothing above 6.
    case relu6
    case leaky(Float)
    case elu(Float)
    case gelu
    /// v · sigmoid(v)
    case silu
    /// v · relu6(v + 3) / 6
    case hardSwish
    case sigmoid
    case tanh
    /// From stored sRGB values to linear light, and back.
    case toLinear
    case fromLinear

    // out[x] = f(in[x]); the choice is made once a row
    func run(_ input: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>, count: Int, _ loops: RowLoops) {
        switch self {
        case .absolute: loops.point(input, .absolute, into: out, count)
        case .invert: loops.point(input, .invert, into: out, count)
        case .scale(let factor): loops.point(input, .scale(factor), into: out, count)
        case .offset(let amount): loops.point(input, .offset(amount), into: out, count)
        case .gamma(let gamma): loops.point(input, .gamma(gamma), into: out, count)
        case .threshold(let level): loops.point(input, .threshold(level), into: out, count)
        case .clamp(let low, let high): loops.point(input, .clamp(low: low, high: high), into: out, count)
        case .square: loops.point(input, .square, into: out, count)
        case .root: loops.point(input, .root, into: out, count)
        case .relu: loops.point(input, .relu, into: out, count)
        case .relu6: loops.point(input, .clamp(low: 0, high: 6), into: out, count)
        case .leaky(let slope): loops.point(input, .leaky(slope), into: out, count)
        case .elu(let alpha): loops.point(input, .elu(alpha), into: out, count)
        case .gelu: loops.point(input, .gelu, into: out, count)
        case .silu: loops.point(input, .silu, into: out, count)
        case .hardSwish: for x in 0..<count { out[x] = input[x] * min(max(input[x] + 3, 0), 6) / 6 }
        case .sigmoid: loops.point(input, .sigmoid, into: out, count)
        case .tanh: loops.point(input, .tanh, into: out, count)
        case .toLinear: loops.point(input, .toLinear, into: out, count)
        case .fromLinear: loops.point(input, .fromLinear, into: out, count)
        }
    }
}

extension PointFunction {
    /// Whether it takes longer than looking up what it came to.
    var isDear: Bool {
        switch self {
        case .gamma, .toLinear, .fromLinear, .elu, .gelu, .silu, .sigmoid, .tanh: true
        default: false
        }
    }

    /// What becomes of some values.
    func applied(to values: [Float], _ lanes: Lanes) -> [Float] {
        [Float](unsafeUninitializedCapacity: values.count) { room, count in
            count = values.count
            values.withUnsafeBufferPointer { values in
                guard let from = values.baseAddress, let out = room.baseAddress else { return }
                run(from, into: out, count: values.count, RowLoops(lanes))
            }
        }
    }

    /// Whether what was 0 is something else afterwards.
    var movesZero: Bool {
        switch self {
        case .invert, .sigmoid: true
        case .offset(let amount): amount != 0
        case .threshold(let level): level <= 0
        case .clamp(let low, let high): low > 0 || high < 0
        default: false
        }
    }

    /// `toLinear` of one value, without rounding it.
    package static func linear(_ stored: Double) -> Double { stored < 0 ? -linearLight(-stored) : linearLight(stored) }

    /// How much more light a little more of the stored value is, where there is so much light.
    package static func slopeOfLinear(where light: Double) -> Double {
        light <= 0.0031308 ? 1 / 12.92 : 2.4 / 1.055 * pow(light, 1.4 / 2.4)
    }
}

/// IEC 61966-2-1, from a stored value to light.
private func linearLight(_ v: Double) -> Double { v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4) }
