import Arguments
import Codecs
import Convolution
import Pixels
import Programs

/// `kern apply PROGRAM INPUT... -o OUT`
struct Apply: Command {
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
                "kern apply unsharp photos/ -o sharp/ --recursive --skip-existing",
                says: "a folder with all folders in it; a second call makes what is missing"),
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
            effort, upright, strip,
        ] + PartOptions.options + [
            recursive, skipExisting, shard, dryRun, save, preview,
        ] + EngineOptions.limitOptions + [.json, verbose, .quiet],
        discussion: [
            "Values stay floating-point from the first step to the last; only the end of the program rounds them. The "
                + "result has the depth and the channels of the input unless a step changes them.",
            "An INPUT that is a folder means the pictures in it, told by their names or first bytes; what else is in it is "
                + "passed over. A pattern in quotes, such as 'in/*.jpg' or 'in/**/*.jpg', means the pictures that it "
                + "matches. Folders that OUT needs are made.",
            "In a template {name} is the input's name without its extension, {ext} its extension (or the --format), "
                + "{dir} its folder and {index} its number, from 1. A file that exists is kept unless --force is "
                + "given, and an input is never written over. One bad input does not stop the others: the exit "
                + "status is then 1.",
        ])

    let program: String
    let inputs: [String]
    /// Nil where results are only shown.
    let output: String?
    let existing: OutputPlan.Existing
    let isRecursive: Bool
    let shard: Shard?
    let isDryRun: Bool
    let savedProgram: String?
    let format: PictureFormat?
    let depth: Depth?
    let range: RangeRule
    let alpha: AlphaRule
    let isLinear: Bool
    let part: PartOptions
    let engine: EngineOptions
    let encoding: EncodingOptions
    let hasEffort: Bool
    let explains: Bool
    let turnsUpright: Bool
    let strips: Bool
    let printsJSON: Bool
    let previews: Bool
    let isVerbose: Bool
    let isQuiet: Bool

    init(_ arguments: ParsedArguments) throws {
        program = arguments.positionals[0]
        inputs = Array(arguments.positionals.dropFirst())
        output = arguments.text(Apply.output)
        existing = arguments.has(Apply.skipExisting) ? .skip : arguments.has(.force) ? .replace : .refuse
        isRecursive = arguments.has(Apply.recursive)
        shard = try arguments.text(Apply.shard).map(Shard.init(word:))
        isDryRun = arguments.has(Apply.dryRun)
        savedProgram = arguments.text(Apply.save)
        format = arguments.choice(Apply.format, as: PictureFormat.self)
        depth = arguments.text(Apply.depth).map { $0 == "8" ? .uint8 : $0 == "16" ? .uint16 : .float32 }
        range = arguments.choice(Apply.range, as: RangeRule.self) ?? .auto
        alpha = arguments.choice(Apply.alpha, as: AlphaRule.self) ?? .weight
        isLinear = arguments.has(Apply.linear)
        part = try PartOptions(arguments)
        engine = try EngineOptions(arguments)
        encoding = EncodingOptions(
            effort: arguments.integer(Apply.effort) ?? EncodingOptions().effort,
            jpegQuality: arguments.integer(Apply.quality),
            jpegSampling: arguments.choice(Apply.sampling, as: Metadata.JPEGSampling.self),
            threads: engine.threads ?? EncodingOptions.coreCount, maxMemory: engine.limits.maxMemory)
        hasEffort = arguments.has(Apply.effort)
        explains = arguments.has(Apply.explain)
        turnsUpright = arguments.has(Apply.upright)
        strips = arguments.has(Apply.strip)
        printsJSON = arguments.has(.json)
        previews = arguments.has(Apply.preview)
        isVerbose = arguments.has(Apply.verbose)
        isQuiet = arguments.has(.quiet)
        if inputs.count(where: { $0 == "-" }) > 1 {
            throw ArgumentError.refused("stdin can be read only once, but '-' is given several times")
        }
        if explains, isDryRun {
            throw ArgumentError.refused(
                "--explain tells of pictures that are made and --dry-run makes none; 'kern explain PROGRAM PICTURE' tells without making"
            )
        }
        if isQuiet, isVerbose { throw ArgumentError.refused("--quiet says less and --verbose says more; give one") }
        if arguments.has(Apply.skipExisting), arguments.has(.force) {
            throw ArgumentError.refused("--skip-existing keeps results that exist and --force replaces them; give one")
        }
        if output == "-", existing == .skip || shard != nil {
            throw ArgumentError.refused("--skip-existing and --shard are for many files, but OUT is stdout")
        }
        if previews, printsJSON || output == "-" {
            throw ArgumentError.refused("--preview draws on stdout, where --json and -o - would write too")
        }
        if output == nil, existing != .refuse || shard != nil {
            throw ArgumentError.refused("--skip-existing, --force and --shard are for files; name some with -o")
        }
        if printsJSON, output == "-" {
            throw ArgumentError.refused("--json and -o - would both write to stdout; name a file for the picture")
        }
    }

    func run(_ terminal: Terminal) throws -> ExitStatus {
        terminal.isQuiet = isQuiet
        // The program first: nothing is opened for one that cannot run.
        let graph = try terminal.graph(of: program, for: "apply")
        let options = try runOptions()
        let search = InputSearch(inputs, isRecursive: isRecursive, leavingOut: output)
        // What is read beside the pictures; a result does not take its place either.
        let sources = try KernelFile(parsing: SourceText(text: program)).program.paths + [part.mask].compactMap(\.self)
        let plan = try outputs(search, alsoRead: sources, terminal)
        let tally = BatchTally(search, plan)
        let saved = try savedProgram.map {
            try SavedProgram(
                program, path: $0, force: existing == .replace, besides: sources + plan.jobs.map(\.input),
                results: plan.jobs.map(\.output))
        }
        noteUnusedEncoding(plan, terminal)
        if isDryRun { return DryRun(plan, tally, saved: saved, printsJSON: printsJSON).tell(terminal) }
        let isTable = plan.jobs.allSatisfy { (format ?? PictureFormat(pathExtensionOf: $0.input)) == .csv }
        if output == "-", terminal.resultsAreSeen, !isTable {
            throw Complaint(
                "a picture is not printed on a terminal; write '-o FILE', send stdout to a file or a pipe, or print it as "
                    + "numbers with --format csv")
        }
        Interruption.cleansUp()
        let preview =
            previews && terminal.resultsAreSeen
            ? Preview(Preview.Means(hasColor: terminal.hasColor, variable: Environment.variable)) : nil
        let folders = try NewFolders(plan.missingFolders)
        defer { folders.removeEmpty() }
        let status = PictureBatch(
            command: self, graph: graph, options: options, terminal: terminal, tally: tally, preview: preview
        )
        .run(plan.jobs)
        // A program that did not work is not kept.
        if status == .ok { try saved?.write() }
        return status
    }

    /// --quality and --sampling are for formats that lose something, --effort is for those that pack what they have.
    private func noteUnusedEncoding(_ plan: OutputPlan, _ terminal: Terminal) {
        note(
            encoding.jpegQuality != nil ? Apply.quality : encoding.jpegSampling != nil ? Apply.sampling : nil,
            isFor: [.jpeg, .webp], "JPEG", plan, terminal)
        note(hasEffort ? Apply.effort : nil, isFor: [.png, .tiff, .webp], "PNG", plan, terminal)
    }

    private func note(
        _ option: Option?, isFor formats: Set<PictureFormat>, _ name: String, _ plan: OutputPlan, _ terminal: Terminal
    ) {
        guard let option, let job = plan.jobs.first else { return }
        let isUseless = plan.jobs.allSatisfy { job in
            guard let format = format ?? PictureFormat(pathExtensionOf: job.output) else { return false }
            return !formats.contains(format)
        }
        guard isUseless else { return }
        let what = plan.jobs.count == 1 ? "\(job.output) is" : "the results are"
        terminal.talk("kern apply: note: \(what) no \(name), and \(option.flag) is for nothing else")
    }

    private func outputs(
        _ search: InputSearch, alsoRead sources: [String], _ terminal: Terminal
    ) throws -> OutputPlan {
        if let output {
            return try OutputPlan(
                inputs: search.inputs, output: output, existing: existing,
                extension: format.map { $0.extensions[0] }, shard: shard, alsoRead: sources)
        }
        guard terminal.resultsAreSeen || isDryRun else {
            throw Complaint("--preview draws on terminals only and stdout is none, so name a file with -o")
        }
        return OutputPlan(showing: search.inputs)
    }

    private func runOptions() throws -> RunOptions {
        var options = try engine.runOptions()
        options.range = range
        options.alpha = alpha
        options.isLinear = isLinear
        options.channels = part.channels
        options.region = part.region
        return options
    }
}
