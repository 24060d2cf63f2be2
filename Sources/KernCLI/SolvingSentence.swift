import Convolution
import Learning
import Pixels

/// Why no kernel was found, as a sentence with the way out.
struct SolvingSentence {
    let text: String

    init(_ error: SolvingError, _ problem: SolvableProgram, _ pair: PicturePairs.Pair) {
        let window = problem.model.window
        switch error {
        case .kernelDoesNotFit(let error):
            text = "\(pair.before): \(error)"
        case .sizes(let before, let after, let expected):
            text =
                "\(pair.before) is \(before) and \(pair.after) is \(after), but '\(problem.stepText)' makes \(expected) "
                + "of \(before)" + SolvingSentence.wayOut(window, problem.border, before, after)
        case .channels(let before, let after):
            text =
                "\(pair.before) has \(before.colorCount) channels and \(pair.after) has \(after.colorCount), which one "
                + "kernel on each channel cannot do; --colour mix learns sums over channels"
        case .channelsVary(let before, let after):
            text =
                "\(pair.before) and \(pair.after) have \(before.colorCount) and \(after.colorCount) channels, the pairs "
                + "before them other numbers; learn from pictures of one kind"
        case .tooManyUnknowns(let count):
            text =
                "\(count) weights are to be found and at most \(KernelModel.mostUnknowns) can be at once; "
                + "use a smaller kernel"
        case .noWindowInside(let size, let picture):
            text =
                "no \(size) window lies wholly inside the \(picture) picture \(pair.before), and only such windows tell "
                + "what the kernel is; use larger pictures or a smaller kernel"
        case .nothingLeft(let clipped, let transparent):
            text =
                "nothing can be learned from \(pair.after): "
                + (transparent > clipped
                    ? "every window has something transparent in it; use opaque pictures"
                    : "every pixel is at the end of the range, where its true value was lost; use a picture that is "
                        + "not clipped, a float one (.npy, .pfm) or --range offset when it is made")
        case .symmetryNeedsSquare(let symmetry, let size):
            text = "--symmetric \(symmetry.rawValue) needs a square kernel, and \(size) is none"
        case .separableMix:
            text =
                "--separable is for one kernel; with several channels mixed each would need its own: leave out one of them"
        case .separableSymmetry(let symmetry):
            text =
                "--symmetric \(symmetry.rawValue) does not go with --separable; left-right, top-bottom and both do"
        case .overflow:
            text = "\(pair.before), \(pair.after): their values are too large to compute with; scale them down"
        }
    }

    private static func wayOut(_ window: Window, _ border: Border?, _ before: Size, _ after: Size) -> String {
        let found = WindowSearch.windows(like: window, from: before, to: after)
        if let best = found.first {
            var words: [String] = []
            if best.stride != PerAxis(1) { words.append("stride=\(best.stride)") }
            if best.padding != .same { words.append("pad=\(best.padding)") }
            let border = border.map { " border=\($0)" } ?? ""
            return "; 'conv \(([String(describing: window.size)] + words).joined(separator: " "))\(border)' fits"
        }
        if let size = WindowSearch.validKernel(from: before, to: after) {
            return "; 'conv \(size) pad=valid' would fit"
        }
        if before == after { return "" }
        return "; if one was cropped or resized, no kernel alone leads from one to the other: bring them to one size"
    }
}
