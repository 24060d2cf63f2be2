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
        "part", .choice(["all", "training", "validation", "test"]),
        defaultText: "test if there is one, else validation, else all",
        help:
            "Which part of the data is measured: all, training, validation (else what the training set aside) or test.")
    static let top = Option(
        "top", .integer(1...1000), placeholder: "K", defaultText: "5",
        help: "Also tells how often the right class is among the likeliest K.")

    static let spec = CommandSpec(
        name: "eval", summary: "measures how well a model does on examples",
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
        let parts = try chosen(from: sets, trained.model.examples)
        let loss = try trained.network(for: parts[0].set.shape, of: data, limits: engine.limits).loss(
            trained.loss, for: parts[0].set)
        var found: Evaluation?
        for part in parts {
            let network = try trained.network(for: part.set.shape, of: data, limits: engine.limits)
            let own = try Evaluator(network, loss: loss, machine: machine, best: top).evaluate(
                network, on: try ExampleBatches(measuring: part.set, part.indices))
            if found == nil { found = own } else { found? += own }
        }
        guard let found else { return .ok }
        let isOfAll = part == nil && sets.test == nil && sets.validation == nil
        if isOfAll { terminal.talk("kern eval: " + note(of: sets.training, trained.model.examples)) }
        let text = EvaluationText(
            found, loss: loss, classes: trained.classes, isOfPixels: trained.network.output.size != Size(1),
            part: part ?? (isOfAll ? "all" : sets.test == nil ? "validation" : "test"), top: top)
        if printsJSON {
            terminal.print(text.json.text)
        } else {
            for line in text.lines(width: terminal.width) { terminal.print(line) }
        }
        return .ok
    }

    /// Examples that are measured: all of a set where there are no indices.
    private typealias Measured = (set: ExampleSet, indices: [Int]?)

    private func chosen(from sets: DataSets, _ learned: Model.Examples?) throws -> [Measured] {
        if part == "validation", sets.validation == nil { return [try aside(of: sets.training, learned)] }
        return try chosen(training: sets.training, validation: sets.validation, test: sets.test).map { ($0, nil) }
    }

    /// What a training set aside of the same examples.
    private func aside(of set: ExampleSet, _ learned: Model.Examples?) throws -> Measured {
        func refusal(_ reason: String) -> Complaint {
            Complaint("\(data) has no validation part of its own, and \(reason)", status: .failed)
        }
        guard let learned else { throw refusal("\(model) does not tell what it was learned from") }
        guard learned.checksum == set.checksum else {
            throw refusal("\(model) was learned from other examples: what was set aside of them cannot be told")
        }
        guard learned.aside > 0 else { throw refusal("nothing was set aside of it when \(model) was learned") }
        return (set, try set.split(validation: learned.aside, seed: learned.seed).validation)
    }

    private var allMeasured: String { "note: \(data) has no test part, and all of its examples are measured" }

    /// Where it is not known what was learned from.
    var noteOfAll: String { allMeasured + ", those that were learned from too if they are among them" }

    /// What was measured where there is no test part.
    private func note(of set: ExampleSet, _ learned: Model.Examples?) -> String {
        guard learned?.checksum == set.checksum else { return noteOfAll }
        let aside = learned?.aside ?? 0
        return allMeasured + ", those that were learned from too"
            + (aside > 0
                ? "; --part validation measures the \(NumberText.short(100 * aside)) % that were set aside" : "")
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
        default: return [test ?? validation ?? training]
        }
    }
}
