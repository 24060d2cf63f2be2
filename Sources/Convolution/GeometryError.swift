import Pixels

/// Why a window cannot walk over a picture: facts, with the numbers that do not go together.
public enum GeometryError: Error, Hashable, Sendable {
    case windowDoesNotFit(axis: Axis.Name, input: Int, padding: Int, kernel: Int, dilation: Int)
    case windowTooWide(axis: Axis.Name, kernel: Int, dilation: Int)
    /// Pooling without padding values: some window would see no pixel at all.
    case windowSeesNothing(axis: Axis.Name, output: Int)
    /// `renorm` divides by the weights inside, which sum to zero.
    case nothingToRenormalise
    /// `keep` needs an own pixel for each output.
    case keepNeedsSameSize(input: Shape, output: Shape)
    /// The padding of a transposed convolution takes all of it away.
    case nothingIsLeft(axis: Axis.Name, input: Int, padding: Int, kernel: Int, dilation: Int, stride: Int)
    case groups(channels: Int, outputs: Int, groups: Int)
    case channels(expected: Int, found: Int)
    case methodImpossible(Method, because: String)
}

extension GeometryError: CustomStringConvertible {
    /// One sentence with the arithmetic written out.
    public var description: String {
        switch self {
        case .windowDoesNotFit(let axis, let input, let padding, let kernel, let dilation):
            let span = Extent.span(of: kernel, dilation: dilation)
            let reach =
                dilation == 1
                ? "\(kernel) pixels" : "\(dilation)·(\(kernel) − 1) + 1 = \(span) pixels (dilation \(dilation))"
            let room = padding == 0 ? "\(input)" : "\(input) + \(padding) of padding = \(input + padding)"
            let arithmetic = "\(input) + \(padding) − \(dilation)·(\(kernel) − 1) − 1 = −\(span - input - padding)"
            return "the window needs \(reach) of \(axis.rawValue) but there are only \(room) (\(arithmetic)); "
                + "use pad=same, a smaller kernel or a larger picture"
        case .windowTooWide(let axis, let kernel, let dilation):
            return "the window would span \(dilation)·(\(kernel) − 1) + 1 = "
                + "\(Extent.span(of: kernel, dilation: dilation)) pixels of \(axis.rawValue), "
                + "and at most \(Axis.widestSpan) are allowed; use a smaller dilate="
        case .windowSeesNothing(let axis, let output):
            return "window \(output) along the \(axis.rawValue) lies wholly in the padding and would see no pixel; "
                + "use less padding, or a border such as border=edge that gives the padding values"
        case .nothingToRenormalise:
            return "border=renorm divides by the weights inside the picture, and these weights sum to zero; "
                + "use border=edge, reflect or symmetric"
        case .keepNeedsSameSize(let input, let output):
            return "border=keep copies the pixel that was there, but \(input) becomes \(output); "
                + "use stride 1 with pad=same, or another border"
        case .nothingIsLeft(let axis, let input, let padding, let kernel, let dilation, let stride):
            let left = (input - 1) * stride - padding + Extent.span(of: kernel, dilation: dilation)
            return "nothing of the \(axis.rawValue) is left: (\(input) − 1)·\(stride) − \(padding) + "
                + "\(dilation)·(\(kernel) − 1) + 1 = \(left < 0 ? "−\(-left)" : "0"); use less padding, which is cut off here"
        case .groups(let channels, let outputs, let groups):
            return
                "\(groups) groups must divide both the \(channels) channels that come in and the \(outputs) that go out"
        case .channels(let expected, let found):
            return "the weights are for \(expected) channels, but \(found) come in"
        case .methodImpossible(let method, let reason):
            return "method \(method.rawValue) cannot be used here: \(reason)"
        }
    }
}
