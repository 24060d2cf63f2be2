import Convolution
import Pixels

/// The picture in another size, or a part of it.
public struct ResampleStep: Step {
    public enum Change: Hashable, Sendable {
        /// Each pixel so many times.
        case nearest(PerAxis<Int>)
        /// So many times as large, straight from pixel to pixel.
        case bilinear(PerAxis<Int>)
        case resize(Size, Fit)
        /// From this pixel on; nil takes the middle.
        case crop(Size, PerAxis<Int>?)
    }

    public let change: Change
    public let text: String

    public init(_ change: Change, text: String) {
        self.change = change
        self.text = text
    }

    public var role: StepRole { .resample }

    public func plan(for inputs: [Shape], options: PlanOptions) throws(StepError) -> any PlannedStep {
        let input = inputs[0]
        let axes: (x: ResampledAxis, y: ResampledAxis)
        switch change {
        case .nearest(let times):
            try expectRoom(input, times)
            axes = (
                ResampledAxis(repeating: input.width, times: times.x),
                ResampledAxis(repeating: input.height, times: times.y)
            )
        case .bilinear(let times):
            try expectRoom(input, times)
            axes = Fit.stretch.axes(
                from: input.size, to: Size(width: input.width * times.x, height: input.height * times.y))
        case .resize(let size, let fit):
            axes = fit.axes(from: input.size, to: size)
        case .crop(let size, let place):
            let place =
                place ?? PerAxis(x: (input.width - size.width) / 2, y: (input.height - size.height) / 2)
            guard size.width <= input.width, size.height <= input.height, place.x <= input.width - size.width,
                place.y <= input.height - size.height
            else {
                throw .argument("\(text) reaches beyond the picture, which is \(input.size); take a smaller part")
            }
            axes = (
                ResampledAxis(
                    input.width, from: Double(place.x), extent: Double(size.width), to: size.width, of: size.width),
                ResampledAxis(
                    input.height, from: Double(place.y), extent: Double(size.height), to: size.height, of: size.height)
            )
        }
        return PlannedResampling(
            resampling: Resampling(x: axes.x, y: axes.y, input: input, isExact: options.isExact))
    }

    private func expectRoom(_ input: Shape, _ times: PerAxis<Int>) throws(StepError) {
        guard input.width <= ResampledAxis.longest / times.x, input.height <= ResampledAxis.longest / times.y else {
            throw .argument("\(text) would make \(input.size) wider or higher than \(ResampledAxis.longest) pixels")
        }
    }

    static let words: [StepWord] = [
        StepWord(
            "upsample", .size, "the picture so many times as large", example: "upsample 2 bilinear",
            settings: [
                .place("times", .size(1...64), "as large; 2x1 doubles the width alone"),
                .place(
                    "how", .text, standard: .text("nearest"),
                    "nearest repeats pixels, bilinear goes straight from one to the next"),
            ]
        ) { settings throws(StepError) in
            let size = settings.size("times")
            let times = PerAxis(x: size.width, y: size.height)
            switch settings.string("how") {
            case "nearest": return ResampleStep(.nearest(times), text: settings.text)
            case "bilinear": return ResampleStep(.bilinear(times), text: settings.text)
            case let other: throw .argument("upsample takes nearest or bilinear, not '\(other)'")
            }
        },
        StepWord(
            "resize", .size, "the picture in this size: means where it shrinks, straight between pixels where it grows",
            example: "resize 640x480 fit=pad",
            settings: [
                .place("size", .size(1...WindowSettings.largest), "that comes out"), Fit.setting(standard: .stretch),
            ]
        ) { settings throws(StepError) in
            ResampleStep(.resize(settings.size("size"), try Fit(settings)), text: settings.text)
        },
        StepWord(
            "crop", .size, "a part of the picture, from its middle unless at= says otherwise", example: "crop 28x28",
            settings: [
                .place("size", .size(1...WindowSettings.largest), "that is left"),
                .key("at", .anchor, "X,Y, the part's first pixel, counted from 0,0"),
            ]
        ) { settings throws(StepError) in
            var place: PerAxis<Int>?
            if case .anchor(let at) = settings.values["at"] { place = at }
            return ResampleStep(.crop(settings.size("size"), place), text: settings.text)
        },
    ]
}

struct PlannedResampling: DifferentiableStep {
    let resampling: Resampling

    var inputs: [Shape] { [resampling.input] }
    var output: Shape { resampling.output }
    var picksSamples: Bool { resampling.picksSamples }

    func rowsNeeded(for rows: Range<Int>) -> [Range<Int>] { [resampling.rowsNeeded(for: rows)] }

    func run(_ call: StepCall, into output: inout Planes) {
        resampling.run(call.inputs[0], rows: call.rows, into: &output, on: call.machine)
    }

    func backward(
        _ call: StepCall, output: Planes, notes: [Planes], outputGradient: Planes, into gradients: inout StepGradients
    ) {
        gradients.inputs[0]?.fill { resampling.passBack(outputGradient, into: &$0, on: call.machine) }
    }

    var account: StepAccount {
        var account = StepAccount(
            reach: .samples(
                PerAxis(x: resampling.x.mostTaps, y: resampling.y.mostTaps),
                apart: PerAxis(x: resampling.x.ratio, y: resampling.y.ratio)),
            operations: Double(resampling.input.sampleCount ?? 0) + Double(output.sampleCount ?? 0),
            scratchBytes: resampling.scratchBytes)
        account.resampling = resampling
        return account
    }
}
