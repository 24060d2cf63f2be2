import Convolution
import Pixels

/// Each channel brought to mean 0 and deviation 1 over the batch, then scaled and shifted as was learned. Behind the
/// training stand the running mean and variance, and with them it is the same for every picture.
public struct BatchNormStep: WeightedStep {
    /// What of the running figures each batch replaces.
    public let momentum: Double
    /// Added to the variance, so that a channel of one value can be divided.
    public let epsilon: Double
    public let layerWords: LayerWords
    public let text: String

    public var role: StepRole { .layer }

    public func plan(for inputs: [Shape], options: PlanOptions) throws(StepError) -> any PlannedStep {
        PlannedBatchNorm(step: self, output: inputs[0])
    }

    static let word = StepWord(
        "batchnorm", .layer, "each channel brought to mean 0 and deviation 1 over the batch, then scaled as learned",
        example: "batchnorm",
        settings: [
            .key("momentum", .number(0...1), standard: .number(0.1), "share of the running mean a batch replaces"),
            .key("eps", .number(1e-12...1), standard: .number(1e-5), "added to the variance"),
        ] + LayerWords.settings
    ) { settings throws(StepError) in
        BatchNormStep(
            momentum: settings.number("momentum"), epsilon: settings.number("eps"),
            layerWords: LayerWords(settings), text: settings.text)
    }
}

struct PlannedBatchNorm: DifferentiableStep {
    let step: BatchNormStep
    let output: Shape

    var needsOutput: Bool { false }
    var inputs: [Shape] { [output] }

    var parameters: [Parameter] {
        let one = Shape(channels: output.channels, height: 1, width: 1)
        return [
            Parameter(name: "weight", shape: one, start: .constant(1)),
            Parameter(name: "bias", shape: one, start: .constant(0)),
            Parameter(name: "running_mean", shape: one, start: .constant(0), isStatistic: true),
            Parameter(name: "running_var", shape: one, start: .constant(1), isStatistic: true),
        ]
    }

    /// Frozen, it leaves its running figures alone and goes by them.
    var couplesBatch: Bool { !step.layerWords.isFrozen }

    var rectifying: Rectifying { couplesBatch ? .bothWays : .never }

    /// Of each channel the batch's mean and variance.
    var notes: [Shape] { couplesBatch ? [Shape(channels: output.channels, height: 1, width: 2)] : [] }

    private var area: Int { output.height * output.width }
    private var samplesPerChannel: Double { Double(output.count) * Double(area) }

    func rowsNeeded(for rows: Range<Int>) -> [Range<Int>] { [rows] }

    /// What a sample of channel `c` is multiplied with, and what is added then.
    private func scaling(_ c: Int, mean: Float, variance: Float, _ parameters: [Planes]) -> (
        factor: Float, amount: Float
    ) {
        let factor = Double(parameters[0].samples[c]) / (Double(variance) + step.epsilon).squareRoot()
        return (Float(factor), Float(Double(parameters[1].samples[c]) - Double(mean) * factor))
    }

    /// By the running figures.
    func run(_ call: StepCall, into output: inout Planes) {
        let shape = self.output
        let loops = call.machine.rowLoops
        let scalings = (0..<shape.channels).map {
            scaling(
                $0, mean: call.parameters[2].samples[$0], variance: call.parameters[3].samples[$0], call.parameters)
        }
        call.inputs[0].withRows { source in
            output.withMutableRows { target in
                call.machine.split(call.rows, grain: 32) { piece in
                    for run in RowRun.all(piece, in: source, target) {
                        for plane in 0..<shape.count * shape.channels {
                            let (factor, amount) = scalings[plane % shape.channels]
                            loops.affine(
                                source.row(run.row, plane: plane), factor, amount,
                                into: target.row(run.row, plane: plane), run.count)
                        }
                    }
                }
            }
        }
    }

    /// By the figures of the batch, which go into the notes.
    func forward(_ call: StepCall, into output: inout Planes, notes: inout [Planes]) {
        guard couplesBatch else { return run(call, into: &output) }
        let (shape, area, rectifies) = (self.output, area, call.learning?.rectifies ?? false)
        let loops = call.machine.rowLoops
        call.inputs[0].withSamples { source in
            output.withSamples { target in
                notes[0].withSamples { figures in
                    call.machine.split(0..<shape.channels, grain: 1) { channels in
                        for c in channels {
                            let own = source.base + c * area
                            let (sum, squares) = loops.sums(
                                own, own, area, rows: shape.count, apart: shape.channels * area)
                            let mean = sum / samplesPerChannel
                            let variance = max(0, squares / samplesPerChannel - mean * mean)
                            figures.base[2 * c] = Float(mean)
                            figures.base[2 * c + 1] = Float(variance)
                            let scaling = scaling(
                                c, mean: Float(mean), variance: Float(variance), call.parameters)
                            for n in 0..<shape.count {
                                let first = (n * shape.channels + c) * area
                                let (from, to) = (source.base + first, target.base + first)
                                if rectifies {
                                    loops.rectified(from, scaling, into: to, area)
                                } else {
                                    loops.affine(from, scaling.factor, scaling.amount, into: to, area)
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    // With v = (x − mean) / σ:  bias += Σ g,  weight += Σ g·v,  input = weight/σ · (g − mean(g) − v · mean(g·v))
    func backward(
        _ call: StepCall, output: Planes, notes: [Planes], outputGradient: Planes, into gradients: inout StepGradients
    ) {
        let (shape, area) = (self.output, area)
        let loops = call.machine.rowLoops
        let (isCoupled, rectifies) = (couplesBatch, call.learning?.rectifies ?? false)
        // Where no one asks for the input's gradient there is no room for it either.
        let wantsInput = gradients.inputs[0] != nil
        var room = gradients.inputs[0].take() ?? Planes(shape: Shape(channels: 0, height: 0, width: 0))
        withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * shape.channels) { store in
            // Each channel has its two places and its planes.
            nonisolated(unsafe) let found = store
            call.inputs[0].withSamples { source in
                outputGradient.withSamples { gradient in
                    room.withSamples { target in
                        call.machine.split(0..<shape.channels, grain: 1) { channels in
                            for c in channels {
                                let mean = isCoupled ? notes[0].samples[2 * c] : call.parameters[2].samples[c]
                                let variance = isCoupled ? notes[0].samples[2 * c + 1] : call.parameters[3].samples[c]
                                let scaling = scaling(c, mean: mean, variance: variance, call.parameters)
                                let (first, apart) = (c * area, shape.channels * area)
                                let (above, own) = (gradient.base + first, source.base + first)
                                let (sum, products) =
                                    rectifies
                                    ? loops.sums(above, behind: scaling, of: own, area, rows: shape.count, apart: apart)
                                    : loops.sums(above, own, area, rows: shape.count, apart: apart)
                                let inverse = 1 / (Double(variance) + step.epsilon).squareRoot()
                                let slope = (products - Double(mean) * sum) * inverse
                                found[2 * c] = Float(slope)
                                found[2 * c + 1] = Float(sum)
                                guard wantsInput else { continue }
                                let factor = Double(call.parameters[0].samples[c]) * inverse
                                let share = isCoupled ? -factor * inverse * slope / samplesPerChannel : 0
                                let amount =
                                    isCoupled ? -factor * sum / samplesPerChannel - share * Double(mean) : 0
                                for n in 0..<shape.count {
                                    let first = (n * shape.channels + c) * area
                                    let (g, v) = (gradient.base + first, source.base + first)
                                    let (p, q, amount) = (Float(factor), Float(share), Float(amount))
                                    let to = target.base + first
                                    if rectifies {
                                        loops.affine(g, p, behind: scaling, of: v, q, plus: amount, into: to, area)
                                    } else {
                                        loops.affine(g, p, v, q, plus: amount, into: to, area)
                                    }
                                }
                            }
                        }
                    }
                }
            }
            for c in 0..<shape.channels {
                gradients.parameters[0].samples[c] = found[2 * c]
                gradients.parameters[1].samples[c] = found[2 * c + 1]
            }
        }
        if wantsInput { gradients.inputs[0] = room }
    }

    /// The running variance is that of the population: one sample fewer is divided by.
    func count(_ notes: [Planes], into parameters: inout [Planes]) {
        guard couplesBatch else { return }
        let unbiased = samplesPerChannel / max(1, samplesPerChannel - 1)
        func blend(_ old: Float, _ new: Double) -> Float {
            Float((1 - step.momentum) * Double(old) + step.momentum * new)
        }
        for c in 0..<output.channels {
            let (mean, variance) = (Double(notes[0].samples[2 * c]), Double(notes[0].samples[2 * c + 1]))
            parameters[2].samples[c] = blend(parameters[2].samples[c], mean)
            parameters[3].samples[c] = blend(parameters[3].samples[c], variance * unbiased)
        }
    }

    var account: StepAccount { StepAccount(operations: Double(output.sampleCount ?? 0)) }
}
