import Arguments

/// `kern apply PROGRAM INPUT... -o OUT`
struct Apply: Command {
    static let output = Option(
        "output", short: "o", .file, placeholder: "OUT", isRequired: true,
        help: "Where the result goes: a file, a folder (ending in '/'), a template such as 'out/{name}-edges.{ext}', "
            + "or '-' for stdout.")
    static let format = Option(
        "format", .choice(["png", "jpeg", "pnm", "pfm", "npy"]), placeholder: "FORMAT",
        defaultText: "by the name of OUT, else that of the input",
        help: "Format of the result: png, jpeg, pnm, pfm or npy.")
    static let depth = Option(
        "depth", .choice(["8", "16"]), placeholder: "BITS", defaultText: "that of the input",
        help: "Bits a sample of the result has: 8 or 16.")
    static let range = Option(
        "range", .choice(["auto", "clip", "abs", "offset", "rescale"]), placeholder: "RULE", defaultText: "auto",
        help: "How values leave floating point: clip to 0...1, abs (the absolute value), offset (0 becomes mid-grey), "
            + "rescale (smallest to largest), or auto: abs after a kernel whose weights sum to zero, else clip.")
    static let alpha = Option(
        "alpha", .choice(["weight", "keep", "channel"]), placeholder: "RULE", defaultText: "weight",
        help: "weight: colour counts as much as it is opaque; keep: alpha is left as it is; channel: alpha is filtered "
            + "like a colour.")
    static let linear = Option("linear", help: "Computes in linear light instead of on the stored values.")
    static let explain = Option("explain", help: "Says on stderr what was planned and why: sizes, methods, memory.")
    static let quality = Option(
        "quality", .integer(1...100), placeholder: "Q", defaultText: "90", help: "Quality of a JPEG, from 1 to 100.")
    static let sampling = Option(
        "sampling", .choice(["4:4:4", "4:2:2", "4:2:0"]), placeholder: "S", defaultText: "4:2:0",
        help: "Colour sampling of a JPEG: 4:4:4, 4:2:2 or 4:2:0.")
    static let effort = Option(
        "effort", .integer(0...9), placeholder: "N", help: "How hard a PNG is squeezed, from 0 (fast) to 9 (small).")

    static let spec = CommandSpec(
        name: "apply", summary: "runs a program over pictures",
        examples: [
            Example("kern apply sobel photo.png -o edges.png", says: "strength of the edges"),
            Example("kern apply 'gaussian 2 | sobel | threshold 0.2' photo.jpg -o edges.png", says: "a chain of steps"),
            Example(
                "kern apply '[0 -1 0; -1 5 -1; 0 -1 0]' photo.png -o sharp.png",
                says: "a kernel written out as a matrix"),
            Example("kern apply unsharp *.jpg -o out/", says: "many pictures, into a folder"),
            Example(
                "kern apply sobel *.jpg -o '{dir}/{name}-edges.png'",
                says: "each result beside its input, under a new name"),
            Example("kern apply median - -o - < in.png > out.png", says: "in a pipe"),
        ],
        positionals: [
            Positional(
                "PROGRAM", completion: .dynamic("program"),
                help: "Steps joined by '|', in quotes: names from 'kern list', matrices, or files."),
            Positional("INPUT", arity: .oneOrMore, completion: .file, help: "Pictures to read; '-' is stdin."),
        ],
        options: [
            output, .force, format, depth, range, alpha, linear, .border, .engine, .threads, explain, quality, sampling,
            effort, .maxPixels, .maxMemory, .json, .quiet,
        ],
        discussion: [
            "Values stay floating-point from the first step to the last; only the end of the program rounds them. The "
                + "result has the depth and the channels of the input unless a step changes them.",
            "In a template {name} is the input's name without its extension, {ext} its extension (or the --format), "
                + "{dir} its folder and {index} its number, from 1. A file that exists is kept unless --force is "
                + "given, and an input is never written over. One bad input does not stop the others: the exit "
                + "status is then 1.",
        ])

    let program: String
    let inputs: [String]
    let output: String
    let force: Bool

    init(_ arguments: ParsedArguments) throws {
        program = arguments.positionals[0]
        inputs = Array(arguments.positionals.dropFirst())
        output = arguments.text(Apply.output) ?? ""
        force = arguments.has(.force)
    }

    func run(_ terminal: Terminal) throws -> ExitStatus {
        _ = try OutputPlan(inputs: inputs, output: output, force: force)
        throw Complaint("apply waits for the engine")
    }
}
