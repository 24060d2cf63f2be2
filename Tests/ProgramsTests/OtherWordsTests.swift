import Programs
import Testing

@Test(arguments: [
    ("blur 2", "gaussian"), ("Grayscale", "gray"), ("shrink 2", "avgpool"), ("gausian 2", "gaussian"),
    ("meanpool 2", "avgpool"), ("Conv2d 8 3x3", "conv"), ("AvgPool2d 2", "avgpool"), ("leaky_relu", "leaky"),
    ("edge-detect", "sobel"), ("dilate 3", "maxpool"), ("global-average-pool", "globalavg"), ("Linear 10", "dense"),
])
func `a word from another program is answered with ours`(program: String, ours: String) {
    let error = #expect(throws: ProgramError.self) { try Catalogue().graph(for: SourceText(text: program)) }
    #expect(error?.sentence.hasSuffix("did you mean '\(ours)'?") == true)
}

@Test func `every word that is offered exists`() throws {
    for ours in [
        "gaussian", "box", "median", "sobel", "gray", "invert", "normalise", "standardise", "scale 2", "avgpool",
        "maxpool", "minpool", "threshold", "disk", "unsharp", "abs", "hypot { } { }", "laplacian", "log", "dog",
        "rank 0.5 3", "luma", "rescale", "resize 8x8", "upsample 2", "conv 2 3x3", "deconv 2 4x4 stride=2",
        "globalavg", "globalmax", "dense 10", "batchnorm", "leaky", "concat { } { }", "add { } { }", "lrn",
    ] {
        _ = try Catalogue().graph(for: SourceText(text: ours))
    }
}
