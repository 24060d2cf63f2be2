/// What a text is resolved in: its parameters' values, the geometry words handed down to it, and how it was reached.
struct Scope {
    var source: SourceText
    /// Parameters of the kernel file that the text is.
    var values: [String: Double] = [:]
    /// Settings that whoever named this kernel gave to its window steps, with the place they were written.
    var handedDown: [HandedDown] = []
    /// The kernels being resolved, outermost first: none may come back to itself.
    var chain: [String] = []
    /// How the kernel file that the text is was asked for: `gaussian 2`.
    var label: String?
    /// The calls that led here, innermost first.
    var usedAt: [ProgramError.Place] = []

    /// A geometry word from the outside: `key=value`, or a flag without a value.
    struct HandedDown {
        var key: Word
        var value: Word?
        var scope: [String: Double]
        var source: SourceText
    }

    func error(_ fault: ProgramError.Fault, at span: SourceSpan) -> ProgramError {
        ProgramError(fault, at: span, in: source, usedAt: usedAt)
    }
}
