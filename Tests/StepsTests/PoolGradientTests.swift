import Convolution
import Pixels
import Steps
import Testing

/// Pools pass back what they took, over random geometry.
struct PoolGradientTests {
    static let words = ["maxpool", "minpool", "avgpool", "sumpool", "l2pool", "median", "rank"]
    static let borders: [Border?] = [
        nil, .edge, .zero, .constant(1), .symmetric, .reflect, .wrap, .keep,
    ]

    @Test(arguments: words, borders)
    func `every pool and border`(word: String, border: Border?) throws {
        var generator = Seeded(state: 77)
        var checked = 0
        for trial in 0..<14 {
            func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
            let isKept = border == .keep
            let sides = Padding.sides(top: pick(0...1), right: pick(0...2), bottom: pick(0...2), left: pick(0...1))
            let padding: Padding = isKept ? .same : [.same, .valid, sides][trial % 3]
            let stride = isKept ? Size(1) : Size(width: pick(1...3), height: pick(1...3))
            var values: [String: Value] = [:]
            values["size"] = .size(Size(width: pick(1...3), height: pick(1...3)))
            values["stride"] = .size(stride)
            values["dilate"] = .size(Size(width: pick(1...2), height: pick(1...2)))
            values["pad"] = .padding(padding)
            if trial % 2 == 0 { values["ceil"] = .flag }
            if word == "avgpool", trial % 4 < 2 { values["count-padding"] = .flag }
            if word == "rank" { values["fraction"] = .number([0, 0.3, 0.5, 1][trial % 4]) }
            if let border { values["border"] = .border(border) }
            let shape = Shape(count: 2, channels: 1, height: pick(3...6), width: pick(3...6))
            let label = "\(word) \(values) on \(shape)"
            guard let plan = try? makeStep(word, values).plan(for: [shape], options: PlanOptions()) else { continue }
            try GradientCheck.run(plan, seed: UInt64(trial), label)
            checked += 1
        }
        #expect(checked >= 5)
    }

    /// Wide enough for whole vectors, with an odd column and row left over.
    @Test(arguments: ["maxpool", "minpool", "avgpool", "sumpool", "l2pool"], [2, 3])
    func `windows side by side on wide rows`(word: String, size: Int) throws {
        for shape in [Shape(channels: 1, height: 3, width: 39), Shape(channels: 1, height: 2, width: 64)] {
            let values: [String: Value] = ["size": .size(Size(width: size, height: 2))]
            let plan = try makeStep(word, values).plan(for: [shape], options: PlanOptions())
            try GradientCheck.run(plan, seed: 3, "\(word) \(size) on \(shape)")
        }
    }

    @Test(arguments: Lanes.available.map(\.name), [1, 2])
    func `of equal samples the first in reading order gets it all`(level: String, stride: Int) throws {
        for word in ["maxpool", "minpool"] { try expectTheFirst(level, word, stride) }
    }

    private func expectTheFirst(_ level: String, _ word: String, _ stride: Int) throws {
        let shape = Shape(channels: 1, height: 2, width: 40)
        let plan = try #require(
            makeStep(word, ["size": .size(Size(2)), "stride": .size(Size(stride))])
                .plan(for: [shape], options: PlanOptions()) as? any DifferentiableStep)
        let input = Planes(shape: shape, filledWith: 0.5)
        let call = StepCall(
            inputs: [input], rows: 0..<plan.output.height,
            machine: Machine(lanes: try #require(Lanes(named: level)), threads: 1))
        var output = Planes(shape: plan.output)
        plan.run(call, into: &output)
        var gradients = StepGradients(of: plan)
        plan.backward(
            call, output: output, notes: [], outputGradient: Planes(shape: plan.output, filledWith: 1), into: &gradients
        )
        let found = try GradientCheck.samples(#require(gradients.inputs[0]))
        let expected = (0..<80).map { index -> Float in
            index < plan.output.width * stride && index % stride == 0 ? 1 : 0
        }
        #expect(found == expected)
    }

    @Test(arguments: ["globalavg", "globalmax", "globalmin", "globalsum", "globall2"])
    func `global pools`(word: String) throws {
        let plan = try makeStep(word).plan(
            for: [Shape(count: 2, channels: 2, height: 3, width: 5)], options: PlanOptions())
        try GradientCheck.run(plan, seed: 8, word)
    }
}
