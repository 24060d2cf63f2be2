import Convolution
import Pixels
import Steps
import Testing

/// The layers that convolve, against finite differences.
struct GradientTests {
    private func settings(_ values: [String: Value]) -> Settings { Settings(values: values, text: "conv") }

    @Test(arguments: [
        Border.zero, .edge, .constant(0.5), .symmetric, .reflect, .wrap,
    ]) func `a convolution passes back what it passed on, for every border and geometry`(border: Border) throws {
        let word = try #require(Vocabulary.word("conv"))
        for (index, (size, stride, dilation, padding)) in [
            (Size(3), 1, 1, Padding.same), (Size(2), 2, 1, .sameLower), (Size(width: 3, height: 1), 1, 2, .full),
            (Size(width: 2, height: 3), 2, 2, .sides(top: 2, right: 1, bottom: 0, left: 3)),
        ].enumerated() {
            for groups in [1, 2] {
                let step = try word.make(
                    settings([
                        "channels": .integer(4), "size": .size(size), "groups": .integer(groups),
                        "stride": .size(Size(stride)), "dilate": .size(Size(dilation)), "pad": .padding(padding),
                        "border": .border(border),
                    ]))
                let plan = try step.plan(
                    for: [Shape(count: 2, channels: 2, height: 4, width: 5)], options: PlanOptions())
                try GradientCheck.run(plan, seed: UInt64(index), "\(border) \(size) groups \(groups)")
            }
        }
    }
}
