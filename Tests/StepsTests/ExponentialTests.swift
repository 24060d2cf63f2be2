import Convolution
import Pixels
import Steps
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The vectors' own exponential and logarithm and what is made of them, beside the system's, over all magnitudes a float has.
struct ExponentialTests {
    static let functions: [(PointFunction, @Sendable (Double) -> Double)] = [
        (.sigmoid, { 1 / (1 + exp(-$0)) }), (.tanh, { tanh($0) }), (.silu, { $0 / (1 + exp(-$0)) }),
        (.elu(1), { $0 > 0 ? $0 : expm1($0) }), (.gelu, { $0 * 0.5 * erfc(-$0 / 2.0.squareRoot()) }),
        (.gamma(2.2), { signed($0) { pow($0, 1 / Double(Float(2.2))) } }), (.gamma(0.5), { signed($0) { $0 * $0 } }),
        (.gamma(100), { signed($0) { pow($0, 0.01) } }),
        (.toLinear, { signed($0) { $0 <= 0.04045 ? $0 / 12.92 : pow(($0 + 0.055) / 1.055, 2.4) } }),
        (.fromLinear, { signed($0) { $0 <= 0.0031308 ? $0 * 12.92 : 1.055 * pow($0, 1 / 2.4) - 0.055 } }),
    ]

    private static func signed(_ v: Double, _ f: (Double) -> Double) -> Double { v < 0 ? -f(-v) : f(v) }

    private func values() -> [Float] {
        // Every exponent, with a few hundred places between; both signs.
        (0..<512).flatMap { high in
            (0..<256).map { place in
                let bits = high << 23 | (place * 32_749 + high)
                return Float(bitPattern: UInt32(bits))
            }
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
                // Nor has what is more than a float can hold.
                guard abs(expected) < Double(Float.greatestFiniteMagnitude) else {
                    #expect(abs(result) == .infinity && (result < 0) == (expected < 0), "\(point) of \(value)")
                    continue
                }
                let places = abs(Double(result) - expected) / Double(Float(expected).ulp)
                if !(places <= worst.places) { worst = (places, value) }
            }
            #expect(worst.places <= 0.52, "\(point): \(worst) on \(lanes.name)")
            let bits = found.samples.map(\.bitPattern)
            if let first { #expect(first == bits, "\(lanes.name)") }
            first = bits
        }
    }

    @Test(arguments: Lanes.available.map(\.name))
    func `directions are the system's to 0.52 of the last place, in every eighth`(level: String) throws {
        let magnitudes: [Float] =
            [0, 1, 0.4142, 0.41421357, 0.41422, 2.4142, 1e-30, 1e30, .infinity, 0.3, 0.7, 0.9999999]
            + (0..<40).map { Float(1.37) * Float($0) / 17 }
        let values = magnitudes + magnitudes.map { -$0 }
        let pairs = values.flatMap { x in values.map { (x, $0) } }
        let shape = Shape(channels: 1, height: 1, width: pairs.count)
        let plan = try CombineStep(.angle, inputCount: 2).plan(for: [shape, shape], options: PlanOptions(rounding: 0))
        var found = Planes(shape: shape)
        let (right, down) = (pairs.map(\.0), pairs.map(\.1))
        let machine = Machine(lanes: try #require(Lanes(named: level)), threads: 1)
        plan.run(
            StepCall(
                inputs: [Planes(shape: shape, samples: right), Planes(shape: shape, samples: down)], rows: 0..<1,
                machine: machine), into: &found)
        for ((x, y), result) in zip(pairs, found.samples) {
            // A zero's sign says nothing about a picture.
            let turns = atan2(Double(y == 0 ? 0 : y), Double(x == 0 ? 0 : x)) / (2 * Double.pi)
            let expected = turns < 0 ? turns + 1 : turns
            guard expected == 0 || expected >= Double(Float.leastNormalMagnitude) else { continue }
            let places = abs(Double(result) - expected) / Double(Float(expected).ulp)
            #expect(places <= 0.52, "(\(x), \(y)): \(result) for \(expected)")
        }
    }

    @Test(arguments: Lanes.available.map(\.name))
    func `what is no number stays none`(level: String) throws {
        let machine = Machine(lanes: try #require(Lanes(named: level)), threads: 1)
        let shape = Shape(channels: 1, height: 1, width: 35)
        let one = Planes(shape: shape, filledWith: 0.5)
        let none = Planes(shape: shape, filledWith: .nan)
        for function in [PointFunction.gamma(2.2), .toLinear, .fromLinear] {
            var found = Planes(shape: shape)
            let plan = try PointStep(function, text: "point").plan(for: [shape], options: PlanOptions())
            plan.run(StepCall(inputs: [none], rows: 0..<1, machine: machine), into: &found)
            #expect(found.samples.filter(\.isNaN).count == 35, "\(function)")
        }
        for inputs in [[one, none], [none, one], [none, none]] {
            var found = Planes(shape: shape)
            let plan = try CombineStep(.angle, inputCount: 2)
                .plan(for: [shape, shape], options: PlanOptions(rounding: 0))
            plan.run(StepCall(inputs: inputs, rows: 0..<1, machine: machine), into: &found)
            #expect(found.samples.filter(\.isNaN).count == 35)
        }
    }
}
