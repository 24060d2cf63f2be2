#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Random numbers from a seed: SplitMix64. The same on every machine, and cheap to start anew for every picture, so that
/// what chance decides does not depend on who asks first.
///
///     var chance = Chance(seed: Chance.hash(7, epoch, index))
///     chance.uniform()   // 0 ..< 1
public struct Chance: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Chance.mixed(state)
    }

    /// 0 ..< 1, in steps of 2⁻⁵³.
    public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Mean 0, variance 1.
    public mutating func normal() -> Double {
        // 1 − u is not 0, so its logarithm is finite.
        let (radius, angle) = ((-2 * log(1 - uniform())).squareRoot(), 2 * Double.pi * uniform())
        return radius * cos(angle)
    }

    /// 0 ..< `bound`; every value as likely as its neighbours to 2⁻⁶⁴.
    public mutating func below(_ bound: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// One number from several, as different as can be for different ones.
    public static func hash(_ words: UInt64...) -> UInt64 {
        words.reduce(0x243F_6A88_85A3_08D3) { mixed(($0 ^ $1) &+ 0x9E37_79B9_7F4A_7C15) }
    }

    private static func mixed(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
