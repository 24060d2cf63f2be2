import Convolution
import Pixels
import Steps
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The vectors' own exponential and what is made of it, beside the system's, over all magnitudes a float has.
struct ExponentialTests {
    static let functions: [(PointFunction, @Sendable (Double) -> Double)] = [
        (.sigmoid, { 1 / (1 + exp(-$0)) }), (.tanh, { tanh($0) }), (.silu, { $0 / (1 + exp(-$0)) }),
        (.elu(1), { $0 > 0 ? $0 : expm1($0) }), (.gelu, { $0 * 0.5 * erfc(-$0 / 2.0.squareRoot()) }),
    ]

    private func values() -> [Float] {
        // Every exponent, with a few hundred places between; both signs.
        (0..<512).flatMap { high in
            (0..<256).map { Float(bitPattern: UInt32(high) << 23 | UInt32($0 &* 32_749 + high)) }
        }.filter { $0.isFinite }
    }

    @Test(arguments: functions.indices)
    func `what is made of the exponential is the system's to 0.52 of the last place, on every level`(index: Int) throws
    {
        let (point, function) = Self.functions[index]
        let values = values()
        let shape = Shape(channels: 1, height: 1, width: values.count)
        let plan = try PointStep(point, text: "point").plan(for: [shape], options: PlanOptions())
        var first: [UInt32]?
        for lanes in Lanes.available {
            var found = Planes(shape: shape)
            plan.run(
                StepCall(
                    inputs: [Planes(shape: shape, samples: values)], rows: 0..<1,
                    machine: Machine(lanes: lanes, threads: 1)), into: &found)
            var worst = (places: 0.0, at: Float(0))
            for (value, result) in zip(values, found.samples) {
                let expected = function(Double(value))
                // Below the smallest normal float places have another width.
                guard abs(expected) >= Double(Float.leastNormalMagnitude) else { continue }
                let places = abs(Double(result) - expected) / Double(Float(expected).ulp)
                if !(places <= worst.places) { worst = (places, value) }
            }
            #expect(worst.places <= 0.52, "\(point): \(worst) on \(lanes.name)")
            let bits = found.samples.map(\.bitPattern)
            if let first { #expect(first == bits, "\(lanes.name)") }
            first = bits
        }
    }
}
