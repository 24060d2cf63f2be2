import Convolution
import Learning
import Pixels
import Programs
import Testing

/// What is said of a kernel that was found, besides its weights.
@Suite struct DiagnosisTests {
    private func solve(_ model: KernelModel, _ before: Raster, _ after: Raster) throws -> LearnedKernel {
        var solver = try KernelSolver(model)
        try solver.add(before: RasterRows(before), after: RasterRows(after))
        return try solver.solve()
    }

    @Test func `a flat picture tells the sum and no more`() throws {
        let taps = Size(5)
        for depth in [Depth.uint8, .uint16, .float32] {
            let flat = SolvingPictures.raster(
                Planes(shape: Shape(channels: 1, height: 40, width: 50), filledWith: 0.4), depth)
            for sum in [nil, 1.0] {
                let told = try solve(KernelModel(window: Window(size: taps), sum: sum), flat, flat).outputs[0]
                #expect(told.blindCount == 24, "\(depth), sum \(String(describing: sum))")
                #expect(abs(told.weights[0].reduce(0, +) - 1) < 1e-6)
            }
            // What is added may be part of it, unless the sum is known.
            let open = KernelModel(window: Window(size: taps), hasBias: true)
            #expect(try solve(open, flat, flat).outputs[0].blindCount == 25)
            let held = KernelModel(window: Window(size: taps), hasBias: true, sum: 1)
            #expect(try solve(held, flat, flat).outputs[0].blindCount == 24)
            let ridged = KernelModel(window: Window(size: taps), ridge: 1e-6)
            #expect(try solve(ridged, flat, flat).outputs[0].blindCount == 24)
        }
    }

    @Test func `what rounding leaves in linear light is what it does there`() throws {
        for depth in [Depth.uint8, .uint16] {
            let before = SolvingPictures.raster(SolvingPictures.planes(Size(200), channels: 3), depth)
            let graph = try Catalogue().graph(for: SourceText(text: "gaussian 1"))
            let plan = try Plan(
                graph, for: before.header, options: RunOptions(isLinear: true, unitesSteps: false))
            let after = try plan.applied(to: before)
            let learned = try solve(KernelModel(window: Window(size: Size(9)), isLinear: true), before, after)
            #expect(abs(learned.residual / learned.roundingResidual - 1) < 0.03)
            #expect(learned.isExplained)
        }
    }
}
