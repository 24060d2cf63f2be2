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
        axes(from: Box(input), of: input, to: output)
    }

    /// The axes that bring a part of a picture of size `input` to `output`; beyond the picture its edge goes on.
    func axes(from part: Box, of input: Size, to output: Size) -> (x: ResampledAxis, y: ResampledAxis) {
        let across = Stretch(low: part.left, extent: part.width, input: input.width, output: output.width)
        let down = Stretch(low: part.top, extent: part.height, input: input.height, output: output.height)
        switch self {
        case .stretch:
            return (across.middle(across.extent), down.middle(down.extent))
        case .crop:
            let ratio = min(across.ratio, down.ratio)
            return (
                across.middle(across.ratio == ratio ? across.extent : ratio * Double(output.width)),
                down.middle(down.ratio == ratio ? down.extent : ratio * Double(output.height))
            )
        case .pad:
            let ratio = max(across.ratio, down.ratio)
            return (across.padded(ratio), down.padded(ratio))
        }
    }
}

/// `extent` samples of an axis, from `low` on, that are to become `output`.
private struct Stretch {
    let low: Double
    let extent: Double
    let input: Int
    let output: Int

    var ratio: Double { extent / Double(output) }

    /// So much from the middle.
    func middle(_ part: Double) -> ResampledAxis {
        ResampledAxis(input, from: low + (extent - part) / 2, extent: part, to: output, of: output)
    }

    /// All of it, so many samples for one, and nothing around.
    func padded(_ ratio: Double) -> ResampledAxis {
        let count = min(output, max(1, Int((extent / ratio).rounded())))
        return ResampledAxis(input, from: low, extent: extent, to: count, at: (output - count) / 2, of: output)
    }
}
