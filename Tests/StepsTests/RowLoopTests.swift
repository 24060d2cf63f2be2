import Convolution
import Pixels
import Steps
import Testing

/// Points and branches by rows, against the plain formula, bit for bit, on every instruction level.
struct RowLoopTests {
    private static let width = 67

    private func picture(_ seed: UInt64, channels: Int = 2, size: Size = Size(width: width, height: 5)) -> Planes {
        var generator = Seeded(state: seed)
        let shape = Shape(channels: channels, size: size)
        return Planes(
            shape: shape,
            samples: (0..<(shape.sampleCount ?? 0)).map { _ in Float.random(in: -1.5...1.5, using: &generator) })
    }

    private func samples(_ planes: Planes) -> [Float] {
        let shape = planes.shape
        return (0..<shape.channels * shape.height * shape.width).map { index in
            planes[
                c: index / (shape.height * shape.width), y: index / shape.width % shape.height, x: index % shape.width]
        }
    }

    private func run(_ step: any Step, _ inputs: [Planes], _ level: String, _ threads: Int = 1) throws -> [Float] {
        let planned = try step.plan(for: inputs.map(\.shape), options: PlanOptions())
        var output = Planes(shape: planned.output)
        let machine = Machine(lanes: try #require(Lanes(named: level)), threads: threads)
        planned.run(StepCall(inputs: inputs, rows: 0..<planned.output.height, machine: machine), into: &output)
        return samples(output)
    }

    @Test(arguments: Lanes.available.map(\.name), 2...4)
    func `branches are combined sample by sample`(level: String, count: Int) throws {
        let branches = (0..<count).map { picture(UInt64($0) + 1) }
        let values = branches.map(samples)
        let formulas: [(CombineStep.Rule, ([Float]) -> Float)] = [
            (.add, { $0.dropFirst().reduce($0[0], +) }),
            (.multiply, { $0.dropFirst().reduce($0[0], *) }),
            (.mean, { v in v.dropFirst().reduce(v[0], +) / Float(v.count) }),
            (.max, { $0.max() ?? 0 }),
            (.min, { $0.min() ?? 0 }),
            (.hypot, { v in v.dropFirst().reduce(v[0] * v[0]) { $0 + $1 * $1 }.squareRoot() }),
        ]
        for (rule, formula) in formulas {
            let found = try run(CombineStep(rule, inputCount: count), branches, level, 2)
            for index in found.indices {
                #expect(found[index] == formula(values.map { $0[index] }), "\(rule) of \(count) at \(index)")
            }
        }
        if count == 2 {
            let found = try run(CombineStep(.subtract, inputCount: 2), branches, level)
            #expect(found == zip(values[0], values[1]).map { $0 - $1 })
        }
    }

    @Test func `a branch of one pixel or one channel goes with all of the others`() throws {
        let whole = picture(1, channels: 3)
        let grey = picture(2, channels: 1)
        let dot = picture(3, channels: 3, size: Size(1))
        let found = try run(CombineStep(.add, inputCount: 3), [dot, grey, whole], "baseline", 2)
        let area = RowLoopTests.width * 5
        for index in found.indices {
            #expect(
                found[index]
                    == samples(dot)[index / area] + samples(grey)[index % area] + samples(whole)[index])
        }
    }

    @Test(arguments: Lanes.available.map(\.name))
    func `a picture that is looked at as a whole is looked at alike by any threads`(level: String) throws {
        for size in [Size(1), Size(width: 15, height: 3), Size(width: 67, height: 40)] {
            var input = picture(9, channels: 3, size: size)
            if size.width > 1 { input[c: 1, y: 0, x: 0] = .nan }
            let numbers = samples(input).filter { !$0.isNaN }
            let (low, high) = (try #require(numbers.min()), try #require(numbers.max()))
            for threads in 1...3 {
                let largest = try run(makeStep("globalmax"), [input], level, threads)
                let area = size.width * size.height
                for c in 0..<3 {
                    #expect(largest[c] == samples(input)[c * area..<(c + 1) * area].filter { !$0.isNaN }.max())
                }
                let found = try run(
                    makeStep("rescale", ["low": .number(-1), "high": .number(3)]), [input], level, threads)
                for (v, value) in zip(found, samples(input)) where !value.isNaN {
                    let expected = high > low ? (value - low) / (high - low) * 4 - 1 : 1
                    #expect(abs(v - expected) < 1e-5, "\(size), \(threads) threads")
                }
                let mean = numbers.reduce(0) { $0 + Double($1) } / Double(numbers.count)
                let squares = numbers.reduce(0) { $0 + Double($1) * Double($1) } / Double(numbers.count)
                let spread = (squares - mean * mean).squareRoot()
                let standard = try run(makeStep("standardise"), [input], level, threads)
                for (v, value) in zip(standard, samples(input)) where !value.isNaN {
                    let expected = spread > 1e-9 ? (Double(value) - mean) / spread : 0
                    #expect(abs(Double(v) - expected) < 1e-5, "\(size), \(threads) threads")
                }
            }
        }
    }

    @Test(arguments: Lanes.available.map(\.name))
    func `points are the plain formulas`(level: String) throws {
        let input = picture(7)
        let formulas: [(PointFunction, (Float) -> Float)] = [
            (.absolute, { abs($0) }), (.invert, { 1 - $0 }), (.scale(0.3), { $0 * 0.3 }), (.offset(0.7), { $0 + 0.7 }),
            (.threshold(0.2), { $0 >= 0.2 ? 1 : 0 }), (.clamp(low: -0.5, high: 0.25), { min(max($0, -0.5), 0.25) }),
            (.square, { $0 * $0 }), (.root, { max($0, 0).squareRoot() }), (.relu, { max($0, 0) }),
            (.leaky(0.1), { $0 > 0 ? $0 : $0 * 0.1 }),
        ]
        for (function, formula) in formulas {
            let found = try run(PointStep(function, text: "\(function)"), [input], level)
            #expect(found == samples(input).map(formula), "\(function)")
        }
    }

    /// The definition, one sample at a time.
    @Test(arguments: Lanes.available.map(\.name))
    func `only ridges of the gradient are left`(level: String) throws {
        let (gx, gy) = (picture(8, channels: 1), picture(9, channels: 1))
        let found = try run(SuppressStep(), [gx, gy], level, 2)
        func magnitude(_ x: Int, _ y: Int) -> Float {
            guard x >= 0, x < RowLoopTests.width, y >= 0, y < 5 else { return 0 }
            return (gx[c: 0, y: y, x: x] * gx[c: 0, y: y, x: x] + gy[c: 0, y: y, x: x] * gy[c: 0, y: y, x: x])
                .squareRoot()
        }
        var kept = 0
        for y in 0..<5 {
            for x in 0..<RowLoopTests.width {
                let (a, b) = (gx[c: 0, y: y, x: x], gy[c: 0, y: y, x: x])
                let (right, down) = (a < 0 ? -1 : 1, b < 0 ? -1 : 1)
                let slant = min(abs(a), abs(b)) / max(abs(a), abs(b))
                func towards(_ sign: Int) -> Float {
                    let straight =
                        abs(a) >= abs(b) ? magnitude(x + sign * right, y) : magnitude(x, y + sign * down)
                    return straight * (1 - slant) + magnitude(x + sign * right, y + sign * down) * slant
                }
                let own = magnitude(x, y)
                let isRidge = own > 0 && own > towards(1) && own >= towards(-1)
                kept += isRidge ? 1 : 0
                #expect(found[y * RowLoopTests.width + x] == (isRidge ? own : 0), "\(x),\(y)")
            }
        }
        #expect(kept > 20)
    }
}
