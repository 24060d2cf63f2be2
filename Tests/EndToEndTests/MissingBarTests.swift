import Foundation
import Testing

/// `gaussian 2 sobel`: a step behind another, and nothing between them.
struct MissingBarTests {
    @Test(arguments: [
        ("gaussian 2 sobel", "gaussian", "sobel"), ("gaussian sobel", "gaussian", "sobel"),
        ("gray sobel", "gray", "sobel"), ("invert gaussian 2", "invert", "gaussian"),
        ("median 3 sobel-x stride=2", "median", "sobel-x"), ("median sobel", "median", "sobel"),
        ("crop 10x10 sobel", "crop", "sobel"), ("[1 2 1]/4 sobel", "a kernel", "sobel"),
        ("gaussian 2 edges/mine.kern", "gaussian", "edges/mine.kern"),
        ("gray net.safetensors", "gray", "net.safetensors"),
        ("gray mine", "gray", "mine"), ("gaussian stride=2 sobel", "gaussian", "sobel"),
        ("hypot { sobel-x } { sobel-y } sharpen", "hypot", "sharpen"), ("maxpool 2 relu", "maxpool", "relu"),
        ("conv 3x3 relu", "conv", "relu"), ("conv relu", "conv", "relu"), ("conv 4 3x3 sobel", "conv", "sobel"),
    ])
    func `a step among another's words needs a bar in front of it`(program: String, step: String, word: String) throws {
        let kern = try Kern()
        try kern.write(Data("# mine — of my own\n[1 2 1]/4\n".utf8), "mine.kern")
        let outcome = try kern.run("explain", program, "32x32x1")
        let says = "\(step) has no use for '\(word)', which is a step of its own: put '|' in front of it\n"
        #expect(outcome.status == 2 && outcome.said.contains(says), "\(outcome.said)")
    }

    @Test func `a parameter that is called as a kernel is, is a number`() throws {
        let kern = try Kern()
        try kern.write(
            Data("# net — with as many channels as asked for\nparam box = 4\nconv box 3x3\n".utf8), "net.kern")
        let outcome = try kern.run("explain", "net", "32x32x1")
        #expect(outcome.status == 0 && outcome.printed.contains("32x32x4"), "\(outcome.said)")
    }

    @Test func `a word that is no step is no more than too much`() throws {
        for program in ["gaussian 2 sobl", "gray 3", "conv 4 3x3 5", "median 3 4"] {
            let outcome = try Kern().run("explain", program, "32x32x1")
            #expect(outcome.status == 2 && outcome.said.contains("has no use for"), "\(outcome.said)")
            #expect(!outcome.said.contains("put '|'"), "\(outcome.said)")
        }
    }
}
