import Arguments
import Codecs
import Convolution
import Learning
import Pixels
import Programs
import Steps
import Tensors

/// `kern predict MODEL INPUT...`
struct Predict: Command {
    static let top = Option(
        "top", .integer(1...1000), placeholder: "N", defaultText: "3",
        help: "How many classes are told of each picture.")
    static let csv = Option(
        "csv",
        help: "Prints a table: path, and for each class told its name and probability; of things also where they are.")
    static let confidence = Option(
        "confidence", .number(0...1), placeholder: "SHARE", defaultText: "0.5",
        help: "Of a detector: what it is less sure of is not told.")
    static let overlap = Option(
        "overlap", .number(0...1), placeholder: "SHARE", defaultText: "0.3",
        help: "Of a detector: of boxes of one class that overlap by more, only the surest is told.")
    static let output = Option(
        "output", short: "o", .file, placeholder: "OUT",
        help: "Of a detector: also draws what it found. OUT is a picture, a folder or a pattern, as for 'kern apply'.")
    static let recursive = Option("recursive", help: "Also searches the folders within folders.")

    static let spec = CommandSpec(
        name: "predict", summary: "says what pictures show, by a model that was trained",
        examples: [
            Example("kern predict digits.safetensors scan.png", says: "the likeliest classes"),
            Example("kern predict digits.safetensors scans/ --csv --top 1", says: "a table of a whole folder"),
            Example(
                "kern predict finder.safetensors street.jpg -o found.png", says: "what is where, and drawn as well"),
        ],
        positionals: [
            Positional("MODEL", completion: .file, help: "A model that 'kern train' wrote."),
            Positional(
                "INPUT", arity: .oneOrMore, completion: .file, help: "Pictures, folders and patterns; '-' is stdin."),
        ],
        options: [top, confidence, overlap, output, .force, csv, recursive, .threads] + EngineOptions.limitOptions + [
            .json, .quiet,
        ],
        discussion: [
            "A model that was taught where things are, whose program ends in 'detect', tells what it found and where, as "
                + "WIDTHxHEIGHT+X+Y in pixels from the top left.",
            "Pictures are brought to what the model takes by its 'input' step. One that cannot be read does not stop the "
                + "others: the exit status is then 1.",
        ],
        otherNames: ["conf": confidence, "threshold": confidence, "score": confidence, "iou": overlap, "nms": overlap])

    let model: String
    let inputs: [String]
    let top: Int
    let confidence: Float
    let overlap: Double
    let output: String?
    let force: Bool
    let format: Format
    /// What was said that means something only of classes, and only of things.
    private let classFlag: String?
    private let thingFlag: String?
    let isRecursive: Bool
    let engine: EngineOptions
    let isQuiet: Bool

    enum Format: Sendable { case text, csv, json }

    init(_ arguments: ParsedArguments) throws {
        model = arguments.positionals[0]
        inputs = Array(arguments.positionals.dropFirst())
        top = arguments.integer(Predict.top) ?? 3
        confidence = Float(arguments.number(Predict.confidence) ?? 0.5)
        overlap = arguments.number(Predict.overlap) ?? 0.3
        output = arguments.text(Predict.output)
        force = arguments.has(.force)
        classFlag = arguments.has(Predict.top) ? Predict.top.flag : nil
        thingFlag = [Predict.confidence, Predict.overlap, Predict.output, .force].first(where: arguments.has)?.flag
        isRecursive = arguments.has(Predict.recursive)
        engine = EngineOptions(limitsIn: arguments)
        isQuiet = arguments.has(.quiet)
        if arguments.has(.json), arguments.has(Predict.csv) {
            throw ArgumentError.refused("--json and --csv are two forms of the same answer; choose one")
        }
        if output == "-" {
            throw ArgumentError.refused("what is found is told on stdout; name a file for the drawing")
        }
        format = arguments.has(.json) ? .json : arguments.has(Predict.csv) ? .csv : .text
    }

    /// Pictures that are looked at before anything is said about them.
    private static let atOnce = 256

    func run(_ terminal: Terminal) throws -> ExitStatus {
        terminal.isQuiet = isQuiet
        let trained = try TrainedModel(path: model, limits: engine.limits)
        if let detector = try trained.detector(limits: engine.limits, machine: engine.machine()) {
            if let classFlag {
                throw ArgumentError.refused("\(classFlag) is for classes, and \(model) finds things; leave it out")
            }
            return try find(detector, trained.classes, terminal)
        }
        if let thingFlag {
            throw ArgumentError.refused(
                "\(thingFlag) is for things that are found, and \(model) finds none; leave it out")
        }
        guard !trained.model.classes.isEmpty, trained.network.output.size == Size(1) else {
            let program = trained.model.classes.isEmpty ? model : "'\(model) | argmax'"
            let what = trained.model.classes.isEmpty ? "pictures, not classes" : "a class for each pixel"
            throw Complaint("\(model) makes \(what): kern apply \(program) PICTURE -o OUT")
        }
        let search = InputSearch(inputs, isRecursive: isRecursive, leavingOut: nil)
        for trouble in search.troubles { terminal.complain(trouble, as: "kern predict") }
        if format == .csv { terminal.print(head(classes: min(top, trained.model.classes.count))) }
        let failures = try answer(OutputPlan(showing: search.inputs).jobs, terminal) { job, machine in
            try prediction(job.input, trained, machine)
        } say: { prediction, job in
            terminal.print(text(of: prediction, job.input, trained.classes))
        }
        return search.troubles.isEmpty && failures == 0 ? .ok : .failed
    }

    /// Looks at all pictures, on all threads, and says of each in its turn what was found; returns how many failed.
    func answer<Answer: Sendable>(
        _ jobs: [OutputPlan.Job], _ terminal: Terminal, look: @Sendable (OutputPlan.Job, Machine) throws -> Answer,
        say: (Answer, OutputPlan.Job) -> Void
    ) throws -> Int {
        let machine = try engine.machine()
        // One picture is shared by all threads, of many each has its own.
        let inner = Machine(lanes: machine.lanes, threads: jobs.count == 1 ? machine.threads : 1)
        var failures = 0
        for first in stride(from: 0, to: jobs.count, by: Predict.atOnce) {
            let some = Array(jobs[first..<min(first + Predict.atOnce, jobs.count)])
            let found = Guarded([Int: Result<Answer, Complaint>]())
            machine.split(0..<some.count, grain: 1) { piece in
                for index in piece {
                    let job = some[index]
                    let result = Result { try look(job, inner) }.mapError { Self.complaint($0, about: job) }
                    found.withLock { $0[index] = result }
                }
            }
            let results = found.withLock { $0 }
            for (index, job) in some.enumerated() {
                switch results[index] {
                case .success(let answer)?: say(answer, job)
                case .failure(let complaint)?:
                    terminal.complain(complaint.sentence, as: "kern predict")
                    failures += 1
                case nil: break
                }
            }
        }
        return failures
    }

    /// What went wrong, with the picture's name unless it is told already, or it is the result that is in trouble.
    private static func complaint(_ error: any Error, about job: OutputPlan.Job) -> Complaint {
        let complaint = Complaint(about: error, input: job.input, output: job.output)
        let isNamed = complaint.sentence.hasPrefix(job.input) || complaint.sentence.hasPrefix(job.output)
        return isNamed ? complaint : Complaint("\(job.input): \(complaint.sentence)")
    }

    private func prediction(_ path: String, _ trained: TrainedModel, _ machine: Machine) throws -> Prediction {
        let reader =
            path == "-"
            ? try PictureReader(descriptor: 0, limits: engine.limits)
            : try PictureReader(path: path, limits: engine.limits)
        var options = RunOptions(
            border: nil, method: nil, machine: machine, maxMemory: engine.limits.maxMemory)
        options.maxPixels = engine.limits.maxPixels
        options.depth = .float32
        let plan: Plan
        do {
            plan = try Plan(trained.graph, for: reader.header, options: options)
        } catch {
            // A program in which 'gray |' could stand in front is not what is written here.
            guard let wayOut = trained.wayOut(for: reader.header, of: path) else { throw error }
            throw Complaint(wayOut)
        }
        return Prediction(try plan.result(from: reader), areProbabilities: trained.network.endsInShares)
    }

    // MARK: What is printed

    private func head(classes: Int) -> String {
        "path" + (1...classes).map { ",class\($0),probability\($0)" }.joined()
    }

    private func text(of prediction: Prediction, _ path: String, _ classes: [String]) -> String {
        let best = prediction.ranking.prefix(top)
        switch format {
        case .json:
            let list = best.map { index -> JSON in
                ["class": .string(classes[index]), "probability": .float(prediction.probabilities[index])]
            }
            return (["path": .string(path), "classes": .array(list)] as JSON).text
        case .csv:
            return Self.quoted(path)
                + best.map { ",\(Self.quoted(classes[$0])),\(prediction.probabilities[$0])" }.joined()
        case .text:
            return "\(path): "
                + best.map { "\(classes[$0]) \(NumberText.percent(Double(prediction.probabilities[$0])))" }
                .joined(separator: ", ")
        }
    }

    /// RFC 4180: a field with a comma, a quote or a line's end is quoted.
    static func quoted(_ field: String) -> String {
        guard field.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return field }
        return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
