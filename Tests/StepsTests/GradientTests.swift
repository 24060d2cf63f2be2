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

    @Test func `a transposed convolution passes back what it added, and a dense layer what it summed`() throws {
        let deconv = try #require(Vocabulary.word("deconv"))
        for (index, (size, stride, dilation, padding, extra)) in [
            (Size(3), 1, 1, Padding.valid, 0), (Size(4), 2, 1, .sides(top: 1, right: 1, bottom: 1, left: 1), 0),
            (Size(width: 3, height: 2), 3, 2, .same, 2), (Size(2), 2, 3, .full, 1),
        ].enumerated() {
            for groups in [1, 2] {
                let step = try deconv.make(
                    settings([
                        "channels": .integer(4), "size": .size(size), "groups": .integer(groups),
                        "stride": .size(Size(stride)), "dilate": .size(Size(dilation)), "pad": .padding(padding),
                        "extra": .size(Size(extra)),
                    ]))
                let plan = try step.plan(
                    for: [Shape(count: 2, channels: 2, height: 4, width: 5)], options: PlanOptions())
                try GradientCheck.run(plan, seed: UInt64(index), "deconv \(size) groups \(groups)")
            }
        }
        let dense = try #require(Vocabulary.word("dense")).make(settings(["outputs": .integer(5)]))
        try GradientCheck.run(
            try dense.plan(for: [Shape(count: 3, channels: 2, height: 2, width: 3)], options: PlanOptions()), seed: 1,
            "dense")
    }
}
