import Codecs
import Convolution
import Learning
import Pixels
import Programs
import Steps
import Tensors

/// What a training is made of, before its first step: every fault that can be known by then is told here.
struct TrainingSetup {
    let model: Model
    let network: Network
    let loss: Loss
    let classWeights: [Double]
    let training: ExampleBatches
    let validation: ExampleBatches?
    let test: ExampleBatches?
    /// Of a detector the pictures to measure it with.
    let boxedTest: BoxedPictures?
    let notes: [String]
    /// Of all examples that decide what is learned.
    let checksum: String
    let batch: Int
    let epochs: Int

    /// Steps that a net makes of pictures unless it is told otherwise: of few pictures an epoch is soon over.
    private static let pictureSteps = 1000

    /// - Parameter read: reads the examples, given how pictures are brought to what the program takes.
    init(
        program: ProgramText, options: TrainingOptions, machine: Machine, limits: Limits,
        read: (DataOptions) throws -> DataSets
    ) throws {
        let catalogue = Catalogue(folders: Environment.kernelFolders)
        let source = program.source
        // Sizes do not depend on how many classes there are; what is asked here is only how pictures come in.
        let draft = try catalogue.graph(for: source, numbers: ["classes": 2])
        var dataOptions = DataOptions(
            classes: program.model.flatMap { $0.classes.isEmpty ? nil : $0.classes }, limits: limits, machine: machine)
        dataOptions.fit = try draft.inputFit(catalogue)
        dataOptions.targetFit = try draft.targetFit(catalogue)
        dataOptions.made = try draft.made()
        dataOptions.cutting = { draft.cutting(of: $0) }
        dataOptions.detector = try DetectorProgram(draft)
        dataOptions.seed = options.seed
        var data = try read(dataOptions)
        var notes = data.notes
        let training = data.training
        let classes = training.classes
        let numbers = classes.isEmpty ? [:] : ["classes": Double(classes.count)]
        var graph = try catalogue.graph(for: source, numbers: numbers)
        if let model = program.model { graph.attach(model) }
        var shape = training.shape
        shape.count = 1
        var network = try Network(
            graph, input: shape, seed: options.seed, loss: options.loss ?? (classes.isEmpty ? .meanSquare : nil),
            maxMemory: limits.maxMemory)
        // A model in the program's place knows all its weights.
        var unknown = program.model == nil ? network.weights : []
        if let path = options.from {
            let missing = try network.take(from: Model.weights(path: path), path: path)
            if let note = network.note(missing: missing, in: path) { notes.append(note) }
            if program.model == nil { unknown = missing }
        }
        guard network.learnedCount > 0 else {
            throw Complaint(
                "there is nothing to learn in this program: 'conv CHANNELS SIZE' and 'dense OUTPUTS' are steps whose "
                    + "weights are found from examples")
        }
        loss = try network.loss(options.loss, for: training)
        if let note = network.noteOfShares(loss) { notes.append(note) }
        if case .share(0)? = options.validation { data.validation = nil }
        let share = Self.shareAside(data, options)
        let all = Array(0..<training.count)
        let (own, aside) =
            share > 0 ? try training.split(validation: share, seed: options.seed) : (all, [])
        let occasions = try options.sometimes.map { share, text in
            let graph = try catalogue.graph(for: SourceText(text: text))
            return try OccasionalProgram(for: training.shape, probability: Float(share)) { header in
                let plan = try Plan(graph, for: header)
                if let unknown = plan.nodes.first(where: \.asksForWeights) {
                    throw PlanError.unknownWeights(step: unknown.text)
                }
                return plan
            }
        }
        func measuring(_ set: ExampleSet, _ indices: [Int]? = nil) throws -> ExampleBatches {
            try ExampleBatches(
                measuring: set, indices, augmentation: options.augmentation, programs: occasions, seed: options.seed)
        }
        self.training = try ExampleBatches(
            training, own, augmentation: options.augmentation, programs: occasions, seed: options.seed)
        validation = try data.validation.map { try measuring($0) } ?? (aside.isEmpty ? nil : measuring(training, aside))
        test = try data.test.map { try measuring($0) }
        boxedTest = data.boxedTest
        if options.patience != nil, validation == nil {
            throw Complaint(
                "--patience waits for the validation to get better, and nothing is set aside to measure with; give "
                    + "--val SHARE or --val DIR")
        }
        classWeights = try Self.classWeights(of: training, among: own, options)
        if unknown.contains(where: network.isMeasured) {
            guard unknown.allSatisfy({ !network.isMeasured($0) || network.seesPictures($0) }) else {
                throw Complaint(
                    "zscore is measured on the pictures as they come in, and here a step before it makes other numbers of them; put "
                        + "it right behind 'input', or take 'batchnorm', which measures where it stands")
            }
            let scaling = Scaling(of: training, among: own, machine: machine)
            network.settle(unknown, scaling.means, scaling.deviations)
        }
        self.network = network
        let batch = options.batch ?? (training.isOfPixels ? 8 : 64)
        try Self.requireMemory(
            for: network, batch: min(batch, own.count), options.optimiser, machine: machine, limits: limits)
        self.batch = batch
        model = Model(
            program: program.text, classes: classes, input: shape, history: "", loss: loss.word,
            examples: Model.Examples(aside: share, seed: options.seed, checksum: training.checksum), weights: [])
        self.notes = notes
        checksum = ([training] + [data.validation].compactMap(\.self)).map(\.checksum).joined(separator: "-")
        let stepsPerEpoch = (own.count + batch - 1) / batch
        epochs = options.epochs ?? (training.isOfPixels ? max(10, Self.pictureSteps / stepsPerEpoch) : 10)
    }

    /// What the classes count; empty where all count the same.
    private static func classWeights(
        of set: ExampleSet, among indices: [Int], _ options: TrainingOptions
    ) throws -> [Double] {
        guard options.balances || options.classWeights != nil else { return [] }
        if set.classes.isEmpty {
            throw Complaint(
                options.balances
                    ? "--balance lets classes count alike, and these examples have none; leave it out"
                    : "--class-weights says what classes count, and these examples have none; leave it out")
        }
        if let weights = options.classWeights {
            return try weights.weights(of: set.classes, counts: set.classCounts(among: indices))
        }
        return set.balancedClassWeights(among: indices).map(Double.init)
    }

    private static func requireMemory(
        for network: Network, batch: Int, _ optimiser: Optimiser, machine: Machine, limits: Limits
    ) throws {
        func bytes(_ batch: Int) throws -> Int? {
            try Learner.bytes(for: network, batch: batch, optimiser: optimiser, threads: machine.threads)
        }
        func fits(_ batch: Int) throws -> Bool { try bytes(batch).map { $0 <= limits.maxMemory } ?? false }
        if try fits(batch) { return }
        func text(_ bytes: Int?) -> String { bytes.map(ByteCount.text) ?? "more than can be counted" }
        var smaller = batch / 2
        while smaller > 0, try !fits(smaller) { smaller /= 2 }
        let wayOut =
            smaller > 0
            ? "a smaller --batch takes less: \(smaller) fits"
            : "with one picture in a batch it is still \(text(try bytes(1))), most of it for the weights: allow more"
        throw Complaint(
            "learning in batches of \(batch) takes \(text(try bytes(batch))), and --max-memory allows "
                + "\(ByteCount.text(limits.maxMemory)); \(wayOut)", status: .failed)
    }

    /// The share of what is learned from that is set aside to measure with.
    private static func shareAside(_ data: DataSets, _ options: TrainingOptions) -> Double {
        if data.validation != nil { return 0 }
        if case .share(let asked)? = options.validation { return asked }
        // A few pairs are all learned from.
        return data.training.memberCount < 20 ? 0 : 0.1
    }
}

extension Network {
    /// What becomes of the weights that a file of weights does not have; nil where it has all.
    fileprivate func note(missing: [Weight], in path: String) -> String? {
        if missing.isEmpty { return nil }
        func told(_ some: [Weight], _ what: String) -> String? {
            if some.isEmpty { return nil }
            return what + some.prefix(4).map(\.name).joined(separator: ", ") + (some.count > 4 ? ", …" : "")
        }
        let told = [
            told(missing.filter { !isMeasured($0) }, "these start anew: "),
            told(missing.filter(isMeasured), "these are measured: "),
        ].compactMap(\.self)
        return "\(weights.count - missing.count) of \(weights.count) weights come from \(path); "
            + told.joined(separator: "; ")
    }

    /// The loss that is asked for or suits the examples, and whether what comes out fits what is wanted.
    func loss(_ asked: Loss?, for examples: ExampleSet) throws -> Loss {
        let made = "the program makes \(output) of \(input)"
        switch examples.targets {
        case .labels:
            try requireShares(for: asked)
            guard output.size == Size(1) else {
                throw Complaint(
                    "\(made), and a class for each picture is 1x1; end it in 'dense classes', or in 'globalavg'")
            }
            guard output.channels == examples.classes.count else {
                throw Complaint(
                    "\(made), and the examples have \(examples.classes.count) classes; write 'dense classes', and the "
                        + "data tell how many")
            }
        case .regions:
            if let asked, !asked.isForClasses { throw Complaint("--loss: a detector learns by crossentropy") }
            guard output.size == Size(1), choices == examples.classes.count + 1 else {
                throw Complaint(
                    "the program finds things of \(choices - 1) classes, and the pictures have things of "
                        + "\(examples.classes.count); end it in 'detect classes', and the data tell how many")
            }
        case .masks(let shape, _):
            try requireShares(for: asked)
            guard output.size != Size(1) || shape.size == Size(1) else {
                throw Complaint(
                    "\(made), one answer for the whole picture, and the masks ask for one for each pixel; keep the picture's size up "
                        + "to the end, without 'flatten' and 'dense', and let the last step be 'conv classes 1'")
            }
            guard output.size == shape.size else {
                throw Complaint(
                    "\(made), and the masks are \(shape.size); bring it back to their size with 'upsample 2' or 'deconv', or leave "
                        + "out what shrinks it: pooling, 'stride=' and 'pad=valid'")
            }
            guard output.channels == examples.classes.count else {
                throw Complaint(
                    "\(made), and the masks have \(examples.classes.count) classes; the last step has to have a channel for each "
                        + "class, as 'conv classes 1' has")
            }
        case .pictures(let shape, _):
            if asked?.isForClasses ?? false {
                throw Complaint("crossentropy, and --smoothing with it, is for classes, not for pictures")
            }
            if asked == .binaryCrossEntropy, !endsInSigmoid {
                throw Complaint(
                    "--loss bce compares shares from 0 to 1; end the program in 'sigmoid', which makes them")
            }
            // Large pictures are cut into pieces, whose size is none that the user knows; their channels are.
            guard output.size != shape.size || output.channels == shape.channels else {
                let many = output.channels == 1 ? "1 channel" : "\(output.channels) channels"
                throw Complaint(
                    "the program makes pictures of \(many), and the pictures to be learned have \(shape.channels); let "
                        + "its last layer make \(shape.channels), as 'conv \(shape.channels) 3x3' does")
            }
            guard output.size == shape.size else {
                throw Complaint("\(made), and the pictures to be learned are \(shape.size)x\(shape.channels)")
            }
        }
        if examples.classes.isEmpty { return asked ?? .meanSquare }
        return asked.map { $0.isForClasses ? $0 : .ofClasses($0) } ?? .crossEntropy(smoothing: 0)
    }

    /// Shares that are made shares once more can hardly be told apart.
    fileprivate func noteOfShares(_ loss: Loss) -> String? {
        guard case .crossEntropy = loss, let softmax = earlierSoftmax else { return nil }
        return
            "note: crossentropy makes shares of what comes out, and with '\(softmax)' in front of '\(lastText)' these are shares already: "
            + "little is learned; let one softmax be the last step, or none"
    }

    /// What is compared with 1 for the right class and 0 for the others has to be shares of classes.
    private func requireShares(for asked: Loss?) throws {
        guard let asked, !asked.isForClasses else { return }
        if asked == .binaryCrossEntropy {
            if endsInSigmoid { return }
            throw Complaint("--loss bce asks about each class by itself; end the program in 'sigmoid', which answers")
        }
        if endsInSoftmax || endsInSigmoid { return }
        throw Complaint(
            "--loss compares shares of classes with 0 and 1; end the program in 'softmax', which makes them, or leave "
                + "--loss out: crossentropy needs none")
    }
}

extension Graph {
    /// Large pictures are cut where the net makes pictures of the same size and does not look at all of them at once.
    func cutting(of header: PictureHeader) -> Cutting? {
        guard let plan = try? Plan(self, for: header), plan.output.size == header.size,
            let field = plan.explanation.last?.receptiveField
        else { return nil }
        let margin = max(field.width, field.height) / 2
        return Cutting(side: max(64, 6 * margin), margin: margin)
    }
}
