import Arguments
import Codecs
import Convolution
import Learning
import Pixels
import Programs
import Steps

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `kern explain PROGRAM SIZE|IMAGE`
struct Explain: Command {
    static let at = Option(
        "at", .point, placeholder: "X,Y",
        help:
            "Shows the products and the sum behind the output pixel at X,Y, counted from the top left; needs an IMAGE.")

    static let classes = Option(
        "classes", .integer(1...1_000_000), placeholder: "N",
        help: "How many classes a net is to tell apart, where its program says 'classes'.")

    static let page = Option(
        "page", .file, placeholder: "FILE.html",
        help:
            "Writes a page for a browser that shows what every step makes of an IMAGE, and the sums behind each sample."
    )

    static let spec = CommandSpec(
        name: "explain", summary: "writes out what a program would do, step by step",
        examples: [
            Example("kern explain 'gaussian 2 | sobel' 1920x1080", says: "size, method and cost of each step"),
            Example(
                "kern explain 'conv 96 11x11 stride=4 pad=valid' 227x227x3", says: "the arithmetic of a layer's size"),
            Example("kern explain sobel-x photo.png --at 120,80", says: "the products behind one pixel"),
            Example(
                "kern explain digits.safetensors scan.png --page net.html",
                says: "what a net makes of a picture, to be looked at in a browser"),
        ],
        positionals: [
            Positional("PROGRAM", completion: .dynamic("program"), help: "The program, as for 'kern apply'."),
            Positional(
                "SIZE|IMAGE", completion: .file,
                help: "What goes in: a size such as 640x480 or 640x480x1, of 3 channels unless said, or a picture."),
        ],
        options: [at, page, .force, classes, .border, .engine, .threads, Apply.range, Apply.alpha, Apply.linear]
            + EngineOptions.limitOptions
            + [.json])

    let program: String
    let subject: String
    let place: PerAxis<Int>?
    let page: String?
    let force: Bool
    let numbers: [String: Double]
    let engine: EngineOptions
    let range: RangeRule
    let alpha: AlphaRule
    let isLinear: Bool
    let printsJSON: Bool

    init(_ arguments: ParsedArguments) throws {
        program = arguments.positionals[0]
        subject = arguments.positionals[1]
        place = arguments.point(Explain.at).map { PerAxis(x: $0.x, y: $0.y) }
        page = arguments.text(Explain.page)
        force = arguments.has(.force)
        numbers = arguments.integer(Explain.classes).map { ["classes": Double($0)] } ?? [:]
        engine = try EngineOptions(arguments)
        range = arguments.choice(Apply.range, as: RangeRule.self) ?? .auto
        alpha = arguments.choice(Apply.alpha, as: AlphaRule.self) ?? .weight
        isLinear = arguments.has(Apply.linear)
        printsJSON = arguments.has(.json)
    }

    func run(_ terminal: Terminal) throws -> ExitStatus {
        let graph = try terminal.graph(of: program, for: "explain", numbers: numbers)
        var options = try engine.runOptions()
        options.range = range
        options.alpha = alpha
        options.isLinear = isLinear
        if page != nil, place != nil || printsJSON {
            throw ArgumentError.refused("--page is a way to tell by itself; leave out --at and --json")
        }
        if let shape = try PictureSize(subject) {
            for (isGiven, option) in [(place != nil, Explain.at), (page != nil, Explain.page)] where isGiven {
                throw ArgumentError.refused("\(option.flag) needs a picture to take pixels from, not a size")
            }
            // To a net it matters, unless 'input' makes what it needs of any.
            if !shape.saysChannels, try graph.made() == nil,
                graph.nodes.contains(where: { $0.step is any WeightedStep })
            {
                terminal.talk(
                    "kern explain: note: \(subject) says no channels, and 3 are taken; \(shape.header.size)x1 is a grey picture"
                )
            }
            try tell(Plan(graph, for: shape.header, options: options), terminal)
            return .ok
        }
        do {
            let reader =
                subject == "-"
                ? try PictureReader(descriptor: STDIN_FILENO, limits: engine.limits)
                : try PictureReader(path: subject, limits: engine.limits)
            let plan = try Plan(graph, for: reader.header, options: options)
            if let page {
                try write(plan, of: reader, to: page, terminal)
            } else if let place {
                let trace = try plan.trace(x: place.x, y: place.y, from: reader)
                try tell(trace, plan, terminal)
            } else {
                tell(plan, terminal)
            }
        } catch let error as CodecError {
            throw explained(error)
        }
        return .ok
    }

    private func write(_ plan: Plan, of reader: PictureReader, to path: String, _ terminal: Terminal) throws {
        guard path != "-", path.hasSuffix(".html") else {
            throw ArgumentError.refused("--page writes a file for a browser, whose name ends in .html, not '\(path)'")
        }
        let job = try OutputPlan(inputs: [subject], output: path, force: force).jobs[0]
        try ExplainPage.check(plan)
        let model = try ProgramText(program)
        let page = ExplainPage(
            recording: try plan.recording(of: reader, mostWeights: ExplainPage.mostWeights), text: PlanText(plan),
            program: program, picture: subject,
            ending: ExplainPage.Ending(of: plan, classes: model.model?.classes ?? []),
            found: model.model == nil ? nil : try found(by: model.source.name, plan))
        Interruption.cleansUp()
        try WholeFile.save(page.bytes, to: job.output, replacing: force)
        terminal.print("\(job.output): \(page.recording.steps.count) steps; open it in a browser")
    }

    /// What a detector finds in the picture, which is read again for that; nil where the model is none.
    private func found(by model: String, _ plan: Plan) throws -> Detector.Found? {
        guard subject != "-", plan.graph.nodes[plan.graph.output].step is DetectStep else { return nil }
        let machine = try engine.machine()
        let trained = try TrainedModel(path: model, limits: engine.limits)
        guard let detector = try trained.detector(limits: engine.limits, machine: machine) else { return nil }
        let raster = try detector.program.read(
            PictureReader(path: subject, limits: engine.limits), limits: engine.limits)
        return detector.find(in: raster, machine: machine)
    }

    /// A word that is neither a size nor a file was perhaps meant as a size.
    private func explained(_ error: CodecError) -> Complaint {
        if case .system(.open, errno: ENOENT) = error {
            return Complaint(
                "'\(subject)' is neither a size, such as 640x480 or 640x480x3, nor a picture that is there",
                status: .failed)
        }
        return Complaint(about: error, input: subject, output: nil)
    }

    private func tell(_ plan: Plan, _ terminal: Terminal) {
        let text = PlanText(plan)
        if printsJSON {
            terminal.print(text.json.text)
        } else {
            for line in text.lines { terminal.print(line) }
        }
    }

    private func tell(_ trace: Trace, _ plan: Plan, _ terminal: Terminal) throws {
        let text = TraceText(trace, plan)
        if printsJSON {
            terminal.print(text.json.text)
        } else {
            for line in text.lines { terminal.print(line) }
        }
    }
}

/// `640x480` or `640x480x3`, where a picture is only imagined.
struct PictureSize {
    let header: PictureHeader
    /// Whether the channels were written, too; 3 where not.
    let saysChannels: Bool

    /// nil where the word is no size; then it is a file.
    init?(_ word: String) throws {
        let parts = word.split(separator: "x", omittingEmptySubsequences: false)
        guard (1...3).contains(parts.count),
            parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy { $0.isASCII && $0.isNumber } })
        else { return nil }
        let numbers = parts.map { Int($0) ?? .max }
        let size = Size(width: numbers[0], height: numbers.count > 1 ? numbers[1] : numbers[0])
        saysChannels = numbers.count > 2
        let channels = numbers.count > 2 ? numbers[2] : 3
        let largest = 1 << 30
        guard size.width > 0, size.height > 0, channels > 0, max(size.width, size.height, channels) <= largest else {
            throw ArgumentError.refused(
                "'\(word)' is no size of a picture: width, height and channels are from 1 to \(largest)")
        }
        let meaning: Channels = channels == 1 ? .gray : channels == 3 ? .rgb : .planes(channels)
        header = PictureHeader(size: size, channels: meaning, depth: .uint8)
    }
}
