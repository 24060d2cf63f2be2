import Pixels
import Programs

/// A model file: its header, its program, and whether its weights go with it. One that can be read is written as it was.
enum ModelTarget: Target {
    static func attempt(_ bytes: [UInt8]) throws {
        let model = try Model(parsing: bytes)
        precondition((try? Model(parsing: model.bytes())) == model, "a model is written as another")
        guard !model.program.contains("/"), model.program.utf8.count < 1000, model.input.count < 1 << 16 else { return }
        _ = try Catalogue().graph(for: SourceText(name: "model", text: model.program), numbers: model.numbers)
    }
}
