import Convolution
import Pixels

/// Why no kernel can be found: facts. KernCLI makes the sentences.
public enum SolvingError: Error, Hashable, Sendable {
    case kernelDoesNotFit(GeometryError)
    /// The picture after is not of the size that the window makes of the one before.
    case sizes(before: Size, after: Size, expected: Size)
    case channels(before: Channels, after: Channels)
    /// Another pair had other channels.
    case channelsVary(before: Channels, after: Channels)
    case tooManyUnknowns(Int)
    /// No window lies inside the picture.
    case noWindowInside(Size, picture: Size)
    /// Every pixel that could have counted is clipped, or transparent.
    case nothingLeft(clipped: Int, transparent: Int)
    case symmetryNeedsSquare(KernelSymmetry, Size)
    case separableMix
    case separableSymmetry(KernelSymmetry)
    /// The sums are beyond what a double holds.
    case overflow
}
