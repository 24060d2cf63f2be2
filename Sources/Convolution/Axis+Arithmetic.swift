extension Axis {
    /// The size formula with this axis's numbers: `⌊(480 + 2 − 1·(3 − 1) − 1) / 1⌋ + 1 = 480`.
    public var arithmetic: String {
        let padding = before + after
        let quotient = "(\(input) + \(padding) − \(dilation)·(\(kernel) − 1) − 1) / \(stride)"
        let floor = (input + padding - Extent.span(of: kernel, dilation: dilation)) / stride + 1
        return output == floor ? "⌊\(quotient)⌋ + 1 = \(output)" : "⌈\(quotient)⌉ + 1 = \(output)"
    }
}
