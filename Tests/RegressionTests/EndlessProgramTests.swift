import Programs
import Testing

/// Programs that are short to write and long to look up: each once kept kern busy for minutes.
@Suite(.timeLimit(.minutes(1))) struct EndlessProgramTests {
    @Test(arguments: [
        "repeat 4096 { repeat 4096 { repeat 4096 { } } }",
        "repeat 4096 { repeat 4096 { repeat 4096 { repeat 0 { abs } } } }",
        "repeat 4096 { repeat 4096 { abs } }",
    ])
    func `repeats of nothing are counted, too`(program: String) {
        #expect {
            try Catalogue().graph(for: SourceText(text: program))
        } throws: {
            "\($0)".contains("written out, this is more than 4096 steps")
        }
    }

    @Test func `an empty block may be repeated as often as any other`() throws {
        #expect(try Catalogue().graph(for: SourceText(text: "repeat 4096 { }")).output == 0)
    }

    @Test func `kernel files that name two others each are counted, not walked`() throws {
        let folder = try Folder()
        for level in 0..<30 { try folder.write("add { k\(level + 1) } { k\(level + 1) }", to: "k\(level).kern") }
        try folder.write("add { } { }", to: "k30.kern")
        for program in ["k0", "k0 stride=2"] {
            #expect(throws: ProgramError.self) {
                try Catalogue(folders: [folder.path]).graph(for: SourceText(text: program))
            }
        }
    }

    @Test func `one stride is handed down through kernel files that share a window`() throws {
        let folder = try Folder()
        try folder.write("hypot { b } { b }", to: "a.kern")
        try folder.write("max { sobel-x } { sobel-y }", to: "b.kern")
        let graph = try Catalogue(folders: [folder.path]).graph(for: SourceText(text: "a stride=2"))
        #expect(graph.nodes.count == 8)
    }

    @Test func `a formula ends at its first weight that is no number`() {
        #expect {
            try Catalogue().graph(for: SourceText(text: "binomial 4000"))
        } throws: {
            "\($0)".contains("is not a finite number")
        }
    }
}
