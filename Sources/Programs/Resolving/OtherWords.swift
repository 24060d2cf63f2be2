/// What people who come from other programs and libraries write, and what it is called here: offered where a name is unknown.
package enum OtherWords {
    /// - Returns: nil for a word that means nothing elsewhere either.
    package static func meant(by word: String) -> String? {
        let plain = word.lowercased().filter { $0 != "-" && $0 != "_" }
        if nets.contains(plain) { return "samples/nets/\(plain).kern" }
        return ours[plain] ?? (plain.hasSuffix("2d") ? ours[String(plain.dropLast(2))] : nil)
    }

    /// - Returns: the one of `names` that libraries call `key`.
    static func key(_ key: String, among names: [String]) -> String? {
        let plain = key.lowercased().filter { $0 != "-" && $0 != "_" }
        return keys[plain].flatMap { names.first(where: $0.contains) }
    }

    /// Which of ours is meant depends on the step.
    package static let keys = [
        "padding": ["pad"], "strides": ["stride"], "dilation": ["dilate"], "dilations": ["dilate"],
        "dilationrate": ["dilate"], "kernelsize": ["size"], "ksize": ["size"], "poolsize": ["size"], "window": ["size"],
        "outchannels": ["channels"], "filters": ["channels"], "outfeatures": ["outputs"], "units": ["outputs"],
        "paddingmode": ["border"], "bordertype": ["border"], "std": ["sigma"], "stddev": ["sigma"],
        "sd": ["sigma"], "rate": ["chance", "dilate"], "p": ["chance"], "negativeslope": ["slope"], "alpha": ["slope"],
        "radius": ["sigma", "radius"], "scalefactor": ["factor"], "theta": ["angle"], "degrees": ["angle"],
    ]

    /// Nets that are no steps: each a program among the samples.
    package static let nets: Set = ["lenet", "alexnet", "vgg", "resnet", "inception", "unet", "convnet"]

    /// Without hyphens, and without the 2d that libraries put behind their layers.
    package static let ours = [
        // Filters
        "blur": "gaussian", "smooth": "gaussian", "gaussblur": "gaussian", "gauss": "gaussian", "average": "box",
        "blurmore": "gaussian", "lens": "disk", "denoise": "median", "despeckle": "median", "edge": "sobel",
        "edges": "sobel", "edgedetect": "sobel", "gradient": "sobel", "usm": "unsharp", "unsharpmask": "unsharp",
        "laplace": "laplacian", "mexicanhat": "log", "marrhildreth": "log", "differenceofgaussians": "dog",
        "maximum": "maxpool", "pool": "maxpool", "pooling": "maxpool", "dilate": "maxpool", "dilation": "maxpool",
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
