#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension Operation.Unary {
    func callAsFunction(_ a: Double) -> Double {
        switch self {
        case .negate: -a
        case .magnitude: abs(a)
        case .squareRoot: a.squareRoot()
        case .exponential: exp(a)
        case .logarithm: log(a)
        case .sine: sin(a)
        case .cosine: cos(a)
        case .tangent: tan(a)
        case .floor: a.rounded(.down)
        case .ceil: a.rounded(.up)
        case .round: a.rounded()
        case .sign: a > 0 ? 1 : a < 0 ? -1 : a
        }
    }
}

extension Operation.Binary {
    func callAsFunction(_ a: Double, _ b: Double) -> Double {
        switch self {
        case .add: a + b
        case .subtract: a - b
        case .multiply: a * b
        case .divide: a / b
        case .power: pow(a, b)
        case .less: a < b ? 1 : 0
        case .lessOrEqual: a <= b ? 1 : 0
        case .greater: a > b ? 1 : 0
        case .greaterOrEqual: a >= b ? 1 : 0
        case .equal: a == b ? 1 : 0
        case .unequal: a != b ? 1 : 0
        case .minimum: a.isNaN || b.isNaN ? .nan : min(a, b)
        case .maximum: a.isNaN || b.isNaN ? .nan : max(a, b)
        case .angle: atan2(a, b)
        case .hypotenuse: hypot(a, b)
        case .choose: binomialCoefficient(a, b)
        }
    }
}

extension Operation.Unary {
    /// How long it takes for one value, as many additions.
    var work: Double {
        switch self {
        case .negate, .magnitude, .floor, .ceil, .round, .sign: 2
        case .squareRoot: 8
        case .exponential, .logarithm, .sine, .cosine, .tangent: 32
        }
    }
}

extension Operation.Binary {
    var work: Double {
        switch self {
        case .add, .subtract, .multiply, .divide: 1
        case .less, .lessOrEqual, .greater, .greaterOrEqual, .equal, .unequal, .minimum, .maximum: 4
        case .power, .angle, .hypotenuse: 64
        // Up to 2048 factors.
        case .choose: 16_384
        }
    }
}

/// n over k for whole numbers, exact as long as a `Double` is; elsewhere 0, so that Pascal's triangle has a rim.
private func binomialCoefficient(_ n: Double, _ k: Double) -> Double {
    guard n.rounded() == n, k.rounded() == k, k >= 0, k <= n, n <= 4096 else { return n.isNaN || k.isNaN ? .nan : 0 }
    let steps = min(k, n - k)
    var result = 1.0
    var i = 1.0
    while i <= steps, result.isFinite {
        result = result * (n - steps + i) / i
        // Beyond 2⁵³ every double is whole.
        if result < 0x1p53 { result.round() }
        i += 1
    }
    return result
}
