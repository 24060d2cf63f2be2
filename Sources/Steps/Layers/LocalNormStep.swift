import Convolution
import Pixels

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Local response normalisation, as in AlexNet: each sample divided by what the channels around it have at its pixel.
///
/// v / (k + alpha / size · Σ v²)^beta over `size` channels; those that do not exist count as 0. PyTorch's meaning.
public struct LocalNormStep: Step {
    public let size: Int
    public let alpha: Double
    public let beta: Double
    public let k: Double
    public let text: String

    public var role: StepRole { .layer }

    public func plan(for inputs: [Shape], options: PlanOptions) throws(StepError) -> any PlannedStep {
        PlannedLocalNorm(step: self, output: inputs[0])
    }

    static let word = StepWord(
        "lrn", .layer, "v / (k + alpha/size × the sum of squares over neighbouring channels)^beta, as in AlexNet",
        example: "lrn 5 k=2",
        settings: [
            .place("size", .integer(1...4096), standard: .integer(5), "channels that count, the own in the middle"),
            .key("alpha", .number(0...1e6), standard: .number(1e-4), "how much they count"),
            .key("beta", .number(0...16), standard: .number(0.75), "the exponent"),
            .key("k", .number(1e-6...1e6), standard: .number(1), "what is divided by where all is 0"),
        ]
    ) { settings throws(StepError) in
        LocalNormStep(
            size: settings.integer("size"), alpha: settings.number("alpha"), beta: settings.number("beta"),
            k: settings.number("k"), text: settings.text)
    }
}

struct PlannedLocalNorm: DifferentiableStep {
    let step: LocalNormStep
    let output: Shape

    /// Pixels that go through the channels together.
    private static let chunk = 256

    var inputs: [Shape] { [output] }

    /// What each sample's power is taken of.
    var notes: [Shape] { [output] }

    func rowsNeeded(for rows: Range<Int>) -> [Range<Int>] { [rows] }

    /// The channels that count for channel `c`; of an even number there is one more before it.
    private func around(_ c: Int) -> Range<Int> {
        max(0, c - step.size / 2)..<min(output.channels, c + (step.size - 1) / 2 + 1)
    }

    func run(_ call: StepCall, into output: inout Planes) {
        let shape = self.output
        call.inputs[0].withRows { source in
            output.withMutableRows { target in
                call.machine.split(call.rows, grain: 32) { piece in
                    withUnsafeTemporaryAllocation(of: Float.self, capacity: Self.chunk) { bases in
                        guard let bases = bases.baseAddress else { return }
                        for run in RowRun.all(piece, in: source, target) {
                            for n in 0..<shape.count where shape.channels > 0 {
                                let first = n * shape.channels
                                let (from, to) = (source.row(run.row, plane: first), target.row(run.row, plane: first))
                                for start in stride(from: 0, to: run.count, by: Self.chunk) {
                                    normalise(
                                        from + start, every: source.planeStride, bases, every: 0, to + start,
                                        every: target.planeStride, min(Self.chunk, run.count - start))
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    func forward(_ call: StepCall, into output: inout Planes, notes: inout [Planes]) {
        let (area, each) = (self.output.height * self.output.width, self.output.channels)
        call.inputs[0].withSamples { source in
            output.withSamples { target in
                notes[0].withSamples { bases in
                    call.machine.split(0..<self.output.count, grain: 1) { pictures in
                        for n in pictures {
                            for start in stride(from: 0, to: area, by: Self.chunk) {
                                let at = n * each * area + start
                                normalise(
                                    source.base + at, every: area, bases.base + at, every: area, target.base + at,
                                    every: area, min(Self.chunk, area - start))
                            }
                        }
                    }
                }
            }
        }
    }

    // base (c,x) = k + alpha/size · Σ over the channels around c of in²;  out (c,x) = in (c,x) · base (c,x)^−beta
    private func normalise(
        _ input: UnsafePointer<Float>, every step: Int, _ bases: UnsafeMutablePointer<Float>, every baseStep: Int,
        _ out: UnsafeMutablePointer<Float>, every outStep: Int, _ count: Int
    ) {
        let share = Float(self.step.alpha / Double(self.step.size))
        let k = Float(self.step.k)
        for c in 0..<output.channels {
            let (base, own, result) = (bases + c * baseStep, input + c * step, out + c * outStep)
            for x in 0..<count { base[x] = 0 }
            for other in around(c) {
                let row = input + other * step
                for x in 0..<count { base[x] += row[x] * row[x] }
            }
            for x in 0..<count { base[x] = k + share * base[x] }
            reciprocalPowers(base, into: result, count)
            for x in 0..<count { result[x] *= own[x] }
        }
    }

    // input (c) = g (c) · base (c)^−beta − 2·alpha·beta/size · in (c) · Σ over those c is around of g·out/base
    func backward(
        _ call: StepCall, output: Planes, notes: [Planes], outputGradient: Planes, into gradients: inout StepGradients
    ) {
        let (area, channels) = (self.output.height * self.output.width, self.output.channels)
        let share = Float(2 * step.alpha * step.beta / Double(step.size))
        gradients.inputs[0]?.withSamples { target in
            call.inputs[0].withSamples { source in
                output.withSamples { result in
                    notes[0].withSamples { bases in
                        outputGradient.withSamples { gradient in
                            call.machine.split(0..<self.output.count, grain: 1) { pictures in
                                let store = UnsafeMutablePointer<Float>.allocate(capacity: (channels + 1) * Self.chunk)
                                defer { store.deallocate() }
                                let passed = store + channels * Self.chunk
                                for n in pictures {
                                    for start in stride(from: 0, to: area, by: Self.chunk) {
                                        let count = min(Self.chunk, area - start)
                                        let first = n * channels * area + start
                                        for c in 0..<channels {
                                            let at = first + c * area
                                            let (g, v, b) = (gradient.base + at, result.base + at, bases.base + at)
                                            let part = store + c * Self.chunk
                                            for x in 0..<count { part[x] = g[x] * v[x] / b[x] }
                                        }
                                        for c in 0..<channels {
                                            let at = first + c * area
                                            for x in 0..<count { passed[x] = 0 }
                                            // The other way round: those that have c around them.
                                            let low = max(0, c - (step.size - 1) / 2)
                                            for other in low..<min(channels, c + step.size / 2 + 1) {
                                                let part = store + other * Self.chunk
                                                for x in 0..<count { passed[x] += part[x] }
                                            }
                                            let (g, own, out) = (
                                                gradient.base + at, source.base + at, target.base + at
                                            )
                                            reciprocalPowers(bases.base + at, into: out, count)
                                            for x in 0..<count {
                                                out[x] = g[x] * out[x] - share * own[x] * passed[x]
                                            }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    // out[x] = base[x]^−beta; the usual exponents are roots
    private func reciprocalPowers(
        _ bases: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>, _ count: Int
    ) {
        switch step.beta {
        case 0.5: for x in 0..<count { out[x] = 1 / bases[x].squareRoot() }
        case 0.75:
            for x in 0..<count {
                let root = bases[x].squareRoot()
                out[x] = 1 / (root * root.squareRoot())
            }
        case 1: for x in 0..<count { out[x] = 1 / bases[x] }
        default: for x in 0..<count { out[x] = Float(pow(Double(bases[x]), -step.beta)) }
        }
    }

    var account: StepAccount {
        StepAccount(
            mixing: .all, operations: Double(output.sampleCount ?? 0) * Double(min(step.size, output.channels)))
    }
}
