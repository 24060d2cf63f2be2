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

    init(path: String, limits: Limits) throws {
        self.path = path
        model = try Model(path: path)
        let catalogue = Catalogue(folders: Environment.kernelFolders)
        var graph = try catalogue.graph(for: SourceText(name: path, text: model.program), numbers: model.numbers)
        graph.attach(model)
        self.graph = graph
        network = try Network(graph, input: model.input, seed: 0, maxMemory: limits.maxMemory)
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
        let sets = try DataSets(path: data, options: options)
        guard sets.training.shape.size == model.input.size, sets.training.shape.channels == model.input.channels else {
            throw Complaint(
                "\(path) was learned from pictures of \(model.input), and those of \(data) are "
                    + "\(sets.training.shape.size)x\(sets.training.shape.channels)", status: .failed)
        }
        return sets
    }
}
