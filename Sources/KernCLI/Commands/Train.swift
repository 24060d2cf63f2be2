import Arguments
import Codecs
import Convolution
import Learning
import Programs
import Steps

/// `kern train PROGRAM …`
struct Train: Command {
    static let before = Option(
        "before", .file, placeholder: "PICTURE", repeats: true,
        help: "A picture as it was, or a folder of them.")
    static let after = Option(
        "after", .file, placeholder: "PICTURE", repeats: true,
        help:
            "What became of it: one for each --before, in the same order; the pictures in folders are matched by name.")
    static let output = Option(
        "output", short: "o", .file, placeholder: "FILE",
        help: "Where the result goes: a kernel that is solved for to NAME.kern, a net that is trained to "
            + "NAME.safetensors. Without it a kernel is only told.")
    static let colour = Option(
        "colour", .choice(["shared", "mix"]), placeholder: "RULE", defaultText: "shared",
        help:
            "shared: one kernel, on each channel by itself; mix: each channel of the result is a sum over all channels, "
            + "each with a kernel of its own, and a number.")
    static let bias = Option("bias", help: "Also learns a number that is added to every pixel.")
    static let ridge = Option(
        "ridge", .number(0...1e6), placeholder: "R", defaultText: "0",
        help:
            "Prefers small weights: a unit of their squares may cost R of the mean squared error, on a scale of 0...1.")
    static let symmetric = Option(
        "symmetric", .choice(KernelSymmetry.allCases.map(\.rawValue)), placeholder: "KIND",
        help: "Weights that are known to be equal: left-right, top-bottom, both, half-turn, quarter-turn or full.")
    static let sum = Option(
        "sum", .number(-1e6...1e6), placeholder: "S",
        help: "What the weights are known to sum to: 1 keeps the brightness, 0 is an edge filter.")
    static let separable = Option("separable", help: "The kernel is known to be a column times a row.")
    static let linear = Option(
        "linear", help: "Learns in linear light, as 'apply --linear' works, instead of on the stored values.")

    static let spec = CommandSpec(
        name: "train", summary: "learns a program's weights from examples",
        examples: [
            Example(
                "kern train samples/nets/shapes.kern --data samples/shapes -o shapes.safetensors",
                says: "a net that tells shapes apart"),
            Example(
                "kern train 'conv 5x5' --before a.png --after b.png -o mystery.kern",
                says: "finds the kernel between two pictures, exactly"),
            Example(
                "kern train 'conv 7x7' --before in/ --after out/ --symmetric full",
                says: "from folders, matched by name"),
            Example(
                "kern train 'conv 3x3' --colour mix --before a.png --after b.png", says: "where channels are mixed"),
        ],
        positionals: [
            Positional(
                "PROGRAM", completion: .dynamic("program"),
                help: "What is to be learned: 'conv 5x5' is one kernel of 5x5, 'conv 3 5x5' three of all channels each."
            )
        ],
        options: [
            before, after, output, .force, colour, bias, ridge, symmetric, sum, separable, linear, .threads,
        ] + TrainingOptions.options + EngineOptions.limitOptions + [.json, .quiet],
        discussion: [
            "A single convolution is solved for by least squares over all pixels, which takes one look at each picture. "
                + "Pixels at the ends of the range, whose true value is not known, windows that leave the picture and "
                + "windows with something transparent in them do not count.",
            "It tells the kernel, what it is called if it is a known one, what is left over, in levels, how exactly each "
                + "weight is known, and what looks odd: JPEGs, a shift, a kernel larger than asked for, something that "
                + "is no kernel at all.",
            "Everything else is trained by gradient: with --data from examples that have classes, masks or pictures, with "
                + "--before and --after from pairs of pictures. The same --seed gives the same model for any number of "
                + "threads; what was stopped goes on with --resume as if it had not been.",
        ], otherNames: TrainingOptions.otherNames)

    let program: String
    let before: [String]
    let after: [String]
    let output: String?
    let colour: KernelModel.Colour
    let hasBias: Bool
    let ridge: Double
    let symmetry: KernelSymmetry?
    let sum: Double?
    let isSeparable: Bool
    let isLinear: Bool
    let force: Bool
    let engine: EngineOptions
    let training: TrainingOptions
    /// What was said that means something only where weights follow gradients.
    let gradientFlags: [String]
    let printsJSON: Bool
    let isQuiet: Bool

    init(_ arguments: ParsedArguments) throws {
        program = arguments.positionals[0]
        before = arguments.texts(Train.before)
        after = arguments.texts(Train.after)
        output = arguments.text(Train.output)
        colour = arguments.choice(Train.colour, as: KernelModel.Colour.self) ?? .shared
        hasBias = arguments.has(Train.bias)
        ridge = arguments.number(Train.ridge) ?? 0
        symmetry = arguments.choice(Train.symmetric, as: KernelSymmetry.self)
        sum = arguments.number(Train.sum)
        isSeparable = arguments.has(Train.separable)
        isLinear = arguments.has(Train.linear)
        force = arguments.has(.force)
        engine = EngineOptions(limitsIn: arguments)
        training = try TrainingOptions(arguments)
        gradientFlags = TrainingOptions.options.filter(arguments.has).map(\.flag)
        printsJSON = arguments.has(.json)
        isQuiet = arguments.has(.quiet)
        if (before + after).contains("-") {
            throw ArgumentError.refused(
                "pictures to learn from may be read twice, which stdin does not allow; name files")
        }
    }

    func run(_ terminal: Terminal) throws -> ExitStatus {
        terminal.isQuiet = isQuiet
        let text = try ProgramText(program)
        if training.data == nil, !(output?.hasSuffix(Model.suffix) ?? false) {
            let catalogue = terminal.catalogue(for: "train")
            // Of a net the data tell how many classes there are; here it only matters what kinds of steps there are.
            let graph = try catalogue.graph(for: text.source, numbers: ["classes": 2])
            if let problem = try SolvableProgram(graph, self) {
                try checkName(".kern", "a kernel that is solved for")
                if let flag = gradientFlags.first {
                    throw ArgumentError.refused(
                        "\(flag) is for what is learned by gradient, and '\(program)' is solved for; leave it out, or "
                            + "name a net to learn it by gradient, as in -o NAME.safetensors")
                }
                return try solve(problem, catalogue, terminal)
            }
            guard graph.nodes.contains(where: { $0.step is any WeightedStep }) else {
                throw Complaint("'\(program)' has no weights to learn; 'conv 5x5' is a kernel that is not known yet")
            }
        }
        return try train(text, terminal)
    }

    /// What is written is told by the name.
    func checkName(_ suffix: String, _ what: String) throws {
        guard let output else { return }
        let name = output.split(separator: "/").last.map(String.init) ?? ""
        guard name.hasSuffix(suffix), name != suffix else {
            throw ArgumentError.refused("-o '\(output)': \(what) is written to a file whose name ends in \(suffix)")
        }
    }
}
