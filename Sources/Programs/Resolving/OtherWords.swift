/// What people who come from other programs write, and what it is called here: offered where a name is unknown.
enum OtherWords {
    static let ours = [
        "blur": "gaussian", "smooth": "gaussian", "gaussblur": "gaussian", "gauss": "gaussian", "average": "box",
        "denoise": "median", "despeckle": "median", "edge": "sobel", "edges": "sobel", "gradient": "sobel",
        "grayscale": "gray", "greyscale": "gray", "grey": "gray", "mono": "gray", "negate": "invert",
        "negative": "invert", "normalize": "normalise", "standardize": "standardise", "brightness": "scale",
        "contrast": "scale", "multiply-by": "scale", "downsample": "avgpool", "shrink": "avgpool",
        "maximum": "maxpool", "minimum": "minpool", "erode": "minpool", "binarize": "threshold", "lens": "disk",
        "usm": "unsharp", "unsharp-mask": "unsharp", "absolute": "abs", "magnitude": "hypot",
    ]
}
