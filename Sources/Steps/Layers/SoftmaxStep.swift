import Convolution
import Pixels

/// e^v, divided by the sum over all channels of the pixel: probabilities.
public struct SoftmaxStep: Step {
    public let text: String

    public var role: StepRole { .layer }

    public func plan(for inputs: [Shape], options: PlanOptions) throws(StepError) -> any PlannedStep {
        PlannedSoftmax(output: inputs[0])
    }

    static let word = StepWord(
        "softmax", .layer, "e^v over its sum across the channels of each pixel: probabilities", example: "softmax"
    ) { settings throws(StepError) in
        SoftmaxStep(text: settings.text)
    }
}

struct PlannedSoftmax: DifferentiableStep {
    let output: Shape

    /// Pixels that go through the channels together.
    private static let chunk = 256

    var inputs: [Shape] { [output] }

    func rowsNeeded(for rows: Range<Int>) -> [Range<Int>] { [rows] }

    func run(_ call: StepCall, into output: inout Planes) {
        let shape = self.output
        guard shape.channels > 0 else { return }
        let loops = call.machine.rowLoops
        call.inputs[0].withRows { source in
            output.withMutableRows { target in
                call.machine.split(call.rows, grain: 32) { piece in
                    withUnsafeTemporaryAllocation(of: Double.self, capacity: Self.chunk) { sums in
                        for run in RowRun.all(piece, in: source, target) {
                            for n in 0..<shape.count {
                                let first = n * shape.channels
                                let (from, to) = (source.row(run.row, plane: first), target.row(run.row, plane: first))
                                for start in stride(from: 0, to: run.count, by: Self.chunk) {
                                    powers(
                                        from + start, every: source.planeStride, into: to + start,
                                        every: target.planeStride, min(Self.chunk, run.count - start), sums, loops)
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    // out (c,x) = e^(in (c,x) − largest (x)) / Σ over c of the same
    private func powers(
        _ input: UnsafePointer<Float>, every step: Int, into out: UnsafeMutablePointer<Float>, every outStep: Int,
        _ count: Int, _ sums: UnsafeMutableBufferPointer<Double>, _ loops: RowLoops
    ) {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: Self.chunk) { largest in
            for x in 0..<count {
                largest[x] = input[x]
                sums[x] = 0
            }
            for c in 1..<max(1, output.channels) {
                let row = input + c * step
                for x in 0..<count { largest[x] = max(largest[x], row[x]) }
            }
            for c in 0..<output.channels {
                let (row, powers) = (input + c * step, out + c * outStep)
                if let largest = largest.baseAddress, let sums = sums.baseAddress {
                    loops.powers(row, below: largest, into: powers, addingTo: sums, count)
                }
            }
            for c in 0..<output.channels {
                let powers = out + c * outStep
                for x in 0..<count { powers[x] /= Float(sums[x]) }
            }
        }
    }

    // input (c,x) = p (c,x) · (g (c,x) − Σ over k of g (k,x) · p (k,x)), p the probabilities that came out
    func backward(
        _ call: StepCall, output: Planes, notes: [Planes], outputGradient: Planes, into gradients: inout StepGradients
    ) {
        let (shape, area) = (self.output, self.output.height * self.output.width)
        let each = shape.channels * area
        gradients.inputs[0]?.withSamples { target in
            output.withSamples { result in
                outputGradient.withSamples { gradient in
                    call.machine.split(0..<shape.count, grain: max(1, SampleRun.length / max(1, each))) { pictures in
                        withUnsafeTemporaryAllocation(of: Float.self, capacity: Self.chunk) { mean in
                            for n in pictures {
                                for start in stride(from: 0, to: area, by: Self.chunk) {
                                    let first = n * each + start
                                    let count = min(Self.chunk, area - start)
                                    for x in 0..<count { mean[x] = 0 }
                                    for c in 0..<shape.channels {
                                        let (p, g) = (
                                            result.base + first + c * area, gradient.base + first + c * area
                                        )
                                        for x in 0..<count { mean[x] += g[x] * p[x] }
                                    }
                                    for c in 0..<shape.channels {
                                        let (p, g) = (
                                            result.base + first + c * area, gradient.base + first + c * area
                                        )
                                        let out = target.base + first + c * area
                                        for x in 0..<count { out[x] = p[x] * (g[x] - mean[x]) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    var account: StepAccount { StepAccount(mixing: .all, operations: Double(output.sampleCount ?? 0) * 3) }
}
