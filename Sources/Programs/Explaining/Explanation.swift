import Convolution
import Pixels
import Steps

/// What `explain` has to say about one step of a plan: facts, which the command line puts into sentences.
public struct StepExplanation: Sendable {
    public let text: String
    /// Steps whose results come in, by their place in `Plan.explanation`; 0 is the picture.
    public let inputs: [Int]
    public let output: Shape
    /// The window: its size, padding on each side, stride and dilation, and the size formula for each axis.
    public let geometry: Geometry?
    /// Of a transposed convolution the one the other way, from its output to its input.
    public let opposite: Geometry?
    /// nil where pixels outside take no part.
    public let border: Border?
    /// How a convolution is computed and what each way would have cost.
    public let method: Method?
    public let costs: [Method: Double]
    /// Products of a row and a column that a separable kernel was found to be.
    public let rank: Int?
    /// Whether its transforms are in float.
    public let isFastTransform: Bool
    /// The coarse grid it is computed on, if it is; the method is then what would do without.
    public let grid: StepAccount.Grid?
    /// How it runs on 8-bit samples as they lie in the picture, if it does; the method is then what would do without.
    public let levels: String?
    /// The step behind it that does it in one with its own, if one does; the method is then what would do without.
    public let union: String?
    /// Which samples each of its own is made of, where a picture is brought to another size.
    public let resampling: Resampling?
    /// For how many regions of a picture what follows is done.
    public let mostParts: Int?
    /// Whether each sample depends on all of what comes in.
    public let looksAtAll: Bool
    public let mixing: StepAccount.Mixing
    /// Whether each sample is one of those that came in.
    public let picksSamples: Bool
    public let operations: Double
    public let parameters: [Parameter]
    /// Whether the weights are known: the program comes with a model.
    public let isLearned: Bool
    /// How many numbers the model has for it, where a `batchnorm` was folded in: the parameters are then not the model's.
    public let countBeforeFolding: Int?
    /// Whether a training leaves them as they are.
    public let isFrozen: Bool
    /// Pixels of the picture that one sample depends on; nil is all of them.
    public let receptiveField: Size?
    /// Pixels of the picture from one output to the next.
    public let jump: PerAxis<Double>
    public let rowsHeld: Int
    public let bytesHeld: Int
    public let isHeldWhole: Bool
    /// Whether it keeps something of each row that is let go.
    public let keepsMap: Bool
    /// Put in for alpha, light or range; it was not written.
    public let isImplied: Bool
}

extension Plan {
    /// The steps in the order in which they run, the picture first; steps that nothing depends on are left out.
    public var explanation: [StepExplanation] {
        var places = nodes.map { _ in 0 }
        var sights = nodes.map { _ in Sight(behind: [], StepAccount()) }
        var all: [StepExplanation] = []
        var unions: [Int: String] = [:]
        for node in nodes { for absorbed in node.absorbed { unions[absorbed] = node.text } }
        for (index, node) in nodes.enumerated() where isTold(index) {
            let inputs = node.absorbed.isEmpty ? node.inputs : node.absorbed
            places[index] = all.count
            let account = node.plan?.account ?? StepAccount()
            sights[index] = Sight(behind: inputs.map { sights[$0] }, account)
            all.append(
                StepExplanation(
                    text: node.text, inputs: inputs.map { places[$0] }, output: node.shape,
                    geometry: account.geometry, opposite: account.opposite, border: account.border,
                    method: account.convolution?.method,
                    costs: account.convolution?.costs ?? [:], rank: account.convolution?.rank,
                    isFastTransform: account.convolution?.isFastTransform ?? false,
                    grid: account.grid,
                    levels: node.levels?.account,
                    union: unions[index],
                    resampling: account.resampling,
                    mostParts: account.mostParts,
                    looksAtAll: account.reach == .all, mixing: account.mixing,
                    picksSamples: node.plan?.picksSamples ?? false,
                    operations: account.operations,
                    parameters: node.plan?.parameters ?? [], isLearned: !node.weights.isEmpty,
                    countBeforeFolding: node.origin.flatMap { graph.nodes[$0].countBeforeFolding },
                    isFrozen: isFrozen(node),
                    receptiveField: sights[index].field, jump: sights[index].jump, rowsHeld: node.rowsHeld,
                    bytesHeld: node.bytesHeld, isHeldWhole: node.isHeldWhole, keepsMap: node.mapBytes > 0,
                    isImplied: node.origin == nil))
        }
        return all
    }
}

extension Plan {
    private func isFrozen(_ node: Node) -> Bool {
        guard let origin = node.origin, let step = graph.nodes[origin].step as? any WeightedStep else { return false }
        return step.layerWords.isFrozen
    }
}

/// What of the picture one sample depends on.
private struct Sight {
    /// In pixels of the picture; behind steps that enlarge it, these may be parts.
    private var seen: PerAxis<Double>? = PerAxis(1)
    private(set) var jump = PerAxis(1.0)

    /// nil is all of it.
    var field: Size? {
        seen.map { Size(width: Int($0.x.rounded(.up)), height: Int($0.y.rounded(.up))) }
    }

    /// What a step sees whose inputs see `inputs`.
    init(behind inputs: [Sight], _ account: StepAccount) {
        if let first = inputs.first { self = first }
        for input in inputs.dropFirst() {
            guard let own = seen, let other = input.seen else {
                seen = nil
                continue
            }
            seen = PerAxis(x: max(own.x, other.x), y: max(own.y, other.y))
            jump = PerAxis(x: max(jump.x, input.jump.x), y: max(jump.y, input.jump.y))
        }
        switch account.reach {
        case .pixel:
            break
        case .all:
            seen = nil
        case .around(let pixels):
            look(at: PerAxis(2 * pixels + 1), apart: PerAxis(1))
        case .samples(let samples, let apart):
            look(at: samples, apart: apart)
        case .window:
            guard let geometry = account.geometry else { return }
            look(
                at: PerAxis(
                    x: Extent.span(of: geometry.x.kernel, dilation: geometry.x.dilation),
                    y: Extent.span(of: geometry.y.kernel, dilation: geometry.y.dilation)),
                apart: PerAxis(x: Double(geometry.x.stride), y: Double(geometry.y.stride)))
        }
    }

    /// r + (span − 1)·j, and the jumps multiply.
    private mutating func look(at span: PerAxis<Int>, apart: PerAxis<Double>) {
        guard let own = seen else { return }
        seen = PerAxis(x: own.x + Double(span.x - 1) * jump.x, y: own.y + Double(span.y - 1) * jump.y)
        jump = PerAxis(x: jump.x * apart.x, y: jump.y * apart.y)
    }
}
