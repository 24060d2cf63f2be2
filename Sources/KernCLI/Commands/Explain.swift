import Arguments

/// `kern explain PROGRAM SIZE|IMAGE`
struct Explain: Command {
    static let at = Option(
        "at", .point, placeholder: "X,Y",
        help:
            "Shows the products and the sum behind the output pixel at X,Y, counted from the top left; needs an IMAGE.")

    static let spec = CommandSpec(
        name: "explain", summary: "writes out what a program would do, step by step",
        examples: [
            Example("kern explain 'gaussian 2 | sobel' 1920x1080", says: "size, method and cost of each step"),
            Example(
                "kern explain 'conv 96 11x11 stride=4 pad=valid' 227x227x3", says: "the arithmetic of a layer's size"),
            Example("kern explain sobel-x photo.png --at 120,80", says: "the products behind one pixel"),
        ],
        positionals: [
            Positional("PROGRAM", completion: .dynamic("program"), help: "The program, as for 'kern apply'."),
            Positional(
                "SIZE|IMAGE", completion: .file,
                help: "What goes in: a size such as 640x480 or 640x480x3, or a picture."),
        ],
        options: [at, .border, .engine] + EngineOptions.limitOptions + [.json])

    let program: String
    let subject: String

    init(_ arguments: ParsedArguments) throws {
        program = arguments.positionals[0]
        subject = arguments.positionals[1]
    }

    func run(_ terminal: Terminal) throws -> ExitStatus {
        throw Complaint("explain waits for the engine")
    }
}
