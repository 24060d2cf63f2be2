import Programs
import Testing

@Test(arguments: [("blur 2", "gaussian"), ("Grayscale", "gray"), ("shrink 2", "avgpool"), ("gausian 2", "gaussian")])
func `a word from another program is answered with ours`(program: String, ours: String) {
    let error = #expect(throws: ProgramError.self) { try Catalogue().graph(for: SourceText(text: program)) }
    #expect(error?.sentence.hasSuffix("did you mean '\(ours)'?") == true)
}

@Test func `every word that is offered exists`() throws {
    for ours in [
        "gaussian", "box", "median", "sobel", "gray", "invert", "normalise", "standardise", "scale 2", "avgpool",
        "maxpool", "minpool", "threshold", "disk", "unsharp", "abs", "hypot { } { }",
    ] {
        _ = try Catalogue().graph(for: SourceText(text: ours))
    }
}
