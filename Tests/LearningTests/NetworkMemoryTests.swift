import Learning
import Pixels
import Programs
import Testing

@Suite struct NetworkMemoryTests {
    private func network(_ program: String, maxMemory: Int = 1 << 30) throws -> Network {
        let graph = try Catalogue().graph(for: SourceText(text: program), numbers: ["classes": 4])
        return try Network(graph, input: Shape(channels: 1, height: 7, width: 9), seed: 1, maxMemory: maxMemory)
    }

    /// Each of these once asked the system for tens of gigabytes, and ended kern where it would not give them.
    @Test(arguments: [
        "deconv 2 3x3 stride=9999 | dense classes", "conv 65535 99x99 pad=same | dense classes",
        "dense 16777216 | dense 9",
    ])
    func `a net that needs more than there is is refused before it is made`(program: String) {
        #expect {
            try network(program)
        } throws: {
            "\($0)".contains("--max-memory")
        }
    }

    @Test func `a batch counts with all that is made of it, once for each thread`() throws {
        let network = try network("conv 2 3x3 | sigmoid | dense classes")
        let (samples, weights) = (63 + 2 * 2 * 63 + 4, 2 * 9 + 2 + 4 * 126 + 4)
        // A part of 16 pictures, its two largest gradients, the weights' own; and for all four parts the sum of these.
        let room = 16 * (samples + 2 * 2 * 63) + weights
        for threads in [1, 3] {
            let expected = 4 * (threads * room + weights * (4 + 2 + 2))
            let counted = try Learner.bytes(for: network, batch: 64, optimiser: .adam, threads: threads)
            #expect(counted == expected)
        }
    }

    @Test func `weights and what is made of one picture are counted`() throws {
        // 4 weights and a bias for each of 63 samples of 4 classes, and what comes out: 4.
        let needed = (4 * 63 + 4 + 4) * 4
        #expect(try network("dense classes", maxMemory: needed).learnedCount == 4 * 63 + 4)
        #expect(throws: ProgramError.self) { try network("dense classes", maxMemory: needed - 1) }
    }
}
