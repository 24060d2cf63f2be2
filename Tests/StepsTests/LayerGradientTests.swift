import Convolution
import Pixels
import Steps
import Testing

/// Layers without kernels, against finite differences.
struct LayerGradientTests {
    private static let shape = Shape(count: 3, channels: 2, height: 2, width: 3)

    private func check(_ word: String, _ values: [String: Value] = [:], on shape: Shape = shape) throws {
        try GradientCheck.run(
            makeStep(word, values).plan(for: [shape], options: PlanOptions()), seed: 11, "\(word) \(values) on \(shape)"
        )
    }

    @Test func `flatten and softmax`() throws {
        try check("flatten")
        try check("softmax")
        try check("softmax", on: Shape(count: 4, channels: 7, height: 1, width: 1))
        try check("softmax", on: Shape(channels: 1, height: 2, width: 2))
    }

    @Test func `batchnorm, by the batch and frozen`() throws {
        try check("batchnorm", ["eps": .number(0.01)])
        try check("batchnorm", ["freeze": .flag])
        try check("batchnorm", on: Shape(count: 5, channels: 3, height: 1, width: 1))
    }

    @Test func `dropout keeps the same samples forwards and backwards`() throws {
        try check("dropout", ["chance": .number(0.4)])
    }
}
