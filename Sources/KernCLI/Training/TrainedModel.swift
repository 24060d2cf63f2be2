import Codecs
import Convolution
import Learning
import Pixels
import Programs

/// A model that 'kern train' wrote, ready to be run.
struct TrainedModel {
    let path: String
    let model: Model
    let graph: Graph
    let network: Network
    /// What it is measured by: what was asked for, else what it was learned by.
    let loss: Loss?

    /// The classes' names as they may be printed.
    var classes: [String] { model.classes.map(\.plain) }

    init(path: String, limits: Limits, loss asked: Loss? = nil) throws {
        self.path = path
        if PictureFormat.known(pathExtensionOf: path) != nil, FileFacts(path)?.kind == .file {
            throw Complaint("'\(path)' is a picture, and the model stands before it: kern predict MODEL \(path) …")
        }
        model = try Model(path: path)
        let learned = TrainingOptions.losses.contains(model.loss) ? Loss(word: model.loss) : nil
        loss = asked ?? learned ?? (model.classes.isEmpty ? .meanSquare : nil)
        let catalogue = Catalogue(folders: Environment.kernelFolders)
        var graph = try catalogue.graph(for: SourceText(name: path, text: model.program), numbers: model.numbers)
        graph.attach(model)
        self.graph = graph
        network = try Network(graph, input: model.input, seed: 0, loss: loss, maxMemory: limits.maxMemory)
        for weight in network.weights where !model.weights.contains(where: { $0.name == weight.name }) {
            throw Complaint("\(path): damaged: '\(weight.name)' is missing", status: .failed)
        }
    }

    /// Examples brought to what the model takes.
    func read(_ data: String, limits: Limits, machine: Machine) throws -> DataSets {
        var options = DataOptions(
            classes: model.classes.isEmpty ? nil : model.classes, limits: limits, machine: machine)
        let catalogue = Catalogue(folders: Environment.kernelFolders)
        options.fit = try graph.inputFit(catalogue)
        options.targetFit = try graph.targetFit(catalogue)
        options.made = try graph.made()
        options.cutting = { [graph] in graph.cutting(of: $0) }
        let sets = try DataSets(path: data, options: options, model: path)
        guard sets.training.classes.isEmpty == model.classes.isEmpty else {
            throw Complaint(
                model.classes.isEmpty
                    ? "\(path) makes pictures, and the examples of \(data) have classes; measure it with pairs, 'before' and 'after'"
                    : "\(path) tells \(model.classes.count) classes apart, and \(data) has pictures that are to be made; measure it with examples "
                        + "that have classes", status: .failed)
        }
        return sets
    }

    /// nil for a model that does not find things.
    func detector(limits: Limits, machine: Machine) throws -> Detector? {
        try Detector(network, maxMemory: limits.maxMemory, threads: machine.threads)
    }

    /// Pictures with boxes, of the model's classes.
    func readBoxes(_ data: String, limits: Limits, machine: Machine) throws -> BoxedSets {
        try BoxedSets(path: data, options: DataOptions(classes: model.classes, limits: limits, machine: machine))
    }

    /// The regions of such pictures that a training with this seed learns from.
    func readRegions(_ data: String, seed: UInt64, limits: Limits, machine: Machine) throws -> ExampleSet {
        var options = DataOptions(classes: model.classes, limits: limits, machine: machine)
        options.detector = try DetectorProgram(graph)
        options.seed = seed
        return try DataSets(path: data, options: options).training
    }

    /// The net for pictures of this shape: where it looks at windows only, their size does not matter.
    func network(for shape: Shape, of data: String, limits: Limits) throws -> Network {
        var own = shape
        own.count = 1
        if own == model.input { return network }
        if own.channels == model.input.channels,
            let other = try? Network(graph, input: own, seed: 0, loss: loss, maxMemory: limits.maxMemory)
        {
            return other
        }
        let wayOut = Self.wayOut(from: own.channels, to: model.input.channels, of: "them", "PICTURES", as: "FOLDER/")
        throw Complaint(
            "\(path) was learned from pictures of \(model.input), and those of \(data) are \(own)"
                + (wayOut.map { "; \($0)" } ?? ""),
            status: .failed)
    }

    /// What brings a picture to the channels that the net takes, where its program has no 'input' that does; nil where it has
    /// them, or nothing does.
    func wayOut(for header: PictureHeader, of picture: String) -> String? {
        guard (try? graph.made()) == nil else { return nil }
        let colours = header.channels.colorCount
        guard let way = Self.wayOut(from: colours, to: model.input.channels, of: "it", picture, as: "OTHER.png")
        else { return nil }
        return "\(path) was learned from \(colours == 1 ? "colour" : "grey") pictures; \(way)"
    }

    private static func wayOut(
        from channels: Int, to wanted: Int, of them: String, _ picture: String, as other: String
    ) -> String? {
        switch (channels, wanted) {
        case (3, 1): "make \(them) grey first: kern apply gray \(picture) -o \(other)"
        case (1, 3): "give \(them) three channels first: kern apply 'channel 0,0,0' \(picture) -o \(other)"
        default: nil
        }
    }
}
