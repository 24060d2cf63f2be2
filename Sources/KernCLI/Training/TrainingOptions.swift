import Arguments
import Convolution
import Learning

/// What `train` is told about learning by gradient.
struct TrainingOptions: Sendable {
    static let data = Option(
        "data", .file, placeholder: "DIR",
        help: "Examples: a folder for each class, an IDX pair (MNIST), CIFAR's binary files, or a CSV of path,label.")
    static let validation = Option(
        "val", .text, placeholder: "SHARE|DIR", defaultText: "the data's own validation folder, else 0.1",
        help: "What is set aside to measure with: a share of the examples, a folder of others, or 0 for nothing.")
    static let epochs = Option(
        "epochs", .integer(0...1_000_000), placeholder: "N",
        defaultText: "10; for pictures and masks as many as make 1000 steps",
        help: "How often all examples are seen; 0 writes the weights of --from as a model of this program.")
    static let batch = Option(
        "batch", .integer(1...65_536), placeholder: "N", defaultText: "64; for pictures and masks 8",
        help: "Examples in a step; large pictures are cut into pieces, each an example.")
    static let rate = Option(
        "rate", .number(0...1000), placeholder: "R", defaultText: "0.001, 0.05 for sgd",
        help: "The learning rate, or the highest of a schedule.")
    static let optimiser = Option(
        "optimiser", .choice(["adam", "adamw", "sgd", "nesterov", "rmsprop"]), defaultText: "adam",
        help: "How weights follow their gradients: adam, adamw, sgd, nesterov or rmsprop.")
    static let momentum = Option(
        "momentum", .number(0...0.9999), placeholder: "M", defaultText: "0.9, 0 for rmsprop",
        help: "Of sgd, nesterov and rmsprop.")
    static let decay = Option(
        "decay", .number(0...10), placeholder: "D", defaultText: "0, 0.01 for adamw",
        help: "Weight decay; biases and scales are left alone.")
    static let schedule = Option(
        "schedule", .text, placeholder: "COURSE", defaultText: "constant",
        help:
            "How the rate goes: constant, cosine, onecycle, step:EPOCHS,FACTOR (10,0.1 unless said) or plateau:PATIENCE,FACTOR "
            + "(3,0.3).")
    static let warmUp = Option(
        "warmup", .integer(0...1_000_000_000), placeholder: "STEPS", defaultText: "0",
        help: "Steps over which the rate grows from 0.")
    static let losses = ["crossentropy", "mse", "mae", "huber", "bce"]
    static let loss = Option(
        "loss", .choice(losses),
        defaultText: "crossentropy for classes, mse for pictures", help: "What is made small.")
    static let smoothing = Option(
        "smoothing", .number(0...0.99), placeholder: "S", defaultText: "0", help: "Label smoothing of crossentropy.")
    static let balance = Option("balance", help: "Lets all classes count alike, however many examples each has.")
    static let classWeights = Option(
        "class-weights", .text, placeholder: "NAME=W,...",
        help: "What an example of a class counts, such as 'cat=2,dog=0.5'; a class that is not named counts 1.")
    static let augment = Option(
        "augment", .text, placeholder: "WORDS",
        help:
            "Changes examples at random, such as 'flip shift=2 rotate=10': \(Augmentation.words.joined(separator: ", "))."
    )
    static let sometimes = Option(
        "sometimes", .text, placeholder: "SHARE PROGRAM", repeats: true,
        help: "Runs a program over a share of the examples, such as '0.2 gaussian 1'.")
    static let patience = Option(
        "patience", .integer(1...1_000_000), placeholder: "N",
        help: "Ends when the validation has not got better for N epochs.")
    static let clip = Option(
        "clip", .number(1e-9...1e9), placeholder: "LENGTH", help: "The longest that a step's gradient may be.")
    static let seed = Option(
        "seed", .integer(0...Int.max), placeholder: "N", defaultText: "1",
        help: "For everything that is left to chance: the same seed gives the same model.")
    static let from = Option(
        "from", .file, placeholder: "MODEL",
        help:
            "A model, or another program's safetensors file, whose weights are the start, as far as names and sizes agree."
    )
    static let resume = Option("resume", help: "Goes on with the training that OUT's checkpoint holds.")
    static let noCheckpoint = Option(
        "no-checkpoint",
        help: "Writes no checkpoint, which takes up to four times the model's room; what is stopped is then lost.")
    static let log = Option("log", .file, placeholder: "CSV", help: "Writes a line for each epoch to this file.")
    static let chart = Option(
        "chart", .file, placeholder: "SVG|PNG", help: "Draws the curves of loss and accuracy as an SVG or PNG picture.")

    static let options: [Option] = [
        data, validation, epochs, batch, rate, optimiser, momentum, decay, schedule, warmUp, loss, smoothing, balance,
        classWeights, augment, sometimes, patience, clip, seed, from, resume, noCheckpoint, log, chart,
    ]

    /// PyTorch's, Keras's and other trainers' words.
    static let otherNames = [
        "dataset": data, "traindir": data, "validation": validation, "valsplit": validation,
        "validationsplit": validation, "batchsize": batch, "bs": batch, "lr": rate, "learningrate": rate,
        "optimizer": optimiser, "optim": optimiser, "weightdecay": decay, "wd": decay, "l2": decay,
        "scheduler": schedule, "lrscheduler": schedule, "warmupsteps": warmUp, "criterion": loss,
        "labelsmoothing": smoothing, "classweight": classWeights, "augmentation": augment, "transforms": augment,
        "earlystopping": patience, "gradclip": clip, "clipnorm": clip, "clipgradnorm": clip, "randomseed": seed,
        "manualseed": seed, "pretrained": from, "finetune": from, "csv": log, "plot": chart,
    ]

    let data: String?
    let validation: Validation?
    let optimiser: Optimiser
    /// What was said of where weights start, how they follow their gradients, what they see and when it ends, besides how
    /// often; "" where nothing was.
    let course: [(flag: String, words: String)]
    let schedule: Schedule
    /// nil for what suits the examples.
    let epochs: Int?
    let batch: Int?
    let loss: Loss?
    let balances: Bool
    let classWeights: ClassWeights?
    let augmentation: Augmentation
    let sometimes: [(share: Double, program: String)]
    let patience: Int?
    let clip: Double?
    let seed: UInt64
    let from: String?
    let resumes: Bool
    let keepsCheckpoint: Bool
    let log: String?
    let chart: String?

    /// What is measured with.
    enum Validation: Hashable, Sendable {
        case share(Double)
        case folder(String)
    }

    init(_ arguments: ParsedArguments) throws {
        data = arguments.text(Self.data)
        validation = try arguments.text(Self.validation).map { text in
            guard let share = Double(text) else { return .folder(text) }
            guard share >= 0, share < 1 else {
                throw ArgumentError.refused("--val: a share lies between 0 and 1, '\(text)' does not")
            }
            return .share(share)
        }
        epochs = arguments.integer(Self.epochs)
        batch = arguments.integer(Self.batch)
        course = [
            Self.optimiser, Self.rate, Self.momentum, Self.decay, Self.schedule, Self.warmUp, Self.loss, Self.smoothing,
            Self.balance, Self.classWeights, Self.augment, Self.sometimes, Self.validation, Self.patience, Self.clip,
            Self.from,
        ].map { ($0.flag, arguments.words($0)) }
        let optimiserName = arguments.text(Self.optimiser) ?? "adam"
        if arguments.has(Self.momentum), optimiserName.hasPrefix("adam") {
            throw ArgumentError.refused("--momentum is for sgd, nesterov and rmsprop; \(optimiserName) has its own")
        }
        optimiser = Self.optimiser(optimiserName, arguments)
        let isSGD = optimiserName == "sgd" || optimiserName == "nesterov"
        schedule = Schedule(
            rate: arguments.number(Self.rate) ?? (isSGD ? 0.05 : 0.001),
            course: try Self.course(arguments.text(Self.schedule) ?? "constant"),
            warmUp: arguments.integer(Self.warmUp) ?? 0)
        loss = try Self.loss(arguments)
        balances = arguments.has(Self.balance)
        classWeights = try arguments.text(Self.classWeights).map(ClassWeights.init)
        if balances, classWeights != nil {
            throw ArgumentError.refused("--balance and --class-weights are two ways to weigh classes; choose one")
        }
        do {
            augmentation = try arguments.text(Self.augment).map(Augmentation.init) ?? Augmentation()
        } catch {
            throw ArgumentError.refused("--augment: \(error)")
        }
        sometimes = try arguments.texts(Self.sometimes).map(Self.occasion)
        patience = arguments.integer(Self.patience)
        clip = arguments.number(Self.clip)
        seed = UInt64(arguments.integer(Self.seed) ?? 1)
        from = arguments.text(Self.from)
        resumes = arguments.has(Self.resume)
        keepsCheckpoint = !arguments.has(Self.noCheckpoint)
        if resumes, !keepsCheckpoint {
            throw ArgumentError.refused(
                "--resume goes on from a checkpoint, and --no-checkpoint keeps none; choose one")
        }
        if epochs == 0, from == nil {
            throw ArgumentError.refused(
                "--epochs 0 learns nothing: it is for weights that are known, from --from FILE.safetensors")
        }
        log = arguments.text(Self.log)
        chart = arguments.text(Self.chart)
        if epochs == 0, let option = [Self.log, Self.chart].first(where: arguments.has) {
            throw ArgumentError.refused("\(option.flag) tells of epochs, and --epochs 0 has none; leave it out")
        }
    }

    /// `0.2 gaussian 1`
    private static func occasion(_ text: String) throws -> (share: Double, program: String) {
        let parts = text.split(separator: " ", maxSplits: 1).map(String.init)
        guard parts.count == 2, let share = Double(parts[0]), share > 0, share <= 1 else {
            throw ArgumentError.refused("--sometimes '\(text)' needs a share and a program, as in '0.2 gaussian 1'")
        }
        return (share, parts[1])
    }

    private static func optimiser(_ name: String, _ arguments: ParsedArguments) -> Optimiser {
        let momentum = arguments.number(Self.momentum)
        let decay = arguments.number(Self.decay)
        switch name {
        case "sgd": return Optimiser(.sgd(momentum: momentum ?? 0.9, isNesterov: false), weightDecay: decay ?? 0)
        case "nesterov": return Optimiser(.sgd(momentum: momentum ?? 0.9, isNesterov: true), weightDecay: decay ?? 0)
        case "rmsprop":
            return Optimiser(.rmsProp(memory: 0.99, momentum: momentum ?? 0, epsilon: 1e-8), weightDecay: decay ?? 0)
        case "adamw":
            return Optimiser(Optimiser.adam.rule, weightDecay: decay ?? 0.01, decaysApart: true)
        default: return Optimiser(Optimiser.adam.rule, weightDecay: decay ?? 0)
        }
    }

    private static func loss(_ arguments: ParsedArguments) throws -> Loss? {
        let smoothing = arguments.number(Self.smoothing)
        let name = arguments.text(Self.loss)
        if smoothing != nil, let name, name != "crossentropy" {
            throw ArgumentError.refused("--smoothing is crossentropy's; --loss \(name) has none")
        }
        if let smoothing { return .crossEntropy(smoothing: smoothing) }
        return name.map(Loss.init(word:))
    }

    /// `step:5,0.1` and the like.
    private static func course(_ text: String) throws -> Schedule.Course {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        let numbers = parts.count > 1 ? parts[1].split(separator: ",").map { Double($0) } : []
        func pair(_ count: Int, _ factor: Double) throws -> (Int, Double) {
            let first = numbers.isEmpty ? Double(count) : numbers[0]
            let second = numbers.count > 1 ? numbers[1] : factor
            guard numbers.count <= 2, let first, let second, let whole = Int(exactly: first), whole > 0, second > 0,
                second <= 1
            else {
                throw ArgumentError.refused(
                    "--schedule: '\(text)' needs whole epochs and a factor up to 1, as in \(parts[0]):5,0.1")
            }
            return (whole, second)
        }
        switch parts.first ?? "" {
        case "constant" where numbers.isEmpty: return .constant
        case "cosine" where numbers.isEmpty: return .cosine
        case "onecycle" where numbers.isEmpty: return .oneCycle(rise: 0.3)
        case "step":
            let (epochs, factor) = try pair(10, 0.1)
            return .step(epochs: epochs, factor: factor)
        case "plateau":
            let (patience, factor) = try pair(3, 0.3)
            return .plateau(patience: patience, factor: factor)
        default:
            throw ArgumentError.refused(
                "--schedule is constant, cosine, onecycle, step:EPOCHS,FACTOR or plateau:PATIENCE,FACTOR, not '\(text)'"
            )
        }
    }
}

extension Loss {
    /// By a word that `--loss` takes.
    init(word: String) {
        switch word {
        case "mse": self = .meanSquare
        case "mae": self = .meanMagnitude
        case "huber": self = .huber(delta: 1)
        case "bce": self = .binaryCrossEntropy
        default: self = .crossEntropy(smoothing: 0)
        }
    }

    var word: String {
        switch self {
        case .meanSquare: "mse"
        case .meanMagnitude: "mae"
        case .huber: "huber"
        case .binaryCrossEntropy: "bce"
        case .crossEntropy: "crossentropy"
        case .ofClasses(let loss): loss.word
        }
    }
}
