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
    private func worst(_ found: Planes, _ expected: Planes) -> Float {
        zip(found.values, expected.values).map { $0.isFinite ? abs($0 - $1) / (1 + abs($1)) : .infinity }.max() ?? 0
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
}
