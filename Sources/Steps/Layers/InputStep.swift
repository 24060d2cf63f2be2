import Convolution
import Pixels

/// What a net accepts: any picture is brought to this size and to so many channels. Alpha is left out.
public struct InputStep: Step {
    public let size: Size
    public let channels: Int
    public let fit: Fit
    public let text: String

    public var role: StepRole { .layer }

    public var shape: Shape { Shape(channels: channels, size: size) }

    public func plan(for inputs: [Shape], options: PlanOptions) throws(StepError) -> any PlannedStep {
        PlannedResampling(
            resampling: try resampling(of: Box(inputs[0].size), in: inputs[0], isExact: options.isExact))
    }

    /// Brings a part of a picture to the size, as if it were the picture.
    public func resampling(
        of part: Box, in picture: Shape, isExact: Bool = false
    ) throws(StepError) -> Resampling {
        let axes = fit.axes(from: part, of: picture.size, to: size)
        return Resampling(
            x: axes.x, y: axes.y, channels: try terms(of: picture.channels), input: picture, isExact: isExact)
    }

    /// Grey by Rec. 601, colours from grey by repeating it; a fourth channel, or a second, is alpha.
    private func terms(of found: Int) throws(StepError) -> [[Resampling.Term]] {
        if found == channels { return (0..<found).map { [Resampling.Term(channel: $0, weight: 1)] } }
        switch (found, channels) {
        case (1, 3), (2, 3), (2, 1):
            return (0..<channels).map { _ in [Resampling.Term(channel: 0, weight: 1)] }
        case (3, 1), (4, 1):
            return [
                [0.299, 0.587, 0.114].enumerated().map { Resampling.Term(channel: $0.offset, weight: $0.element) }
            ]
        case (4, 3):
            return (0..<3).map { [Resampling.Term(channel: $0, weight: 1)] }
        default:
            throw .channels(
                step: text,
                needed: channels == 1 || channels == 3 ? "a grey or an RGB picture" : "\(channels) channels",
                found: found)
        }
    }

    static let word = StepWord(
        "input", .layer, "what a net accepts: any picture, brought to this size and so many channels",
        example: "input 28x28x1",
        settings: [
            .place("shape", .text, "WIDTHxHEIGHTxCHANNELS, as in 224x224x3"), Fit.setting(standard: .crop),
        ]
    ) { settings throws(StepError) in
        let written = settings.string("shape")
        let numbers = written.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        guard numbers.count == 3, numbers.allSatisfy({ (1...WindowSettings.largest).contains($0) }) else {
            throw .argument(
                "input takes WIDTHxHEIGHTxCHANNELS, each from 1 to \(WindowSettings.largest), as in input 28x28x1; "
                    + "not '\(written)'")
        }
        return InputStep(
            size: Size(width: numbers[0], height: numbers[1]), channels: numbers[2], fit: try Fit(settings),
            text: settings.text)
    }
}
