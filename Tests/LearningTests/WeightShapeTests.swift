import Learning
import Pixels
import Programs
import Tensors
import Testing

/// Weights that are known have the shape that the step asks for, not just as many numbers.
@Suite struct WeightShapeTests {
    /// A model of one convolution 3 wide and 5 high, whose weights are written down as `dimensions`.
    private func network(_ dimensions: [Int]) throws -> Network {
        let weights = [
            Tensor(name: "conv1.weight", dimensions: dimensions, values: [Float](repeating: 0.5, count: 30)),
            Tensor(name: "conv1.bias", dimensions: [2], values: [0, 1]),
        ]
        let input = Shape(channels: 1, height: 8, width: 8)
        let model = Model(program: "conv 2 3x5", classes: [], input: input, history: "", weights: weights)
        var graph = try Catalogue().graph(for: SourceText(text: model.program))
        graph.attach(model)
        return try Network(graph, input: input, seed: 1)
    }

    @Test(arguments: [[2, 1, 5, 3], [2, 5, 3]])
    func `sizes of 1 may be left out`(dimensions: [Int]) throws {
        let network = try network(dimensions)
        #expect(network.value(of: network.weights[0]).shape == Shape(count: 2, channels: 1, height: 5, width: 3))
    }

    @Test(arguments: [[2, 1, 3, 5], [1, 2, 5, 3], [2, 3, 5], [30], [2, 1, 1, 5, 3]])
    func `as many numbers in another shape are refused`(dimensions: [Int]) throws {
        #expect {
            try network(dimensions)
        } throws: {
            "\($0)".contains("the model's conv1.weight is \(dimensions.map(String.init).joined(separator: "x"))")
                && "\($0)".contains("asks for 2x1x5x3")
        }
    }

    @Test(arguments: [(1, 3, "gray |"), (3, 1, "channel 0,0,0 |")])
    func `a net for grey pictures says what to do with colour, and the other way round`(
        learned: Int, given: Int, wayOut: String
    ) throws {
        func graph(_ program: String) throws -> Graph {
            let values = [Float](repeating: 0.5, count: 2 * learned * 9)
            let weights = [
                Tensor(name: "conv1.weight", dimensions: [2, learned, 3, 3], values: values),
                Tensor(name: "conv1.bias", dimensions: [2], values: [0, 1]),
            ]
            let shape = Shape(channels: learned, height: 8, width: 8)
            var graph = try Catalogue().graph(for: SourceText(text: program))
            graph.attach(Model(program: program, classes: [], input: shape, history: "", weights: weights))
            return graph
        }
        let input = Shape(channels: given, height: 8, width: 8)
        #expect {
            try Network(graph("conv 2 3x3"), input: input, seed: 1)
        } throws: {
            "\($0)".contains("put '\(wayOut)' in front of it")
        }
        // What it says works.
        _ = try Network(graph("\(wayOut) conv 2 3x3"), input: input, seed: 1)
    }

    @Test func `kernels are written as o·i·h·w however many of them are 1, biases as lists`() throws {
        let program = "conv 4 3x3 | batchnorm | conv 1 1 | flatten | dense 1 | dense 2"
        let network = try Network(
            Catalogue().graph(for: SourceText(text: program)), input: Shape(channels: 1, height: 4, width: 4), seed: 1)
        let written = Dictionary(uniqueKeysWithValues: network.tensors().map { ($0.name, $0.dimensions) })
        #expect(written["conv1.weight"] == [4, 1, 3, 3] && written["conv2.weight"] == [1, 4, 1, 1])
        #expect(written["dense1.weight"] == [1, 16, 1, 1] && written["dense2.weight"] == [2, 1, 1, 1])
        #expect(written["conv2.bias"] == [1] && written["dense2.bias"] == [2])
        #expect(written["batchnorm1.weight"] == [4] && written["batchnorm1.running_mean"] == [4])
    }
}
