import Pixels
import Programs
import Steps

extension NetworkPlan {
    /// - Throws: a `ProgramError` at the step with which weights and what is made of one picture leave the memory there is.
    func check(_ graph: Graph, maxMemory: Int) throws {
        var held = 0
        for (index, node) in nodes.enumerated() {
            guard let step = node.step else { continue }
            for shape in step.parameters.map(\.shape) + [node.shape] {
                let bytes = (shape.sampleCount ?? .max).multipliedReportingOverflow(by: MemoryLayout<Float>.stride)
                let sum = held.addingReportingOverflow(bytes.partialValue)
                guard !bytes.overflow, !sum.overflow, sum.partialValue <= maxMemory else {
                    throw graph.error(
                        sizing: "with this step, the weights and what is made of one picture need more than the "
                            + "\(ByteCount.text(maxMemory)) there are; let less come in, by a stride or a pool, or raise "
                            + "--max-memory", at: index)
                }
                held = sum.partialValue
            }
        }
    }

    /// What one workspace of this plan holds while it learns, in numbers: what each step makes, what it notes for its way
    /// back, the gradients by its weights, and those between two steps, of which two are there at one time.
    fileprivate var learningSamples: Int? {
        var shapes: [Shape] = []
        var largest = 0
        for (index, node) in nodes.enumerated() where index == 0 || node.step != nil {
            if inPlace[index] == nil { shapes.append(node.shape) }
            shapes += node.learning?.notes ?? []
            if node.passesGradients { shapes += node.step?.parameters.map(\.shape) ?? [] }
            guard let samples = node.shape.sampleCount else { return nil }
            largest = max(largest, samples)
        }
        return Self.sum(shapes.map(\.sampleCount) + [largest, largest])
    }

    /// What one workspace of this plan holds forwards alone, in bytes; nil is more than can be counted.
    var forwardBytes: Int? {
        let shapes = nodes.indices.filter { inPlace[$0] == nil }.map { nodes[$0].shape }
        guard let samples = Self.sum(shapes.map(\.sampleCount)), samples <= .max / MemoryLayout<Float>.stride else {
            return nil
        }
        return samples * MemoryLayout<Float>.stride
    }

    fileprivate static func sum(_ counts: [Int?]) -> Int? {
        var sum = 0
        for count in counts {
            guard let count else { return nil }
            let next = sum.addingReportingOverflow(count)
            guard !next.overflow else { return nil }
            sum = next.partialValue
        }
        return sum
    }
}

extension Learner {
    /// What a training of `network` in batches of `batch` will hold, in bytes, besides the examples: weights, their gradients
    /// and running means, and for each thread a part of a batch on its way. nil is more than can be counted.
    public static func bytes(for network: Network, batch: Int, optimiser: Optimiser, threads: Int) throws -> Int? {
        let learned = WeightLayout(network).count
        let couples = try network.plan(count: 2).couplesBatch
        let parts = ranges(of: batch, couplesBatch: couples, weights: learned)
        let plan = try network.plan(count: parts.map(\.count).max() ?? batch)
        let rooms = min(max(1, threads), parts.count)
        let (all, overflow) = (plan.learningSamples ?? .max).multipliedReportingOverflow(by: rooms)
        let perWeight = parts.count + 2 + optimiser.momentCount
        guard !overflow, let sum = NetworkPlan.sum([all, learned * perWeight]), sum <= .max / MemoryLayout<Float>.stride
        else { return nil }
        return sum * MemoryLayout<Float>.stride
    }
}
