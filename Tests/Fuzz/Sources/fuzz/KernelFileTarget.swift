import Programs

/// A kernel file, which is printed and read again where it can be read.
enum KernelFileTarget: Target {
    static func attempt(_ bytes: [UInt8]) throws {
        let file = try KernelFile(parsing: SourceText(name: "a.kern", bytes: bytes))
        let text = file.program.lines().joined(separator: "\n")
        let again = try? Program(parsing: SourceText(text: text))
        precondition(again == file.program, "a program is printed as another:\n\(text)")
        for parameter in file.parameters { _ = try Formula(parameter.defaultValue.text).evaluate() }
    }
}
