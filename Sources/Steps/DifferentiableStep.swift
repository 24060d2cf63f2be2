import Convolution
import Pixels

/// A step that can be learned through: the chain rule for it, on whole batches.
///
/// `forward` and `backward` are given the same call, so that a plan keeps no state between them; what is dear to compute
/// twice goes from one to the other in the notes.
public protocol DifferentiableStep: PlannedStep {
    /// What `forward` leaves for `backward`, besides what came in and what came out.
    var notes: [Shape] { get }

    /// Whether what becomes of one picture depends on the others of its batch, as with a batch's mean. All others may be
    /// given a batch in parts.
    var couplesBatch: Bool { get }

    /// Whether its slope is 0 everywhere, so that no step before it can learn through it.
    var stopsLearning: Bool { get }

    /// Whether `backward` looks at what came out; where not, it may be written over meanwhile.
    var needsOutput: Bool { get }

    /// Whether it can do a relu behind it on its way.
    var rectifying: Rectifying { get }

    /// Whether the gradient by each of its inputs is that by its output, as it is: then `backward` is not called.
    var passesGradientOn: Bool { get }

    /// `run` for all rows of a batch while its weights are learned: `call.learning` is there.
    func forward(_ call: StepCall, into output: inout Planes, notes: inout [Planes])

    /// From the gradient of the loss by the output, those by each input and by each parameter. `gradients` is
    /// overwritten; an input that is nil there is not asked for.
    func backward(
        _ call: StepCall, output: Planes, notes: [Planes], outputGradient: Planes, into gradients: inout StepGradients)

    /// Brings the parameters that are counted, not learned, up to date after `forward`.
    func count(_ notes: [Planes], into parameters: inout [Planes])
}

extension DifferentiableStep {
    public var notes: [Shape] { [] }
    public var couplesBatch: Bool { false }
    public var needsOutput: Bool { true }
    public var rectifying: Rectifying { .never }
    public var passesGradientOn: Bool { false }
    public var stopsLearning: Bool { false }
    public func forward(_ call: StepCall, into output: inout Planes, notes: inout [Planes]) { run(call, into: &output) }
    public func count(_ notes: [Planes], into parameters: inout [Planes]) {}
}

/// What a step can do of a relu behind it.
public enum Rectifying: Sendable {
    case never
    case forwards
    /// And its slope on the way back.
    case bothWays
}

/// A step that may work where its input lies, because its way back needs no more than the signs of its result.
public protocol InPlaceStep: DifferentiableStep {
    var worksInPlace: Bool { get }

    /// Whether it is a relu, which a step before it may do on its way.
    var isRelu: Bool { get }

    /// `run` from `planes` to `planes`, all rows.
    func apply(to planes: inout Planes, machine: Machine)
}

/// One gradient for each input and each parameter, of its shape.
public struct StepGradients: Sendable {
    /// nil where no one asks for it.
    public var inputs: [Planes?]
    /// For what is counted instead of learned they stay as they are.
    public var parameters: [Planes]

    public init(inputs: [Planes?], parameters: [Planes] = []) {
        self.inputs = inputs
        self.parameters = parameters
    }

    /// Room for all gradients of a step.
    public init(of step: any PlannedStep) {
        inputs = step.inputs.map { Planes(shape: $0) }
        parameters = step.parameters.map { Planes(shape: $0.shape) }
    }
}
