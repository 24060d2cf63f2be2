import Convolution
import Pixels

/// Convolution layers in memory, forwards and both ways back: those of `shared/bench/cnn`, and some of ResNet-20's.
struct LayerBench {
    struct Layer {
        var input: Shape
        var outputs: Int
        var side: Int
        var stride = 1
        var padding: Int
        /// Whether it is also measured without tiles.
        var byTiles = false

        var name: String { "\(input.channels)→\(outputs) \(side)x\(side), \(input.count) x \(input.size)" }
    }

    static let layers = [
        Layer(
            input: Shape(channels: 64, height: 56, width: 56), outputs: 64, side: 3, padding: 1, byTiles: true),
        Layer(
            input: Shape(count: 8, channels: 128, height: 28, width: 28), outputs: 128, side: 3, padding: 1,
            byTiles: true),
        Layer(
            input: Shape(count: 32, channels: 32, height: 28, width: 28), outputs: 64, side: 3, padding: 1,
            byTiles: true),
        Layer(
            input: Shape(count: 16, channels: 16, height: 32, width: 32), outputs: 16, side: 3, padding: 1,
            byTiles: true),
        Layer(
            input: Shape(count: 16, channels: 64, height: 8, width: 8), outputs: 64, side: 3, padding: 1,
            byTiles: true),
        Layer(
            input: Shape(count: 16, channels: 128, height: 7, width: 7), outputs: 128, side: 3, padding: 1,
            byTiles: true),
        Layer(input: Shape(channels: 3, height: 224, width: 224), outputs: 64, side: 7, stride: 2, padding: 3),
        Layer(input: Shape(count: 64, channels: 1, height: 28, width: 28), outputs: 6, side: 5, padding: 2),
        Layer(input: Shape(count: 64, channels: 6, height: 14, width: 14), outputs: 16, side: 5, padding: 0),
        Layer(input: Shape(count: 64, channels: 1, height: 28, width: 28), outputs: 32, side: 3, padding: 1),
    ]

    static let ways = ["forward", "by input", "by weights"]

    static let names = layers.flatMap { layer in
        (layer.byTiles ? ["", " direct"] : [""]).flatMap { kind in ways.map { "\(layer.name) \($0)\(kind)" } }
    }

    let machine: Machine
    let stopwatch: Stopwatch

    /// What of a layer `isWanted` by its name.
    func measurements(_ layer: Layer, _ isWanted: (String) -> Bool) throws -> [Measurement] {
        var found: [Measurement] = []
        for (method, kind) in [(LayerConvolution.Method.cheapest, ""), (.direct, " direct")] {
            if method == .direct, !layer.byTiles { continue }
            let names = LayerBench.ways.map { "\(layer.name) \($0)\(kind)" }
            guard names.contains(where: isWanted) else { continue }
            let seconds = try times(layer, method, names.map(isWanted))
            for (name, (seconds, operations)) in zip(names, seconds) {
                if let seconds {
                    found.append(Measurement(part: "layer", name: name, seconds, operations: operations))
                }
            }
        }
        return found
    }

    private func times(
        _ layer: Layer, _ method: LayerConvolution.Method, _ wanted: [Bool]
    ) throws -> [(Stopwatch.Time?, operations: Double)] {
        let pad = layer.padding
        let plan = try LayerConvolution(
            window: Window(
                size: Size(layer.side), stride: PerAxis(layer.stride),
                padding: .sides(top: pad, right: pad, bottom: pad, left: pad)), input: layer.input,
            outputs: layer.outputs, method: method)
        let (picture, weights) = (LayerBench.numbers(layer.input), LayerBench.numbers(plan.weights))
        let bias = LayerBench.numbers(Shape(channels: layer.outputs, height: 1, width: 1))
        var (output, inputGradient) = (LayerBench.numbers(plan.output), LayerBench.numbers(layer.input))
        var (weightGradient, biasGradient) = (weights, Optional(bias))
        let above = output
        let taps = Double(layer.side * layer.side * layer.input.channels)
        let operations = 2 * taps * Double(plan.output.sampleCount ?? 0)
        func time(_ way: Int, _ body: () -> Void) -> (Stopwatch.Time?, operations: Double) {
            (wanted[way] ? stopwatch.time(body) : nil, operations)
        }
        return [
            time(0) { plan.runWhole(picture, weights: weights, bias: bias, into: &output, on: machine) },
            time(1) { plan.inputGradient(of: above, weights: weights, into: &inputGradient, on: machine) },
            time(2) {
                plan.parameterGradients(
                    of: above, at: picture, weights: &weightGradient, bias: &biasGradient, on: machine)
            },
        ]
    }

    /// Numbers between −1 and 1, always the same.
    private static func numbers(_ shape: Shape) -> Planes {
        var state: UInt32 = 1
        return Planes(
            shape: shape,
            samples: (0..<(shape.sampleCount ?? 0)).map { _ in
                state = state &* 1_664_525 &+ 1_013_904_223
                return Float(state >> 8) / Float(1 << 23) - 1
            })
    }
}
