import Convolution
import Pixels
import Testing

/// The layers' convolution against the readable loops, over all small geometries: forwards and both ways back.
struct LayerTests {
    struct Case {
        var window: Window
        var border: Border
        var groups: Int
        var input: Shape
        var outputs: Int
    }

    static let borders: [Border] = [.zero, .constant(0.5), .edge, .symmetric, .reflect, .wrap]
    static let paddings: [Padding] = [
        .same, .sameLower, .valid, .full, .sides(top: 2, right: 0, bottom: 1, left: 3),
        .sides(top: 0, right: 2, bottom: 0, left: 0),
    ]
    static let sizes = [(1, 1), (1, 3), (4, 2), (3, 5), (7, 6), (18, 5)]

    /// The machines in turn, so that each of them meets every kind of case.
    static let machines = Lanes.available.flatMap { lanes in (1...3).map { Machine(lanes: lanes, threads: $0) } }

    private func each(_ border: Border, _ body: (Case, inout SeededGenerator, Int) throws -> Void) rethrows -> Int {
        var generator = SeededGenerator(seed: 3)
        var count = 0
        for taps in 0..<16 {
            for (width, height) in Self.sizes {
                for padding in Self.paddings {
                    for stride in [
                        PerAxis(1), PerAxis(x: 2, y: 1), PerAxis(x: 1, y: 3), PerAxis(2), PerAxis(x: 3, y: 2),
                    ] {
                        for dilation in [PerAxis(1), PerAxis(x: 2, y: 1), PerAxis(2)] {
                            let window = Window(
                                size: Size(width: taps % 4 + 1, height: taps / 4 + 1), stride: stride,
                                dilation: dilation, padding: padding)
                            let groups = [1, 2, 3, 1][count % 4]
                            let input = Shape(
                                count: count % 3 + 1, channels: groups * (count / 3 % 2 + 1), height: height,
                                width: width)
                            count += 1
                            try body(
                                Case(
                                    window: window, border: border, groups: groups, input: input,
                                    outputs: groups * (count / 5 % 3 + 1)),
                                &generator, count)
                        }
                    }
                }
            }
        }
        return count
    }

    /// The largest error, of large values by their size.
    private func worst(_ found: Planes, _ expected: Planes) -> Float { worst(found.values, expected.values) }

    private func worst(_ found: [Float], _ expected: [Float]) -> Float {
        zip(found, expected).reduce(0) { (worst: Float, pair: (found: Float, expected: Float)) -> Float in
            guard pair.found.isFinite else { return .infinity }
            return max(worst, abs(pair.found - pair.expected) / (1 + abs(pair.expected)))
        }
    }

    @Test(arguments: Self.borders)
    func `layers give the reference's result and gradients for every small geometry`(border: Border) throws {
        var compared = 0
        _ = try each(border) { each, generator, count in
            guard
                let layer = try? LayerConvolution(
                    window: each.window, border: border, groups: each.groups, input: each.input, outputs: each.outputs)
            else { return }
            let picture = Planes.random(each.input, using: &generator)
            let weights = Planes.random(layer.weights, using: &generator)
            let bias = Planes.random(Shape(channels: each.outputs, height: 1, width: 1), using: &generator)
            let plain = try Convolution(
                Bank(
                    size: each.window.size, inputs: each.input.channels, outputs: each.outputs, groups: each.groups,
                    weights: weights.values, bias: bias.values),
                window: each.window, border: border, input: each.input, method: .reference)
            let machine = Self.machines[count % Self.machines.count]
            var output = Planes(shape: layer.output, filledWith: .nan)
            layer.run(picture, weights: weights, bias: bias, rows: 0..<layer.output.height, into: &output, on: machine)
            let above = Planes.random(layer.output, using: &generator)
            var input = Planes(shape: each.input, filledWith: .nan)
            layer.inputGradient(of: above, weights: weights, into: &input, on: machine)
            var weightGradient = Planes(shape: layer.weights, filledWith: .nan)
            var biasGradient: Planes? = Planes(shape: bias.shape, filledWith: .nan)
            layer.parameterGradients(
                of: above, at: picture, weights: &weightGradient, bias: &biasGradient, on: machine)
            let expected = plain.gradients(of: above, at: picture)
            let errors = [
                worst(output, plain.applied(to: picture)), worst(input, expected.input),
                worst(weightGradient, expected.weights), worst(try #require(biasGradient), expected.bias),
            ]
            #expect(errors.allSatisfy { $0 <= 1e-5 }, "\(errors): \(each)")
            compared += 1
        }
        #expect(compared > 5000)
    }

    /// Geometries that are cut into pieces in every way: bands, blocks of taps, segments, parts of a batch, phases.
    static let larger: [Case] = [
        Case(
            window: Window(size: Size(3)), border: .zero, groups: 1,
            input: Shape(count: 2, channels: 40, height: 33, width: 29), outputs: 7),
        Case(
            window: Window(size: Size(3), stride: PerAxis(2)), border: .reflect, groups: 2,
            input: Shape(channels: 2, height: 70, width: 65), outputs: 14),
        Case(
            window: Window(size: Size(5), padding: .valid), border: .zero, groups: 1,
            input: Shape(count: 35, channels: 1, height: 9, width: 9), outputs: 4),
        Case(
            window: Window(size: Size(3), dilation: PerAxis(x: 9, y: 7)), border: .wrap, groups: 3,
            input: Shape(count: 2, channels: 3, height: 6, width: 5), outputs: 3),
        Case(
            window: Window(size: Size(2), stride: PerAxis(x: 5, y: 4), dilation: PerAxis(x: 3, y: 11), padding: .full),
            border: .constant(-1), groups: 1, input: Shape(count: 17, channels: 2, height: 13, width: 12), outputs: 5),
        Case(
            window: Window(size: Size(width: 1, height: 4), anchor: PerAxis(x: 0, y: 3)), border: .symmetric, groups: 1,
            input: Shape(count: 3, channels: 5, height: 8, width: 7), outputs: 13),
        Case(
            window: Window(size: Size(1), stride: PerAxis(3), padding: .sides(top: 0, right: 4, bottom: 5, left: 1)),
            border: .edge, groups: 1, input: Shape(count: 2, channels: 3, height: 7, width: 7), outputs: 2),
        // Rows one by one, from whose rim few taps see a gradient.
        Case(
            window: Window(size: Size(5), padding: .valid), border: .zero, groups: 1,
            input: Shape(count: 3, channels: 6, height: 14, width: 14), outputs: 16),
        Case(
            window: Window(size: Size(width: 3, height: 4), dilation: PerAxis(x: 1, y: 5), padding: .full),
            border: .zero, groups: 1, input: Shape(count: 2, channels: 3, height: 21, width: 30), outputs: 4),
        // A single input, whose rows of taps are summed apart.
        Case(
            window: Window(size: Size(5)), border: .zero, groups: 1,
            input: Shape(count: 3, channels: 1, height: 28, width: 28), outputs: 6),
        Case(
            window: Window(size: Size(width: 4, height: 7), dilation: PerAxis(x: 2, y: 3)), border: .constant(0.5),
            groups: 2, input: Shape(channels: 2, height: 91, width: 77), outputs: 18),
    ]

    /// All that a layer computes of one picture.
    private struct Results {
        var output: Planes
        var input: Planes
        var weights: Planes
        var bias: Planes?

        var all: [Float] { output.values + input.values + weights.values + (bias?.values ?? []) }
    }

    private func results(
        _ layer: LayerConvolution, _ picture: Planes, _ weights: Planes, _ bias: Planes, _ above: Planes,
        _ machine: Machine
    ) -> Results {
        var found = Results(
            output: Planes(shape: layer.output, filledWith: .nan), input: Planes(shape: layer.input, filledWith: .nan),
            weights: Planes(shape: layer.weights, filledWith: .nan), bias: Planes(shape: bias.shape, filledWith: .nan))
        layer.run(
            picture, weights: weights, bias: bias, rows: 0..<layer.output.height, into: &found.output, on: machine)
        layer.inputGradient(of: above, weights: weights, into: &found.input, on: machine)
        layer.parameterGradients(
            of: above, at: picture, weights: &found.weights, bias: &found.bias, on: machine)
        return found
    }

    @Test(arguments: larger.indices)
    func `larger layers give the reference's result, and the same bits on any threads and fused level`(index: Int)
        throws
    {
        let each = Self.larger[index]
        var generator = SeededGenerator(seed: UInt64(index))
        let layer = try LayerConvolution(
            window: each.window, border: each.border, groups: each.groups, input: each.input, outputs: each.outputs)
        let picture = Planes.random(each.input, using: &generator)
        let weights = Planes.random(layer.weights, using: &generator)
        let bias = Planes.random(Shape(channels: each.outputs, height: 1, width: 1), using: &generator)
        let above = Planes.random(layer.output, using: &generator)
        let plain = try Convolution(
            Bank(
                size: each.window.size, inputs: each.input.channels, outputs: each.outputs, groups: each.groups,
                weights: weights.values, bias: bias.values),
            window: each.window, border: each.border, input: each.input, method: .reference)
        let expected = plain.gradients(of: above, at: picture)
        let best = results(layer, picture, weights, bias, above, Machine(lanes: .best, threads: 1))
        let errors = [
            worst(best.output, plain.applied(to: picture)), worst(best.input, expected.input),
            worst(best.weights, expected.weights), worst(try #require(best.bias), expected.bias),
        ]
        #expect(errors.allSatisfy { $0 <= 2e-5 }, "\(errors): \(each)")
        for machine in Self.machines {
            let found = results(layer, picture, weights, bias, above, machine)
            if machine.lanes.name == "baseline" {
                let error = worst(found.all, best.all)
                #expect(error <= 2e-5, "baseline differs by \(error): \(each)")
            } else {
                #expect(found.all == best.all, "\(machine.lanes.name), \(machine.threads) threads: \(each)")
            }
        }
    }

    @Test(arguments: larger.indices)
    func `bands of every height give the same bits, and look at no row that was not asked for`(index: Int) throws {
        let each = Self.larger[index]
        var generator = SeededGenerator(seed: UInt64(index))
        let layer = try LayerConvolution(
            window: each.window, border: each.border, groups: each.groups, input: each.input, outputs: each.outputs)
        let picture = Planes.random(each.input, using: &generator)
        let weights = Planes.random(layer.weights, using: &generator)
        var whole = Planes(shape: layer.output)
        layer.run(
            picture, weights: weights, bias: nil, rows: 0..<layer.output.height, into: &whole, on: Machine(threads: 1))
        for height in 1...min(layer.output.height, 40) {
            for first in stride(from: 0, to: layer.output.height, by: height) {
                let rows = first..<min(first + height, layer.output.height)
                let band = picture.band(layer.geometry.y.sources(of: rows, border: each.border))
                var output = Planes(shape: layer.output, rows: rows)
                layer.run(
                    band, weights: weights, bias: nil, rows: rows, into: &output, on: Machine(threads: height % 3 + 1))
                #expect(output.differences(to: whole) == 0, "rows \(rows): \(each)")
            }
        }
    }

    @Test func `a product of matrices is the plain sum, and the same bits on any threads and fused level`() throws {
        var generator = SeededGenerator(seed: 5)
        for (count, inputs, outputs) in [
            (1, 1, 1), (1, 400, 120), (2, 17, 3), (3, 15, 50), (5, 16, 7), (16, 84, 10), (17, 33, 25), (40, 2100, 5),
            (4, 31, 26),
        ] {
            let product = LayerProduct(
                input: Shape(count: count, channels: inputs, height: 1, width: 1), outputs: outputs)
            let picture = Planes.random(product.input, using: &generator)
            let weights = Planes.random(Shape(count: outputs, channels: inputs, height: 1, width: 1), using: &generator)
            let bias = Planes.random(Shape(channels: outputs, height: 1, width: 1), using: &generator)
            let above = Planes.random(Shape(count: count, channels: outputs, height: 1, width: 1), using: &generator)
            func results(_ machine: Machine) -> [[Float]] {
                var output = Planes(shape: above.shape, filledWith: .nan)
                var input = Planes(shape: picture.shape, filledWith: .nan)
                var weight = Planes(shape: weights.shape, filledWith: .nan)
                var base: Planes? = Planes(shape: bias.shape, filledWith: .nan)
                product.run(picture, weights: weights, bias: bias, into: &output, on: machine)
                product.inputGradient(of: above, weights: weights, into: &input, on: machine)
                product.parameterGradients(of: above, at: picture, weights: &weight, bias: &base, on: machine)
                return [output.values, input.values, weight.values, base?.values ?? []]
            }
            let (x, w, b, g) = (picture.values, weights.values, bias.values, above.values)
            func sum(_ count: Int, _ term: (Int) -> Float) -> Float {
                Float((0..<count).reduce(0.0) { $0 + Double(term($1)) })
            }
            let expected: [[Float]] = [
                (0..<count * outputs).map { at in
                    let (n, o) = at.quotientAndRemainder(dividingBy: outputs)
                    return b[o] + sum(inputs) { w[o * inputs + $0] * x[n * inputs + $0] }
                },
                (0..<count * inputs).map { at in
                    sum(outputs) { g[at / inputs * outputs + $0] * w[$0 * inputs + at % inputs] }
                },
                (0..<outputs * inputs).map { at in
                    sum(count) { g[$0 * outputs + at / inputs] * x[$0 * inputs + at % inputs] }
                },
                (0..<outputs).map { o in sum(count) { g[$0 * outputs + o] } },
            ]
            let best = results(Machine(lanes: .best, threads: 1))
            for machine in Self.machines {
                let found = results(machine)
                for (found, expected) in zip(found, expected) {
                    #expect(
                        worst(found, expected) <= 1e-5, "\(count) · \(inputs) → \(outputs) on \(machine.lanes.name)")
                }
                if machine.lanes.name != "baseline" { #expect(found == best) }
            }
        }
    }

    @Test func `a transposed layer adds each sample's kernel to the outputs around it`() throws {
        var generator = SeededGenerator(seed: 6)
        var compared = 0
        for size in [Size(1), Size(2), Size(width: 3, height: 2), Size(4), Size(width: 2, height: 5)] {
            for (width, height) in [(1, 1), (2, 3), (5, 4), (9, 7)] {
                for padding in Self.paddings {
                    for stride in [PerAxis(1), PerAxis(2), PerAxis(x: 1, y: 3), PerAxis(x: 4, y: 2)] {
                        for dilation in [PerAxis(1), PerAxis(x: 1, y: 2), PerAxis(x: 7, y: 5)] {
                            let extra = PerAxis(x: compared % stride.x, y: compared / 3 % stride.y)
                            let groups = compared % 2 + 1
                            let window = Window(size: size, stride: stride, dilation: dilation, padding: padding)
                            let input = Shape(count: 2, channels: 2 * groups, height: height, width: width)
                            guard
                                let layer = try? TransposedLayer(
                                    window: window, groups: groups, extra: extra, input: input, outputs: 3 * groups)
                            else { continue }
                            compareTransposed(layer, window, groups: groups, &generator)
                            compared += 1
                        }
                    }
                }
            }
        }
        #expect(compared > 900)
    }

    private func compareTransposed(
        _ layer: TransposedLayer, _ window: Window, groups: Int, _ generator: inout SeededGenerator
    ) {
        let picture = Planes.random(layer.input, using: &generator)
        let weights = Planes.random(layer.weights, using: &generator)
        let bias = Planes.random(Shape(channels: layer.output.channels, height: 1, width: 1), using: &generator)
        var expected = Planes(shape: layer.output)
        let (own, others) = (layer.input.channels / groups, layer.output.channels / groups)
        let anchor = window.resolvedAnchor(of: nil)
        let (top, left) =
            switch window.padding {
            case .valid: (0, 0)
            case .same, .sameLower: (anchor.y * window.dilation.y, anchor.x * window.dilation.x)
            case .full: (window.dilation.y * (window.size.height - 1), window.dilation.x * (window.size.width - 1))
            case .sides(let top, _, _, let left): (top, left)
            }
        for n in 0..<layer.output.count {
            for o in 0..<layer.output.channels {
                for y in 0..<layer.output.height {
                    for x in 0..<layer.output.width { expected[n: n, c: o, y: y, x: x] = bias[c: o, y: 0, x: 0] }
                }
                for i in o / others * own..<(o / others + 1) * own {
                    for y in 0..<layer.input.height {
                        for x in 0..<layer.input.width {
                            for ky in 0..<window.size.height {
                                for kx in 0..<window.size.width {
                                    let toY = y * window.stride.y - top + ky * window.dilation.y
                                    let toX = x * window.stride.x - left + kx * window.dilation.x
                                    guard (0..<layer.output.height).contains(toY),
                                        (0..<layer.output.width).contains(toX)
                                    else { continue }
                                    expected[n: n, c: o, y: toY, x: toX] +=
                                        picture[n: n, c: i, y: y, x: x] * weights[n: i, c: o % others, y: ky, x: kx]
                                }
                            }
                        }
                    }
                }
            }
        }
        let rows = 0..<layer.output.height
        var whole = Planes(shape: layer.output, filledWith: .nan)
        layer.run(picture, weights: weights, bias: bias, rows: rows, into: &whole, on: Machine(threads: 2))
        #expect(worst(whole, expected) <= 1e-5, "\(layer.input) → \(layer.output), \(window), \(groups) groups")
        for height in [1, 2, 3, 5] {
            for first in stride(from: 0, to: rows.count, by: height) {
                let some = first..<min(first + height, rows.count)
                var output = Planes(shape: layer.output, rows: some)
                layer.run(
                    picture.band(layer.rowsNeeded(for: some)), weights: weights, bias: bias, rows: some, into: &output,
                    on: Machine(threads: 1))
                #expect(output.differences(to: whole) == 0, "rows \(some): \(layer.input) → \(layer.output), \(window)")
            }
        }
    }
}

extension Planes {
    /// A copy of some rows, and of no others.
    fileprivate func band(_ rows: Range<Int>) -> Planes {
        var band = Planes(shape: shape, rows: rows)
        for n in 0..<shape.count {
            for c in 0..<shape.channels {
                for y in rows {
                    for x in 0..<shape.width { band[n: n, c: c, y: y, x: x] = self[n: n, c: c, y: y, x: x] }
                }
            }
        }
        return band
    }

    /// How many of the samples here are other bits there.
    fileprivate func differences(to whole: Planes) -> Int {
        var count = 0
        for n in 0..<shape.count {
            for c in 0..<shape.channels {
                for y in rows {
                    for x in 0..<shape.width
                    where self[n: n, c: c, y: y, x: x].bitPattern != whole[n: n, c: c, y: y, x: x].bitPattern {
                        count += 1
                    }
                }
            }
        }
        return count
    }
}
