import Convolution
import Steps

/// `init=sobel-x,sobel-y`: known kernels as the start of what is learned.
extension Resolver {
    /// Words of `init=` that are rules for chance, not kernels.
    private static let rules: Set<String> = ["he", "xavier", "zero"]

    /// The kernels that the step is to start from; none where chance decides.
    func startKernels(of step: any Step, _ call: Call, in scope: Scope) throws(ProgramError) -> [Kernel] {
        guard let weighted = step as? any WeightedStep, let start = weighted.layerWords.start,
            !Self.rules.contains(start)
        else { return [] }
        var kernels: [Kernel] = []
        for name in start.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
            kernels.append(try kernel(named: name, call, in: scope))
        }
        guard step is ConvStep else {
            throw scope.error(
                .shape("init: only 'conv' can start from kernels; here it is he, xavier or zero"), at: call.headSpan)
        }
        return kernels
    }

    private func kernel(named name: String, _ call: Call, in scope: Scope) throws(ProgramError) -> Kernel {
        var inner = Resolver(catalogue: catalogue, source: scope.source)
        let program: Program
        do {
            program = try Program(parsing: SourceText(name: "init", text: name))
        } catch {
            throw scope.error(error.fault, at: call.headSpan)
        }
        // Places in `init` mean nothing to who wrote the program.
        do {
            _ = try inner.chain(program, from: 0, in: scope)
        } catch {
            throw scope.error(error.fault, at: call.headSpan)
        }
        guard inner.graph.nodes.count == 2, let step = inner.graph.nodes[1].step as? KernelStep else {
            throw scope.error(
                .shape("init: '\(name)' is not one kernel; kernels have weights to start from, as sobel-x has"),
                at: call.headSpan)
        }
        return step.kernel
    }
}
