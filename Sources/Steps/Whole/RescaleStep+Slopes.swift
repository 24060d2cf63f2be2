import Convolution
import Pixels

/// The way back: every sample moves the result itself, and through the smallest and the largest or the mean and the
/// deviation of its picture all the others.
extension PlannedRescale {
    func backward(
        _ call: StepCall, output: Planes, notes: [Planes], outputGradient: Planes, into gradients: inout StepGradients
    ) {
        let each = self.output.channels * self.output.height * self.output.width
        let findings = call.survey.isEmpty ? surveyed(call.inputs[0], on: call.machine) : call.survey
        let loops = call.machine.rowLoops
        gradients.inputs[0]?.withSamples { target in
            call.inputs[0].withSamples { source in
                outputGradient.withSamples { gradient in
                    for n in 0..<self.output.count {
                        let (own, all) = (source.base + n * each, target.base + n * each)
                        let given = gradient.base + n * each
                        let found = found(n, findings)
                        let (factor, amount) = map(found)
                        let (sum, products) = loops.sums(given, own, each)
                        switch self.target {
                        case .range:
                            loops.affine(given, Float(factor), 0, into: all, each)
                            let (low, high) = (found.low, found.high)
                            guard factor != 0, high > low else { continue }
                            // Σ g · t, t from 0 at the smallest to 1 at the largest.
                            let towardsHigh = (products - low * sum) / (high - low)
                            for (extreme, share) in [(low, towardsHigh - sum), (high, -towardsHigh)] {
                                let first = (0..<each).first { Double(own[$0]) == extreme }
                                if let first { all[first] += Float(factor * share) }
                            }
                        case .standard:
                            // v = x · factor + amount is the result, so mean(g · v) is at hand.
                            let mean = sum / Double(each)
                            let slope = (products * factor + sum * amount) / Double(each)
                            loops.affine(
                                given, Float(factor), own, Float(-slope * factor * factor),
                                plus: Float(-factor * (mean + slope * amount)), into: all, each)
                        }
                    }
                }
            }
        }
    }
}
