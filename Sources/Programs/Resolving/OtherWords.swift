/// What people who come from other programs and libraries write, and what it is called here: offered where a name is unknown.
package enum OtherWords {
    /// - Returns: nil for a word that means nothing elsewhere either.
    package static func meant(by word: String) -> String? {
        let plain = word.lowercased().filter { $0 != "-" && $0 != "_" }
        return ours[plain] ?? (plain.hasSuffix("2d") ? ours[String(plain.dropLast(2))] : nil)
    }

    /// Without hyphens, and without the 2d that libraries put behind their layers.
    package static let ours = [
        // Filters
        "blur": "gaussian", "smooth": "gaussian", "gaussblur": "gaussian", "gauss": "gaussian", "average": "box",
        "blurmore": "gaussian", "lens": "disk", "denoise": "median", "despeckle": "median", "edge": "sobel",
        "edges": "sobel", "edgedetect": "sobel", "gradient": "sobel", "usm": "unsharp", "unsharpmask": "unsharp",
        "laplace": "laplacian", "mexicanhat": "log", "marrhildreth": "log", "differenceofgaussians": "dog",
        "maximum": "maxpool", "dilate": "maxpool", "dilation": "maxpool",
        "minimum": "minpool", "erode": "minpool", "erosion": "minpool", "percentile": "rank", "quantile": "rank",
        // Points, channels, sizes
        "grayscale": "gray", "greyscale": "gray", "grey": "gray", "mono": "gray", "luminance": "luma",
        "negate": "invert", "negative": "invert", "normalize": "normalise", "standardize": "standardise",
        "autolevel": "rescale", "autocontrast": "rescale", "brightness": "scale", "contrast": "scale",
        "multiplyby": "scale", "binarize": "threshold", "binarise": "threshold", "absolute": "abs",
        "magnitude": "hypot", "downsample": "avgpool", "shrink": "avgpool", "thumbnail": "resize", "zoom": "resize",
        "enlarge": "upsample",
        // Layers
        "convolution": "conv", "convtranspose": "deconv", "conv2dtranspose": "deconv", "transposedconv": "deconv",
        "meanpool": "avgpool", "averagepool": "avgpool", "averagepooling": "avgpool", "maxpooling": "maxpool",
        "gap": "globalavg", "globalaveragepool": "globalavg", "globalaveragepooling": "globalavg",
        "adaptiveavgpool": "globalavg", "globalmaxpool": "globalmax", "globalmaxpooling": "globalmax",
        "linear": "dense", "fc": "dense", "fullyconnected": "dense", "bn": "batchnorm", "leakyrelu": "leaky",
        "lrelu": "leaky", "concatenate": "concat", "cat": "concat", "residual": "add", "skip": "add",
        "shortcut": "add", "localresponsenorm": "lrn",
    ]
}
