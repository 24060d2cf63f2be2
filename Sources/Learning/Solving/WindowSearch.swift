import Convolution
import Pixels

/// The geometries that would make one picture's size of another's.
public enum WindowSearch {
    /// Windows like this one, but for padding and stride, that fit; the plainest first.
    public static func windows(like window: Window, from before: Size, to after: Size) -> [Window] {
        var found: [Window] = []
        for stride in 1...8 {
            for padding in [Padding.same, .valid, .full] {
                var tried = window
                tried.stride = PerAxis(stride)
                tried.padding = padding
                if (try? Geometry(tried, input: before))?.output == after { found.append(tried) }
            }
        }
        return found
    }

    /// The size of a kernel that, wholly inside the picture, loses as many pixels as are missing.
    public static func validKernel(from before: Size, to after: Size) -> Size? {
        let size = Size(width: before.width - after.width + 1, height: before.height - after.height + 1)
        return size.width > 0 && size.height > 0 && size.width <= 51 && size.height <= 51 ? size : nil
    }
}
