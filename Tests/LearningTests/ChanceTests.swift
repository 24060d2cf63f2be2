import Learning
import Testing

@Suite struct ChanceTests {
    /// The first numbers of the reference splitmix64.c for the seed 1234567.
    @Test func `the stream is SplitMix64's`() {
        var chance = Chance(seed: 1_234_567)
        #expect(
            (0..<5).map { _ in chance.next() } == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
                4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
            ])
    }

    @Test func `a state goes on where the stream was`() {
        var chance = Chance(seed: 5)
        for _ in 0..<10 { _ = chance.next() }
        var other = Chance(seed: chance.state)
        #expect(chance.next() == other.next())
    }

    @Test func `places have streams of their own`() {
        var seen: Set<UInt64> = []
        for seed in 0..<4 as Range<UInt64> {
            for purpose in [Chance.Purpose.weights, .order, .split, .change, .dropout] {
                for place in -2..<8 {
                    for part in -2..<8 {
                        var chance = Chance(seed: seed, for: purpose, place: place, part)
                        seen.insert(chance.next())
                    }
                }
            }
        }
        #expect(seen.count == 4 * 5 * 10 * 10)
    }

    @Test(arguments: [1, 2, 3, 7, 10, 1000])
    func `all numbers below a bound are equally likely`(bound: Int) {
        var chance = Chance(seed: UInt64(bound))
        var counts = [Int](repeating: 0, count: bound)
        let draws = 1000 * bound
        for _ in 0..<draws { counts[chance.below(bound)] += 1 }
        // Six deviations of a binomial count of mean 1000.
        #expect(counts.allSatisfy { abs($0 - 1000) < 190 })
    }

    @Test func `normal variates have mean 0, deviation 1 and the tails of the normal law`() {
        var chance = Chance(seed: 3)
        let values = (0..<100_000).map { _ in Double(chance.normal()) }
        var (sum, squares) = (0.0, 0.0)
        for value in values {
            sum += value
            squares += value * value
        }
        let mean: Double = sum / 100_000
        let variance: Double = squares / 100_000 - mean * mean
        let tail = Double(values.count { abs($0) > 2 }) / 100_000
        #expect(abs(mean) < 0.015 && abs(variance - 1) < 0.02)
        #expect(abs(tail - 0.0455) < 0.004)
    }

    @Test func `even variates stay within their range`() {
        var chance = Chance(seed: 9)
        let values = (0..<10_000).map { _ in chance.uniform(in: -2...3) }
        #expect(values.allSatisfy { $0 >= -2 && $0 <= 3 })
        let mean: Float = values.reduce(0, +) / 10_000
        #expect(abs(mean - 0.5) < 0.06)
        #expect((0..<1000).allSatisfy { _ in chance.uniform() < 1 })
    }

    @Test func `a shuffled list has all its members, each order as often as another`() {
        var counts: [[Int]: Int] = [:]
        for seed in 0..<6000 as Range<UInt64> {
            var order = [0, 1, 2]
            var chance = Chance(seed: seed)
            chance.shuffle(&order)
            counts[order, default: 0] += 1
        }
        #expect(counts.count == 6 && counts.values.allSatisfy { abs($0 - 1000) < 190 })
    }
}
