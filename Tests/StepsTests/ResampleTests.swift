import Convolution
import Pixels
import Steps
import Testing

/// Sizes: what comes out, that bands do not matter, and the way back.
struct ResampleTests {
    private func plan(_ word: String, _ values: [String: Value], on shape: Shape) throws -> any PlannedStep {
        try makeStep(word, values).plan(for: [shape], options: PlanOptions())
    }

    private func run(_ word: String, _ values: [String: Value], _ rows: [[Float]]) throws -> [[Float]] {
        let shape = Shape(channels: 1, height: rows.count, width: rows[0].count)
        let plan = try plan(word, values, on: shape)
        var output = Planes(shape: plan.output)
        plan.run(
            StepCall(
                inputs: [Planes(shape: shape, samples: rows.flatMap { $0 })], rows: 0..<plan.output.height),
            into: &output)
        let width = plan.output.width
        let all = GradientCheck.samples(output)
        return stride(from: 0, to: all.count, by: width).map { Array(all[$0..<$0 + width]) }
    }

    @Test func `enlarging repeats or goes straight from pixel to pixel`() throws {
        #expect(
            try run("upsample", ["times": .size(Size(width: 3, height: 2))], [[1, 2]]) == [
                [1, 1, 1, 2, 2, 2], [1, 1, 1, 2, 2, 2],
            ])
        #expect(
            try run("upsample", ["times": .size(Size(width: 2, height: 1)), "how": .text("bilinear")], [[0, 4, 4]]) == [
                [0, 1, 3, 4, 4, 4]
            ])
    }

    @Test func `shrinking takes the mean of what is covered`() throws {
        #expect(
            try run("resize", ["size": .size(Size(width: 2, height: 1))], [[1, 3, 5, 9], [1, 3, 5, 9]]) == [[2, 7]])
        let thirds: [Float] = [4 / 3, 14 / 3]
        #expect(try run("resize", ["size": .size(Size(width: 2, height: 1))], [[1, 2, 6]]) == [thirds])
    }

    @Test func `crop covers and cuts, pad fits and fills, stretch does neither`() throws {
        let wide: [[Float]] = [[1, 2, 3, 4], [1, 2, 3, 4]]
        func fit(_ name: String) -> [String: Value] { ["size": .size(Size(2)), "fit": .text(name)] }
        #expect(try run("resize", fit("crop"), wide) == [[2, 3], [2, 3]])
        #expect(try run("resize", fit("pad"), wide) == [[1.5, 3.5], [0, 0]])
        #expect(try run("resize", fit("stretch"), wide) == [[1.5, 3.5], [1.5, 3.5]])
        #expect(try run("crop", ["size": .size(Size(width: 2, height: 1))], wide) == [[2, 3]])
        #expect(
            try run("crop", ["size": .size(Size(width: 2, height: 1)), "at": .anchor(PerAxis(x: 2, y: 1))], wide) == [
                [3, 4]
            ])
    }

    @Test func `what cannot be is refused with a sentence`() throws {
        let shape = Shape(channels: 3, height: 4, width: 4)
        for (word, values, part) in [
            ("crop", ["size": Value.size(Size(5))], "beyond the picture"),
            ("crop", ["size": .size(Size(3)), "at": .anchor(PerAxis(x: 2, y: 0))], "beyond the picture"),
            ("resize", ["size": .size(Size(3)), "fit": .text("cover")], "crop, pad or stretch"),
            ("upsample", ["times": .size(Size(2)), "how": .text("cubic")], "nearest or bilinear"),
            ("input", ["shape": .text("28x28")], "WIDTHxHEIGHTxCHANNELS"),
            ("input", ["shape": .text("1")], "WIDTHxHEIGHTxCHANNELS"),
            ("input", ["shape": .text("28x0x1")], "WIDTHxHEIGHTxCHANNELS"),
            ("input", ["shape": .text("28x28x2")], "2 channels"),
        ] as [(String, [String: Value], String)] {
            let error = #expect(throws: StepError.self) { try plan(word, values, on: shape) }
            #expect(error?.description.contains(part) == true, "\(word): \(error?.description ?? "")")
        }
    }

    @Test func `a picture of the right size comes in as it is, any other is brought to it`() throws {
        var generator = Seeded(state: 3)
        for (shape, wanted) in [
            (Shape(channels: 3, height: 5, width: 7), "7x5x3"), (Shape(channels: 1, height: 5, width: 7), "7x5x1"),
        ] {
            let step = try plan("input", ["shape": .text(wanted)], on: shape)
            let input = GradientCheck.random(shape, 0...1, &generator)
            var output = Planes(shape: step.output)
            step.run(StepCall(inputs: [input], rows: 0..<5), into: &output)
            #expect(GradientCheck.samples(output) == GradientCheck.samples(input))
            #expect(step.picksSamples)
        }
        let colour = Planes(shape: Shape(channels: 3, height: 1, width: 1), samples: [1, 0.5, 0.25])
        let grey = try plan("input", ["shape": .text("2x2x1")], on: colour.shape)
        var output = Planes(shape: grey.output)
        grey.run(StepCall(inputs: [colour], rows: 0..<2), into: &output)
        for sample in GradientCheck.samples(output) { #expect(abs(sample - 0.621) < 1e-6) }
        for channels in [1, 2] {
            let shape = Shape(channels: channels, height: 1, width: 1)
            let colours = try plan("input", ["shape": .text("1x1x3")], on: shape)
            var output = Planes(shape: colours.output)
            colours.run(
                StepCall(inputs: [Planes(shape: shape, filledWith: 0.5)], rows: 0..<1), into: &output)
            #expect(GradientCheck.samples(output) == [0.5, 0.5, 0.5])
        }
    }

    @Test(arguments: ["crop", "pad", "stretch"]) func `bands give what the whole gives`(fit: String) throws {
        var generator = Seeded(state: 4)
        for wanted in ["6x9x1", "40x11x3", "13x50x3"] {
            let shape = Shape(channels: 3, height: 23, width: 31)
            let step = try plan("input", ["shape": .text(wanted), "fit": .text(fit)], on: shape)
            let input = GradientCheck.random(shape, 0...1, &generator)
            var whole = Planes(shape: step.output)
            step.run(StepCall(inputs: [input], rows: 0..<step.output.height), into: &whole)
            let rows = step.rowsNeeded(for: 0..<step.output.height)[0]
            for y in 0..<step.output.height {
                let needed = step.rowsNeeded(for: y..<y + 1)[0]
                #expect(needed.lowerBound >= rows.lowerBound || needed.isEmpty)
                var band = Planes(shape: shape, rows: needed)
                for c in 0..<3 {
                    for row in needed {
                        for x in 0..<31 { band[c: c, y: row, x: x] = input[c: c, y: row, x: x] }
                    }
                }
                var output = Planes(shape: step.output, rows: y..<y + 1)
                step.run(StepCall(inputs: [band], rows: y..<y + 1, machine: Machine(threads: 1)), into: &output)
                for c in 0..<step.output.channels {
                    for x in 0..<step.output.width {
                        #expect(output[c: c, y: y, x: x] == whole[c: c, y: y, x: x])
                    }
                }
            }
        }
    }

    @Test func `the way back`() throws {
        let shape = Shape(count: 2, channels: 3, height: 3, width: 4)
        for (word, values) in [
            ("upsample", ["times": Value.size(Size(2))]),
            ("upsample", ["times": .size(Size(width: 3, height: 2)), "how": .text("bilinear")]),
            ("resize", ["size": .size(Size(width: 3, height: 5)), "fit": .text("pad")]),
            ("resize", ["size": .size(Size(2)), "fit": .text("crop")]),
            ("crop", ["size": .size(Size(width: 3, height: 2))]), ("input", ["shape": .text("3x2x1")]),
            ("input", ["shape": .text("4x3x3")]),
        ] as [(String, [String: Value])] {
            try GradientCheck.run(plan(word, values, on: shape), seed: 12, "\(word) \(values)")
        }
        try GradientCheck.run(
            plan("input", ["shape": .text("4x4x3")], on: Shape(channels: 1, height: 3, width: 5)), seed: 12, "input")
    }
}
