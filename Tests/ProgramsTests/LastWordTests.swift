import Convolution
import Pixels
import Programs
import Steps
import Testing

/// Words that whoever names a kernel gives it, and sentences for words in wrong places.
struct LastWordTests {
    private func sum(_ program: String) throws -> Double {
        let graph = try Catalogue().graph(for: SourceText(text: program))
        let kernel = try #require((graph.nodes[graph.output].step as? KernelStep)?.kernel)
        return (0..<kernel.size.height).reduce(0) { sum, y in
            (0..<kernel.size.width).reduce(sum) { $0 + kernel[x: $1, y: y] }
        }
    }

    @Test(arguments: ["gaussian 1", "disk 2", "gabor 3", "binomial 5", "sharpen", "log 1", "dog 1"])
    func `a sum that is said of a kernel holds over its file's own`(kernel: String) throws {
        #expect(try abs(sum("\(kernel) sum=0")) < 1e-12)
        if !["log 1", "dog 1"].contains(kernel) { #expect(try abs(sum("\(kernel) sum=1") - 1) < 1e-12) }
    }

    @Test(arguments: [
        ("relu maxpool 2", "relu has no use for 'maxpool', which is a step of its own: put '|' in front of it"),
        ("sobel gaussian 2", "sobel has no use for 'gaussian', which is a step of its own: put '|' in front of it"),
        ("abs 3", "abs has no use for '3'"), ("pool 2", "unknown step 'pool'; did you mean 'maxpool'?"),
        ("lenet", "unknown step 'lenet'; did you mean 'samples/nets/lenet.kern'?"),
        ("sobel-x stride = 2", "a setting has no blanks around its '=', as in 'stride=2'"),
        ("gaussian stride =2", "a setting has no blanks around its '=', as in 'stride=2'"),
    ])
    func `a word in a wrong place is answered with the way out`(program: String, sentence: String) {
        let error = #expect(throws: ProgramError.self) { try Catalogue().graph(for: SourceText(text: program)) }
        #expect(error?.sentence == sentence)
    }

    @Test(arguments: [
        (
            "add { conv 6 3x3 } { conv 8 3x3 }",
            "pictures of as many channels, but they give 33x33x6 and 33x33x8; 'conv 6 1'"
        ),
        ("concat { maxpool 2 | upsample 2 } { }", "32x32x1 and 33x33x1; a side comes back as it was only where"),
        ("concat { maxpool 2 } { }", "pictures of one size, but they give 16x16x1 and 33x33x1"),
    ])
    func `branches that do not fit are told apart by what does not`(program: String, says: String) throws {
        let header = PictureHeader(size: Size(33), channels: .gray, depth: .uint8)
        let error = #expect(throws: ProgramError.self) {
            try Plan(Catalogue().graph(for: SourceText(text: program)), for: header)
        }
        #expect(error?.sentence.contains(says) == true, "\(error?.sentence ?? "")")
        #expect(error?.sentence.contains("comes back") == program.contains("upsample"))
    }
}
