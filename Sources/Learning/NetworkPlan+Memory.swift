import Pixels
import Programs

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
                            + "\(maxMemory >> 20) MiB there are; let less come in, by a stride or a pool, or raise "
                            + "--max-memory", at: index)
                }
                held = sum.partialValue
            }
        }
    }
}
