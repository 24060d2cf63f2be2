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
    static let mistakes = Option(
        "mistakes", .file, placeholder: "FILE.csv",
        help:
            "Also writes a table of the pictures it got wrong, the surest first: which, of what class, and taken for what."
    )

    static let spec = CommandSpec(
        name: "eval", summary: "measures how well a model does on examples",
        examples: [
            Example(
                "kern eval digits.safetensors --data mnist/", says: "accuracy, each class, and what is taken for what"),
            Example(
                "kern eval digits.safetensors --data mnist/ --mistakes wrong.csv",
                says: "also which pictures it gets wrong, and how sure it is of that"),
            Example("kern eval digits.safetensors --data mnist/ --json", says: "the same for programs"),
        ],
        positionals: [Positional("MODEL", completion: .file, help: "A model that 'kern train' wrote.")],
        options: [data, part, top, TrainingOptions.loss, mistakes, .force, .threads] + EngineOptions.limitOptions + [
            .json, .quiet,
        ],
        discussion: [
            "Precision is the share of what was taken for a class that is of it; recall the share of a class that was "
                + "found. Of masks every pixel counts, and IoU is what wanted and found have in common over what "
                + "either has.",
            "Of a detector it tells the average precision of each class, as COCO counts it: AP50 where boxes overlap by half "
                + "or more, AP over all overlaps from 0.5 to 0.95; precision and recall are of what is surer than 0.5.",
        ], otherNames: ["errors": mistakes, "wrong": mistakes, "misclassified": mistakes])

    let model: String
    let data: String
    let part: String?
    let top: Int
    let loss: Loss?
    /// Where the table of what it got wrong goes.
    let mistakes: String?
    let force: Bool
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
        mistakes = arguments.text(Eval.mistakes)
        force = arguments.has(.force)
        engine = EngineOptions(limitsIn: arguments)
        pictureFlag = [Eval.top, TrainingOptions.loss, Eval.mistakes].first(where: arguments.has)?.flag
        printsJSON = arguments.has(.json)
        isQuiet = arguments.has(.quiet)
        if force, mistakes == nil {
            throw ArgumentError.refused("--force is for the file of --mistakes; name it, or leave this out")
        }
    }

    func run(_ terminal: Terminal) throws -> ExitStatus {
        terminal.isQuiet = isQuiet
        let trained = try TrainedModel(path: model, limits: engine.limits, loss: loss)
        let machine = try engine.machine()
        if let mistakes { try checkTable(mistakes, of: trained) }
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
        var wrong: [MistakeTable.Row] = []
        for part in parts {
            let network = try trained.network(for: part.set.shape, of: data, limits: engine.limits)
            let own = try Evaluator(
                network, loss: loss, machine: machine, best: top, listsMistakes: mistakes != nil
            ).evaluate(network, on: try ExampleBatches(measuring: part.set, part.indices))
            wrong += own.mistakes.map { MistakeTable.Row($0, in: part) }
            if found == nil { found = own } else { found? += own }
        }
        guard let found else { return .ok }
        if let mistakes {
            try MistakeTable(wrong, trained.classes).write(to: mistakes, replacing: force)
            terminal.talk(
                "kern eval: \(mistakes): \(wrong.count) of \(found.sum.count) pictures were got wrong, the surest first"
            )
        }
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

    /// Examples that are measured.
    struct Measured {
        let set: ExampleSet
        /// Which part of the data they are.
        let part: String
        /// Which of them; nil for all.
        var indices: [Int]?
    }

    private func chosen(from sets: DataSets, _ learned: Model.Examples?) throws -> [Measured] {
        if part == "validation", sets.validation == nil {
            let set = sets.training
            return [Measured(set: set, part: "training", indices: try aside(of: set, learned))]
        }
        return try chosen(training: sets.training, validation: sets.validation, test: sets.test)
            .map { Measured(set: $0.part, part: $0.name) }
    }

    /// What a training set aside of the same examples.
    func aside(of set: ExampleSet, _ learned: Model.Examples?) throws -> [Int] {
        func refusal(_ reason: String) -> Complaint {
            Complaint("\(data) has no validation part of its own, and \(reason)", status: .failed)
        }
        guard let learned else { throw refusal("\(model) does not tell what it was learned from") }
        guard learned.checksum == set.checksum else {
            throw refusal("\(model) was learned from other examples: what was set aside of them cannot be told")
        }
        guard learned.aside > 0 else { throw refusal("nothing was set aside of it when \(model) was learned") }
        return try set.split(validation: learned.aside, seed: learned.seed).validation
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

    func chosen<Part>(training: Part, validation: Part?, test: Part?) throws -> [(part: Part, name: String)] {
        let all = [(training, "training"), (validation, "validation"), (test, "test")]
        let present = all.compactMap { set, name in set.map { (part: $0, name: name) } }
        if part == "all" { return present }
        // What is furthest from what was learned, where none is named.
        guard let part else { return present.suffix(1) }
        guard let only = present.first(where: { $0.name == part }) else {
            throw Complaint("\(data) has no \(part) part of its own", status: .failed)
        }
        return [only]
    }
}
