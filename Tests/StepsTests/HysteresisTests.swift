import Convolution
import Pixels
import Steps
import Testing

@Suite struct HysteresisTests {
    private func run(_ samples: Planes, low: Double, high: Double, threads: Int) throws -> [Float] {
        let plan = try makeStep("hysteresis", ["low": .number(low), "high": .number(high)]).plan(
            for: [samples.shape], options: PlanOptions())
        var output = Planes(shape: plan.output)
        let call = StepCall(
            inputs: [samples], rows: 0..<samples.shape.height, machine: Machine(threads: threads))
        plan.run(call, into: &output)
        return GradientCheck.samples(output)
    }

    /// The definition, until nothing changes any more.
    private func closure(_ samples: Planes, low: Float, high: Float) -> [Float] {
        let (width, height) = (samples.shape.width, samples.shape.height)
        let values = GradientCheck.samples(samples)
        var marks = values.map { $0 >= high && $0 > 0 }
        var goesOn = true
        while goesOn {
            goesOn = false
            for y in 0..<height {
                for x in 0..<width
                where !marks[y * width + x] && values[y * width + x] >= low && values[y * width + x] > 0 {
                    let touches = (max(0, y - 1)...min(height - 1, y + 1)).contains { ny in
                        (max(0, x - 1)...min(width - 1, x + 1)).contains { marks[ny * width + $0] }
                    }
                    if touches { (marks[y * width + x], goesOn) = (true, true) }
                }
            }
        }
        return marks.map { $0 ? 1 : 0 }
    }

    /// The rows of the samples come in bands and are let go, as when a program runs.
    private func runInBands(of rows: Int, _ samples: Planes, low: Double, high: Double) throws -> [Float] {
        let step = try makeStep("hysteresis", ["low": .number(low), "high": .number(high)])
        let plan = try #require(try step.plan(for: [samples.shape], options: PlanOptions()) as? any SurveyingStep)
        var findings = plan.emptySurvey
        let height = samples.shape.height
        let machine = Machine(threads: 2)
        for first in stride(from: 0, to: height, by: rows) {
            var band = samples
            band.dropRows(before: first)
            plan.survey(first..<min(first + rows, height), of: band, into: &findings, on: machine)
        }
        #expect(plan.rowsNeeded(for: 0..<height)[0].isEmpty)
        var output = Planes(shape: plan.output)
        let nothing = Planes(shape: samples.shape, emptyWithRoomFor: 0)
        for first in stride(from: 0, to: height, by: 5) {
            let some = first..<min(first + 5, height)
            plan.run(StepCall(inputs: [nothing], rows: some, survey: findings, machine: machine), into: &output)
        }
        return GradientCheck.samples(output)
    }

    private func noise(width: Int, height: Int, above least: Float = -1) -> Planes {
        var state: UInt64 = 11
        let shape = Shape(channels: 1, height: height, width: width)
        return Planes(
            shape: shape,
            samples: (0..<width * height).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return max(least, Float(Int(state >> 40) % 1000 - 100) / 900)
            })
    }

    @Test(arguments: [(1, 1), (3, 5), (1, 200), (40, 260), (9, 513)])
    func `what is connected to a strong pixel is kept, wherever threads divide the rows`(width: Int, height: Int) throws
    {
        let samples = noise(width: width, height: height)
        // At half of the pixels weak, what is connected reaches across whole pictures.
        for (low, high) in [(0.45, 0.97), (0.5, 0.995), (0.3, 0.9), (0.9, 0.9)] {
            let expected = closure(samples, low: Float(low), high: Float(high))
            for threads in [1, 2, 5] {
                #expect(
                    try run(samples, low: low, high: high, threads: threads) == expected, "\(low) \(high) \(threads)")
            }
        }
    }

    @Test func `a line through all pieces of rows is kept for its one strong end`() throws {
        for strong in [0, 150, 299] {
            var samples = Planes(shape: Shape(channels: 1, height: 300, width: 7))
            for y in 0..<300 { samples.samples[y * 7 + 2 + y % 2] = y == strong ? 0.9 : 0.2 }
            for threads in [1, 4] {
                let kept = try run(samples, low: 0.1, high: 0.8, threads: threads)
                #expect(kept.reduce(0, +) == 300)
            }
        }
    }

    @Test func `thresholds that are found are the values that sorting finds`() throws {
        // Above 0 throughout, whole words of 64 pixels have values.
        for (width, height, least) in [(1, 3, -1), (30, 40, -1), (31, 270, -1), (130, 70, 0.01)] {
            let samples = noise(width: width, height: height, above: Float(least))
            let positive = GradientCheck.samples(samples).filter { $0 > 2e-6 }.sorted()
            let high = positive[Int(0.8 * Double(positive.count - 1))]
            let expected = closure(samples, low: high * 0.4, high: high)
            for threads in [1, 3] {
                #expect(try run(samples, low: 0, high: 0, threads: threads) == expected)
            }
        }
        let flat = Planes(shape: Shape(channels: 1, height: 80, width: 3))
        #expect(try run(flat, low: 0, high: 0, threads: 2).allSatisfy { $0 == 0 })
        let even = Planes(shape: Shape(channels: 1, height: 200, width: 3), samples: Array(repeating: 0.25, count: 600))
        #expect(try run(even, low: 0, high: 0, threads: 3).allSatisfy { $0 == 1 })
    }

    @Test(arguments: [(0, 0), (0.2, 0), (0.45, 0.97)])
    func `rows may come in bands and be let go`(low: Double, high: Double) throws {
        for (width, height) in [(1, 1), (64, 33), (130, 40)] {
            let samples = noise(width: width, height: height)
            let expected = try run(samples, low: low, high: high, threads: 1)
            for rows in [1, 7, 64] {
                #expect(try runInBands(of: rows, samples, low: low, high: high) == expected, "\(width) \(rows)")
            }
        }
    }

    @Test func `a low threshold that was told is kept, and the high one that is found is not below it`() throws {
        let samples = noise(width: 30, height: 40)
        for low in [0.1, 0.6, 0.85, 0.95] {
            let positive = GradientCheck.samples(samples).filter { $0 > 2e-6 }.sorted()
            let found = positive[Int(0.8 * Double(positive.count - 1))]
            let expected = closure(samples, low: Float(low), high: max(found, Float(low)))
            #expect(try run(samples, low: low, high: 0, threads: 2) == expected, "\(low)")
        }
    }
}
