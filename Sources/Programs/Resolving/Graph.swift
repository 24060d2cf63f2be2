import Convolution
import Steps
import Tensors

/// A program with every name resolved: steps in an order in which each comes after those it takes its input from.
///
/// Node 0 is the picture that comes in. A chain is a list; branches make it a graph.
public struct Graph: Sendable {
    public struct Node: Sendable {
        /// nil for the picture that comes in.
        public internal(set) var step: (any Step)?
        public internal(set) var inputs: [Int]
        /// As it was written.
        public internal(set) var text: String
        let place: ProgramError.Place
        /// The calls that led here, innermost first, where it stands in a kernel file.
        let usedAt: [ProgramError.Place]
        /// What its weights are called by in a model file: `conv1`, or the `name=` it was given.
        public internal(set) var label = ""
        /// Weights that are known already, by the name of the parameter.
        public internal(set) var weights: [String: Tensor] = [:]
        /// How many numbers the model has for it, where a `batchnorm` was taken into its weights.
        public internal(set) var countBeforeFolding: Int?
        /// Kernels that its first outputs start from; chance decides the others.
        public internal(set) var start: [Kernel] = []
    }

    public internal(set) var nodes: [Node]
    /// The node whose result is the program's.
    public internal(set) var output: Int
    public let source: SourceText

    /// More would be a mistake, or an attack, rather than a program.
    static let mostNodes = 4096

    init(source: SourceText) {
        self.source = source
        output = 0
        nodes = [
            Node(
                step: nil, inputs: [], text: "input", place: ProgramError.Place(source: source, span: .nowhere),
                usedAt: [])
        ]
    }
}
