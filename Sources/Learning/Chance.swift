#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A stream of random numbers that a seed determines: SplitMix64, a counter whose steps are stirred.
///
///     var chance = Chance(seed: 7)
///     chance.next()          // 7191089600892374487, always
///     chance.below(10)       // 0…9, all equally likely
///     chance.normal()        // mean 0, deviation 1
///
/// `Chance(seed:for:place:_:)` gives every place of a run (an epoch and an example, a layer) a stream of its own, so
/// that what is drawn there depends neither on threads nor on what was drawn before.
public struct Chance: RandomNumberGenerator, Hashable, Sendable {
    /// Where the stream is: a seed that continues it.
    public private(set) var state: UInt64

    private static let step: UInt64 = 0x9E37_79B9_7F4A_7C15

    public init(seed: UInt64) { state = seed }

    /// What chance decides. Each has streams of its own, so that one never follows from another.
    public enum Purpose: UInt64, Hashable, Sendable {
        case weights = 1
        case order
        case split
        case change
        case dropout
        case regions
    }

    /// The stream of a place, which one or two numbers name: a layer; an epoch; an epoch and an example.
    public init(seed: UInt64, for purpose: Purpose, place: Int, _ part: Int = 0) {
        let own = Self.hash(Self.hash(seed, purpose.rawValue), UInt64(bitPattern: Int64(place)))
        state = Self.hash(own, UInt64(bitPattern: Int64(part)))
    }

    public mutating func next() -> UInt64 {
        state &+= Self.step
        return Self.stirred(state)
    }

    /// Two numbers as one that looks like neither: other arguments, or the same ones exchanged, give another result.
    public static func hash(_ seed: UInt64, _ value: UInt64) -> UInt64 {
        stirred(stirred(seed &+ step) &+ (value &+ 1) &* step)
    }

    /// David Stafford's thirteenth mixer: each bit of the result depends on each bit of `value`.
    private static func stirred(_ value: UInt64) -> UInt64 {
        var mixed = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// 0…1, without 1: a multiple of 2^-24, which a float holds exactly.
    public mutating func uniform() -> Float { Float(next() >> 40) * 0x1p-24 }

    /// `range`, evenly.
    public mutating func uniform(in range: ClosedRange<Float>) -> Float {
        range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
    }

    /// A whole number from 0 to `bound` − 1, all equally likely; `bound` is at least 1.
    public mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0, "there is no number from 0 to \(bound) - 1")
        let bound = UInt64(bound)
        var product = next().multipliedFullWidth(by: bound)
        // Lemire's method: the few numbers that would make some results likelier are drawn again.
        while product.low < bound, product.low < (0 &- bound) % bound {
            product = next().multipliedFullWidth(by: bound)
        }
        return Int(product.high)
    }

    /// Whether something of this probability happens.
    public mutating func happens(_ probability: Float) -> Bool { uniform() < probability }

    /// A normal variate, mean 0 and deviation 1: Marsaglia's polar method.
    public mutating func normal() -> Float {
        while true {
            let x = 2 * Double(next() >> 11) * 0x1p-53 - 1
            let y = 2 * Double(next() >> 11) * 0x1p-53 - 1
            let square = x * x + y * y
            if square > 0, square < 1 { return Float(x * (-2 * log(square) / square).squareRoot()) }
        }
    }

    /// `values` in a random order.
    public mutating func shuffle<Value>(_ values: inout [Value]) {
        for last in stride(from: values.count - 1, to: 0, by: -1) { values.swapAt(last, below(last + 1)) }
    }
}
