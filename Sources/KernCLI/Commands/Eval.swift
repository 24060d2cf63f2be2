import Arguments
import Codecs
import Learning
import Pixels
import Programs
import Tensors

/// `kern eval MODEL --data DIR`
struct Eval: Command {
    static let data = Option(
        "data", .file, placeholder: "DIR", isRequired: true,
        help: "Examples with what is to be found: folders, IDX, CIFAR or CSV, as for 'kern train'.")
    static let part = Option(
        "part", .choice(["all", "training", "validation", "test"]), defaultText: "test if there is one, else all",
        help: "Which part of the data is measured: all, training, validation or test.")
    static let top = Option(
        "top", .integer(1...1000), placeholder: "K", defaultText: "5",
        help: "Also tells how often the right class is among the likeliest K.")

    static let spec = CommandSpec(
        name: "eval", summary: "measures how well a model does on examples it has not seen",
        examples: [
            Example(
                "kern eval digits.safetensors --data mnist/", says: "accuracy, each class, and what is taken for what"),
            Example("kern eval digits.safetensors --data mnist/ --json", says: "the same for programs"),
        ],
        positionals: [Positional("MODEL", completion: .file, help: "A model that 'kern train' wrote.")],
        options: [data, part, top, TrainingOptions.loss, .threads] + EngineOptions.limitOptions + [.json, .quiet],
        discussion: [
            "Precision is the share of what was taken for a class that is of it; recall the share of a class that was "
                + "found. Of masks every pixel counts, and IoU is what wanted and found have in common over what "
                + "either has.",
            "Of a detector it tells the average precision of each class, as COCO counts it: AP50 where boxes overlap by half "
                + "or more, AP over all overlaps from 0.5 to 0.95; precision and recall are of what is surer than 0.5.",
        ])

    let model: String
    let data: String
    let part: String?
    let top: Int
    let loss: Loss?
    let engine: EngineOptions
    let printsJSON: Bool
    let isQuiet: Bool
    /// What was said that means nothing of things that are found.
    private let pictureFlag: String?

    init(_ arguments: ParsedArguments) throws {
        model = arguments.positionals[0]
        data = arguments.text(Eval.data) ?? ""
        part = arguments.text(Eval.part)
        top = arguments.integer(Eval.top) ?? 5
        loss = arguments.text(TrainingOptions.loss).map(Loss.init(word:))
        engine = EngineOptions(limitsIn: arguments)
        pictureFlag = [Eval.top, TrainingOptions.loss].first(where: arguments.has)?.flag
        printsJSON = arguments.has(.json)
        isQuiet = arguments.has(.quiet)
    }

    func run(_ terminal: Terminal) throws -> ExitStatus {
        terminal.isQuiet = isQuiet
        let trained = try TrainedModel(path: model, limits: engine.limits, loss: loss)
        let machine = try engine.machine()
        if let detector = try trained.detector(limits: engine.limits, machine: machine) {
            if let flag = pictureFlag {
                throw ArgumentError.refused("\(flag) is for classes, and \(model) finds things; leave it out")
            }
            return try score(detector, trained, machine, terminal)
        }
        let sets = try trained.read(data, limits: engine.limits, machine: machine)
        for note in sets.notes { terminal.talk("kern eval: \(note)") }
        let parts = try chosen(from: sets)
        let loss = try trained.network(for: parts[0].shape, of: data, limits: engine.limits).loss(
            trained.loss, for: parts[0])
        var found: Evaluation?
        for part in parts {
            let network = try trained.network(for: part.shape, of: data, limits: engine.limits)
            let own = try Evaluator(network, loss: loss, machine: machine, best: top).evaluate(
                network, on: try ExampleBatches(part))
            if found == nil { found = own } else { found? += own }
        }
        guard let found else { return .ok }
        let text = EvaluationText(
            found, loss: loss, classes: trained.classes, isOfPixels: trained.network.output.size != Size(1),
            top: top)
        if printsJSON {
            terminal.print(text.json.text)
        } else {
            for line in text.lines { terminal.print(line) }
        }
        return .ok
    }

    private func chosen(from sets: DataSets) throws -> [ExampleSet] {
        try chosen(training: sets.training, validation: sets.validation, test: sets.test)
    }

    func chosen<Part>(training: Part, validation: Part?, test: Part?) throws -> [Part] {
        func need(_ set: Part?, _ name: String) throws -> [Part] {
            guard let set else { throw Complaint("\(data) has no \(name) part of its own", status: .failed) }
            return [set]
        }
        switch part {
        case "test": return try need(test, "test")
        case "validation": return try need(validation, "validation")
        case "training": return [training]
        case "all": return [training, validation, test].compactMap(\.self)
        default: return [test ?? training]
        }
    }
}
