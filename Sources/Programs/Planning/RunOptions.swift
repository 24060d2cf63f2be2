import Convolution
import Pixels
import Steps

/// How float values become samples again.
public enum RangeRule: String, Hashable, Sendable, CaseIterable {
    /// `abs` if the last window is signed and no step behind it moves zero, else `clip`.
    case auto
    case clip
    /// The magnitude: an edge is an edge from either side.
    case abs
    /// −1…1 becomes 0…1: mid-grey is 0.
    case offset
    /// The smallest value becomes 0, the largest 1.
    case rescale
}

/// What alpha is to a window.
public enum AlphaRule: String, Hashable, Sendable, CaseIterable {
    /// Colour counts as much as it is opaque, and alpha is filtered too.
    case weight
    /// Colour is filtered as if it were opaque; alpha stays.
    case keep
    /// A channel like the others.
    case channel
}

/// Which channels a program is given; what it makes of them goes back into the picture, and the others stay.
public enum ChannelSelection: Hashable, Sendable {
    /// By number, each once.
    case some([Int])
    /// Grey by Rec. 709: what becomes of it is added to every channel, so that hue stays.
    case luma
}

/// How a program is to be run, as far as the program does not say it itself.
public struct RunOptions: Sendable {
    public var range: RangeRule
    public var alpha: AlphaRule
    /// Computes in linear light: stored values are taken for sRGB.
    public var isLinear: Bool
    /// The result's depth; nil keeps the picture's.
    public var depth: Depth?
    /// Only these channels; nil is all of them.
    public var channels: ChannelSelection?
    /// Only inside; the program sees the whole picture all the same.
    public var region: Region?
    /// A picture that says how much of the result goes over the one before: its grey times its alpha.
    public var mask: PictureHeader?
    /// For windows that do not name one.
    public var border: Border?
    /// nil takes the cheapest.
    public var method: Method?
    /// Lets steps be done otherwise than one by one: large smooth kernels on a coarse grid, off by at most a hundredth of an
    /// 8-bit level, and several steps in one.
    public var unitesSteps: Bool
    public var machine: Machine
    /// Bytes that planes may hold at one time.
    public var maxMemory: Int
    /// Pixels that any step's result may have.
    public var maxPixels: Int

    public init(
        range: RangeRule = .auto, alpha: AlphaRule = .weight, isLinear: Bool = false, depth: Depth? = nil,
        channels: ChannelSelection? = nil, region: Region? = nil, mask: PictureHeader? = nil, border: Border? = nil,
        method: Method? = nil, unitesSteps: Bool = true, machine: Machine = Machine(),
        maxMemory: Int = 1 << 30,
        maxPixels: Int = 1_000_000_000
    ) {
        self.range = range
        self.alpha = alpha
        self.isLinear = isLinear
        self.depth = depth
        self.channels = channels
        self.region = region
        self.mask = mask
        self.border = border
        self.method = method
        self.unitesSteps = unitesSteps
        self.machine = machine
        self.maxMemory = maxMemory
        self.maxPixels = maxPixels
    }
}
