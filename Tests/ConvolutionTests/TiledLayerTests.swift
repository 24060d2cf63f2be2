import Convolution
import Pixels
import Testing

/// 3×3 layers by tiles against the readable loops: every small size, padding, border and number of channels that tiles
/// take, forwards and both ways back.
struct TiledLayerTests {
    private struct Found {
        var output: Planes
        var input: Planes
        var weights: Planes
        var bias: Planes?

        var all: [Float] { output.values + input.values + weights.values + (bias?.values ?? []) }
    }

    private struct Case {
        var padding: Padding
        var border: Border
        var input: Shape
        var outputs: Int
        var picture: Planes
        var weights: Planes
        var bias: Planes
        var above: Planes

        init(_ padding: Padding, _ border: Border, _ input: Shape, outputs: Int, _ generator: inout SeededGenerator)
            throws
        {
            (self.padding, self.border, self.input, self.outputs) = (padding, border, input, outputs)
            let layer = try LayerConvolution(
                window: Window(size: Size(3), padding: padding), border: border, input: input, outputs: outputs)
            picture = Planes.random(input, using: &generator)
            weights = Planes.random(layer.weights, using: &generator)
            bias = Planes.random(Shape(channels: outputs, height: 1, width: 1), using: &generator)
            above = Planes.random(layer.output, using: &generator)
        }

        func found(_ method: LayerConvolution.Method, on machine: Machine) throws -> Found {
            let layer = try LayerConvolution(
                window: Window(size: Size(3), padding: padding), border: border, input: input, outputs: outputs,
                method: method)
            var found = Found(
                output: Planes(shape: layer.output, filledWith: .nan), input: Planes(shape: input, filledWith: .nan),
                weights: Planes(shape: layer.weights, filledWith: .nan),
                bias: Planes(shape: bias.shape, filledWith: .nan))
            layer.runWhole(picture, weights: weights, bias: bias, into: &found.output, on: machine)
            layer.inputGradient(of: above, weights: weights, into: &found.input, on: machine)
            layer.parameterGradients(of: above, at: picture, weights: &found.weights, bias: &found.bias, on: machine)
            return found
        }

        /// By the six loops, with sums in double.
        func expected() throws -> Found {
            let plain = try Convolution(
                Bank(
                    size: Size(3), inputs: input.channels, outputs: outputs, weights: weights.values,
                    bias: bias.values),
                window: Window(size: Size(3), padding: padding), border: border, input: input, method: .reference)
            let gradients = plain.gradients(of: above, at: picture)
            return Found(
                output: plain.applied(to: picture), input: gradients.input, weights: gradients.weights,
                bias: gradients.bias)
        }
    }

    /// The largest error, by the size of what it is in: the root of the mean square.
    private func worst(_ found: Planes?, _ expected: Planes?) throws -> Float {
        let (found, expected) = (try #require(found).values, try #require(expected).values)
        let scale = (expected.reduce(0) { $0 + $1 * $1 } / Float(max(1, expected.count))).squareRoot()
        return zip(found, expected).map { $0.isFinite ? abs($0 - $1) : .infinity }.max().map { $0 / max(scale, 1e-3) }
            ?? 0
    }

    private func worst(_ found: Found, _ expected: Found) throws -> Float {
        max(
            try worst(found.output, expected.output), try worst(found.input, expected.input),
            try worst(found.weights, expected.weights), try worst(found.bias, expected.bias))
    }

    static let paddings: [Padding] = [
        .same, .valid, .full, .sides(top: 2, right: 0, bottom: 1, left: 1),
        .sides(top: 0, right: 2, bottom: 2, left: 0),
    ]

    @Test(arguments: [Border.zero, .constant(0.5), .edge, .symmetric, .reflect, .wrap])
    func `tiles give the reference's result and gradients for every small size`(border: Border) throws {
        var generator = SeededGenerator(seed: 11)
        var compared = 0
        for height in 1...9 {
            for width in 1...9 {
                for padding in Self.paddings {
                    let input = Shape(
                        count: compared % 3 + 1, channels: [1, 3, 8, 9, 17][compared % 5], height: height, width: width)
                    guard
                        let each = try? Case(
                            padding, border, input, outputs: [1, 5, 6, 7, 13, 16][compared % 6], &generator)
                    else { continue }
                    let machine = LayerTests.machines[compared % LayerTests.machines.count]
                    let error = try worst(each.found(.tiles, on: machine), each.expected())
                    #expect(error <= 2e-5, "\(padding) \(input) → \(each.outputs), \(machine.lanes.name)")
                    compared += 1
                }
            }
        }
        #expect(compared > 300)
    }

    /// Of real layers' sizes: blocks of several pictures, parts of a batch, outputs in chunks; one block for all threads.
    static let larger: [(Shape, Int, Padding)] = [
        (Shape(count: 35, channels: 20, height: 7, width: 7), 19, .same),
        (Shape(count: 2, channels: 33, height: 30, width: 45), 70, .valid),
        (Shape(count: 3, channels: 64, height: 14, width: 14), 40, .full),
        (Shape(count: 18, channels: 16, height: 10, width: 3), 6, .same),
        (Shape(count: 1, channels: 5, height: 4, width: 230), 3, .same),
        (Shape(count: 1, channels: 33, height: 9, width: 9), 70, .same),
        (Shape(count: 2, channels: 16, height: 8, width: 8), 150, .same),
    ]

    @Test(arguments: larger.indices)
    func `larger layers by tiles keep to the reference, and to the same bits on any threads and fused level`(
        index: Int
    ) throws {
        let (input, outputs, padding) = Self.larger[index]
        var generator = SeededGenerator(seed: UInt64(index))
        let each = try Case(padding, .zero, input, outputs: outputs, &generator)
        let expected = try each.expected()
        let best = try each.found(.tiles, on: Machine(lanes: .best, threads: 1))
        let error = try worst(best, expected)
        // Random samples in −1…1: some ten roundings of the largest sum.
        #expect(error <= 1e-5, "off by \(error) of the mean: \(input) → \(outputs)")
        for machine in LayerTests.machines {
            let found = try each.found(.tiles, on: machine)
            if machine.lanes.name == "baseline" {
                #expect(try worst(found, expected) <= 2e-5)
            } else {
                #expect(found.all == best.all, "\(machine.lanes.name), \(machine.threads) threads: \(input)")
            }
        }
    }

    @Test func `tiles are taken where they pay and nowhere else`() throws {
        var generator = SeededGenerator(seed: 3)
        let machine = Machine(threads: 1)
        for (channels, outputs, pays) in [(1, 32, false), (3, 16, false), (16, 16, true), (64, 64, true)] {
            let each = try Case(
                .same, .zero, Shape(count: 4, channels: channels, height: 16, width: 16), outputs: outputs, &generator)
            let cheapest = try each.found(.cheapest, on: machine)
            let same = try each.found(pays ? .tiles : .direct, on: machine)
            #expect(cheapest.output.values == same.output.values, "\(channels) → \(outputs)")
            #expect(cheapest.weights.values == same.weights.values, "\(channels) → \(outputs)")
        }
        // Other windows go tap by tap, whatever was asked for.
        let wide = try LayerConvolution(
            window: Window(size: Size(3), stride: PerAxis(2)), input: Shape(channels: 9, height: 9, width: 9),
            outputs: 9,
            method: .tiles)
        let picture = Planes.random(wide.input, using: &generator)
        let weights = Planes.random(wide.weights, using: &generator)
        var (whole, rows) = (Planes(shape: wide.output), Planes(shape: wide.output))
        wide.runWhole(picture, weights: weights, bias: nil, into: &whole, on: machine)
        wide.run(picture, weights: weights, bias: nil, rows: 0..<wide.output.height, into: &rows, on: machine)
        #expect(whole.values == rows.values)
    }
}
