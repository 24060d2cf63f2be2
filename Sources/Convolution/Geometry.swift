import Pixels

/// A window on a picture of known size: where each output looks. Made once, before a pixel is read.
public struct Geometry: Hashable, Sendable {
    public let window: Window
    public let x: Axis
    public let y: Axis

    /// - Throws: a `GeometryError` where the window does not fit or would see nothing of the picture.
    public init(_ window: Window, input: Size) throws(GeometryError) {
        self.window = window
        let (before, after) = Geometry.padding(of: window)
        x = try Axis(
            name: .width, input: input.width, kernel: window.size.width, stride: window.stride.x,
            dilation: window.dilation.x, before: before.x, after: after.x, roundsUp: window.roundsUp)
        y = try Axis(
            name: .height, input: input.height, kernel: window.size.height, stride: window.stride.y,
            dilation: window.dilation.y, before: before.y, after: after.y, roundsUp: window.roundsUp)
    }

    public var output: Size { Size(width: x.output, height: y.output) }

    /// The tap on the output's own pixel.
    public var anchor: PerAxis<Int> { window.resolvedAnchor(of: nil) }

    private static func padding(of window: Window) -> (before: PerAxis<Int>, after: PerAxis<Int>) {
        let reach = PerAxis(
            x: window.dilation.x * (window.size.width - 1), y: window.dilation.y * (window.size.height - 1))
        switch window.padding {
        case .valid:
            return (PerAxis(0), PerAxis(0))
        case .same, .sameLower:
            let anchor = window.resolvedAnchor(of: nil)
            let before = PerAxis(x: anchor.x * window.dilation.x, y: anchor.y * window.dilation.y)
            return (before, PerAxis(x: reach.x - before.x, y: reach.y - before.y))
        case .full:
            return (reach, reach)
        case .sides(let top, let right, let bottom, let left):
            return (PerAxis(x: left, y: top), PerAxis(x: right, y: bottom))
        }
    }
}

/// One axis of a geometry: `output` windows of `kernel` taps over `input` pixels.
public struct Axis: Hashable, Sendable {
    public enum Name: String, Hashable, Sendable {
        case width
        case height
    }

    public let input: Int
    public let kernel: Int
    public let stride: Int
    public let dilation: Int
    public let before: Int
    public let after: Int
    public let output: Int

    init(
        name: Name, input: Int, kernel: Int, stride: Int, dilation: Int, before: Int, after: Int, roundsUp: Bool
    ) throws(GeometryError) {
        guard
            let output = Extent.output(
                input: input, padding: (before, after), kernel: kernel, dilation: dilation, stride: stride,
                roundingUp: roundsUp)
        else {
            throw .windowDoesNotFit(
                axis: name, input: input, padding: before + after, kernel: kernel, dilation: dilation)
        }
        let span = Extent.span(of: kernel, dilation: dilation)
        guard span <= Axis.widestSpan else {
            throw .windowTooWide(axis: name, kernel: kernel, dilation: dilation)
        }
        self.input = input
        self.kernel = kernel
        self.stride = stride
        self.dilation = dilation
        self.before = before
        self.after = after
        self.output = output
    }

    /// What a window may span: far more than any picture is wide.
    public static let widestSpan = 1 << 20

    /// The position under tap 0 of output `o`; it may lie outside the picture.
    public func start(_ o: Int) -> Int { o * stride - before }

    /// The taps of output `o` that lie inside the picture.
    public func inside(_ o: Int) -> Range<Int> {
        let start = start(o)
        let first = start >= 0 ? 0 : min(kernel, (-start + dilation - 1) / dilation)
        let end = start >= input ? 0 : min(kernel, (input - 1 - start) / dilation + 1)
        return first..<max(first, end)
    }

    /// Whether any window reaches outside the picture.
    public var leaves: Bool { start(0) < 0 || start(output - 1) + dilation * (kernel - 1) >= input }

    /// The pixels that the outputs `outputs` look at under `border`, as one range.
    public func sources(of outputs: Range<Int>, border: Border) -> Range<Int> {
        guard !outputs.isEmpty, input > 0 else { return 0..<0 }
        let low = start(outputs.lowerBound)
        let high = start(outputs.upperBound - 1) + dilation * (kernel - 1)
        var first = min(max(low, 0), input - 1)
        var last = max(min(high, input - 1), 0)
        if border == .wrap, low < 0 || high >= input { return 0..<input }
        if border == .symmetric || border == .reflect {
            // A mirror shows at most as many rows inside as the window reaches outside.
            if low < 0 { last = max(last, min(input - 1, -low)) }
            if high >= input { first = min(first, max(0, 2 * (input - 1) - high)) }
            if -low >= input || high - input + 1 >= input { (first, last) = (0, input - 1) }
        }
        return first..<max(last + 1, first)
    }
}
