import Foundation
import Pixels
import Programs
import Testing

/// Programs that came with a model.
struct ModelProgramTests {
    @Test(arguments: ["/etc/passwd", "../../etc/shadow", "invert | \"/etc/hostname\"", "invert | ./some/kernel"])
    func `the program of a model opens no file by its path`(program: String) throws {
        let folder = NSTemporaryDirectory() + "kern-model-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let shape = Shape(channels: 1, height: 8, width: 8)
        let model = Model(program: program, classes: [], input: shape, history: "", weights: [])
        let path = folder + "/hostile.safetensors"
        try Data(model.bytes()).write(to: URL(fileURLWithPath: path))
        for words in [path, "\(path) | invert"] {
            let error = #expect(throws: ProgramError.self) { try Catalogue().graph(for: SourceText(text: words)) }
            guard case .unknownName = error?.fault else {
                Issue.record("\(words): \(String(describing: error))")
                continue
            }
        }
    }
}
