import Arguments
import Codecs
import Convolution
import Pixels
import Programs

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
        "depth", .choice(["8", "16", "float"]), placeholder: "BITS", defaultText: "that of the input",
        help: "What a sample of the result is stored in: 8 or 16 bits, or float (PFM and NPY, where it is the default)."
    )
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
        "quality", .integer(1...100), placeholder: "Q", defaultText: "that of a JPEG input, else 90",
        help: "Quality of a JPEG, from 1 to 100.")
    static let sampling = Option(
        "sampling", .choice(["4:4:4", "4:2:2", "4:2:0"]), placeholder: "S",
        defaultText: "that of a JPEG input, else 4:2:0",
        help: "Colour sampling of a JPEG: 4:4:4, 4:2:2 or 4:2:0.")
    static let effort = Option(
        "effort", .integer(0...9), placeholder: "N", defaultText: "2",
        help: "How hard a PNG is squeezed, from 0 (fast) to 9 (small): 0 stores, 1 has one filter for all rows, 2 the "
            + "best for each, 3 compares two ways of packing, 4 to 8 also zlib's at that level, 9 all there are.")

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
            Example("kern apply 'median 3' - -o - < in.png > out.png", says: "in a pipe"),
        ],
        positionals: [
            Positional(
                "PROGRAM", completion: .dynamic("program"),
                help: "Steps joined by '|', in quotes: names from 'kern list', matrices, or files."),
            Positional("INPUT", arity: .oneOrMore, completion: .file, help: "Pictures to read; '-' is stdin."),
        ],
        options: [
            output, .force, format, depth, range, alpha, linear, .border, .engine, .threads, explain, quality, sampling,
            effort,
        ] + EngineOptions.limitOptions + [.json, .quiet],
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
    let format: PictureFormat?
    let depth: Depth?
    let range: RangeRule
    let alpha: AlphaRule
    let isLinear: Bool
    let engine: EngineOptions
    let encoding: EncodingOptions
    let explains: Bool
    let printsJSON: Bool
    let isQuiet: Bool

    init(_ arguments: ParsedArguments) throws {
        program = arguments.positionals[0]
        inputs = Array(arguments.positionals.dropFirst())
        output = arguments.text(Apply.output) ?? ""
        force = arguments.has(.force)
        format = arguments.choice(Apply.format, as: PictureFormat.self)
        depth = arguments.text(Apply.depth).map { $0 == "8" ? .uint8 : $0 == "16" ? .uint16 : .float32 }
        range = arguments.choice(Apply.range, as: RangeRule.self) ?? .auto
        alpha = arguments.choice(Apply.alpha, as: AlphaRule.self) ?? .weight
        isLinear = arguments.has(Apply.linear)
        engine = try EngineOptions(arguments)
        encoding = EncodingOptions(
            effort: arguments.integer(Apply.effort) ?? EncodingOptions().effort,
            jpegQuality: arguments.integer(Apply.quality),
            jpegSampling: arguments.choice(Apply.sampling, as: Metadata.JPEGSampling.self),
            threads: engine.threads ?? EncodingOptions.coreCount, maxMemory: engine.limits.maxMemory)
        explains = arguments.has(Apply.explain)
        printsJSON = arguments.has(.json)
        isQuiet = arguments.has(.quiet)
        if inputs.count(where: { $0 == "-" }) > 1 {
            throw ArgumentError.refused("stdin can be read only once, but '-' is given several times")
        }
        if printsJSON, output == "-" {
            throw ArgumentError.refused("--json and -o - would both write to stdout; name a file for the picture")
        }
    }

    func run(_ terminal: Terminal) throws -> ExitStatus {
        terminal.isQuiet = isQuiet
        // The program first: nothing is opened for one that cannot run.
        let graph = try Catalogue(folders: Environment.kernelFolders).graph(for: SourceText(text: program))
        let plan = try OutputPlan(
            inputs: inputs, output: output, force: force, extension: format.map { $0.extensions[0] })
        if output == "-", terminal.resultsAreSeen {
            throw Complaint(
                "a picture is not printed on a terminal; write '-o FILE', or send stdout to a file or a pipe")
        }
        Interruption.cleansUp()
        let folder = try plan.missingDirectory.map(NewFolder.init)
        defer { folder?.removeIfEmpty() }
        let batch = PictureBatch(command: self, graph: graph, options: try runOptions(), terminal: terminal)
        return batch.run(plan.jobs)
    }

    private func runOptions() throws -> RunOptions {
        var options = try engine.runOptions()
        options.range = range
        options.alpha = alpha
        options.isLinear = isLinear
        return options
    }
}
