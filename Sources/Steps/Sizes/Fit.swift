import Convolution
import Pixels

/// How a picture of one size becomes one of another.
public enum Fit: String, Hashable, Sendable, CaseIterable {
    /// As large as it must be to cover the new size, and what hangs over on both sides cut away.
    case crop
    /// As large as it can be within the new size, in the middle of zeros.
    case pad
    /// Each side by itself.
    case stretch

    static func setting(standard: Fit) -> Setting {
        .key(
            "fit", .text, standard: .text(standard.rawValue),
            "crop covers the size and cuts what hangs over, pad fills up with zeros, stretch ignores the proportions")
    }

    init(_ settings: Settings) throws(StepError) {
        let name = settings.string("fit")
        guard let fit = Fit(rawValue: name) else {
            throw .argument("fit= takes crop, pad or stretch, not '\(name)'")
        }
        self = fit
    }

    /// The axes that bring `input` to `output`.
    func axes(from input: Size, to output: Size) -> (x: ResampledAxis, y: ResampledAxis) {
        let across = Double(input.width) / Double(output.width)
        let down = Double(input.height) / Double(output.height)
        switch self {
        case .stretch:
            return (
                axis(input.width, Double(input.width), output.width),
                axis(input.height, Double(input.height), output.height)
            )
        case .crop:
            let ratio = min(across, down)
            return (
                axis(input.width, across == ratio ? Double(input.width) : ratio * Double(output.width), output.width),
                axis(input.height, down == ratio ? Double(input.height) : ratio * Double(output.height), output.height)
            )
        case .pad:
            let ratio = max(across, down)
            return (padded(input.width, ratio, output.width), padded(input.height, ratio, output.height))
        }
    }

    /// The middle `extent` of an axis.
    private func axis(_ input: Int, _ extent: Double, _ output: Int) -> ResampledAxis {
        ResampledAxis(input, from: (Double(input) - extent) / 2, extent: extent, to: output, of: output)
    }

    private func padded(_ input: Int, _ ratio: Double, _ output: Int) -> ResampledAxis {
        let count = min(output, max(1, Int((Double(input) / ratio).rounded())))
        return ResampledAxis(
            input, from: 0, extent: Double(input), to: count, at: (output - count) / 2, of: output)
    }
}
