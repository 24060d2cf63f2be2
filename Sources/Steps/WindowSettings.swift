import Convolution
import Pixels

/// The geometry words that every window step takes, declared once.
public struct WindowSettings: Sendable {
    public var stride: PerAxis<Int>
    public var dilation: PerAxis<Int>
    public var padding: Padding
    public var anchor: PerAxis<Int>?
    public var border: Border?
    public var roundsUp: Bool

    /// The largest stride, dilation and padding: far beyond use, far below overflow.
    static let largest = 65_535

    /// What a kernel or a layer is told.
    static let kernelWords: [Setting] = [
        .key("stride", .size(1...largest), "pixels from one output to the next; 2x1 halves the width alone"),
        .key("dilate", .size(1...largest), "pixels from one tap to the next"),
        .key("pad", .padding, "same, same-lower, valid, full or TOP,RIGHT,BOTTOM,LEFT"),
        .key("border", .border, "edge, zero, constant:V, symmetric, reflect, wrap, renorm or keep"),
        .key("anchor", .anchor, "the tap on the output's own pixel, counted from 0,0"),
    ]

    /// What pooling is told besides its size.
    static let poolWords: [Setting] =
        kernelWords + [.key("ceil", .flag, "a last window may reach beyond the picture")]

    public init(_ settings: Settings, stride: Size, padding: Padding) {
        let stride = settings.has("stride") ? settings.size("stride") : stride
        self.stride = PerAxis(x: stride.width, y: stride.height)
        let dilation = settings.has("dilate") ? settings.size("dilate") : Size(1)
        self.dilation = PerAxis(x: dilation.width, y: dilation.height)
        if case .padding(let asked) = settings.values["pad"] { self.padding = asked } else { self.padding = padding }
        if case .anchor(let asked) = settings.values["anchor"] { anchor = asked }
        if case .border(let asked) = settings.values["border"] { border = asked }
        roundsUp = settings.has("ceil")
    }

    package func window(_ size: Size) throws(StepError) -> Window {
        if let anchor {
            guard anchor.x < size.width, anchor.y < size.height else {
                throw .kernel(.anchorOutside(x: anchor.x, y: anchor.y, size))
            }
            if padding == .sameLower {
                throw .argument("anchor= already says where the odd row of pad=same-lower goes; use pad=same with it")
            }
        }
        return Window(
            size: size, stride: stride, dilation: dilation, padding: padding, anchor: anchor, roundsUp: roundsUp)
    }
}
