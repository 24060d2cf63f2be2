import Convolution
import Learning
import Pixels
import Programs
import Steps
import Testing

/// What is said of a kernel that was found, besides its weights.
@Suite struct DiagnosisTests {
    private func solve(_ model: KernelModel, _ before: Raster, _ after: Raster) throws -> LearnedKernel {
        var solver = try KernelSolver(model)
        try solver.add(before: RasterRows(before), after: RasterRows(after))
        return try solver.solve()
    }

    private func applied(_ program: String, to before: Raster) throws -> Raster {
        let graph = try Catalogue().graph(for: SourceText(text: program))
        return try Plan(graph, for: before.header, options: RunOptions(unitesSteps: false)).applied(to: before)
    }

    @Test(arguments: [
        Window(size: Size(15)), Window(size: Size(15), anchor: PerAxis(x: 9, y: 4)),
        Window(size: Size(15), anchor: PerAxis(x: 5, y: 10)), Window(size: Size(19), anchor: PerAxis(x: 1, y: 17)),
        Window(size: Size(13)), Window(size: Size(width: 10, height: 12), anchor: PerAxis(x: 6, y: 3)),
    ])
    func `what is recognised does not depend on where the anchor lies`(window: Window) throws {
        let before = SolvingPictures.raster(SolvingPictures.planes(Size(150)), .float32)
        // The kernel lies where the window holds all of it: in its middle.
        let middle = PerAxis(x: (window.size.width - 1) / 2, y: (window.size.height - 1) / 2)
        for (program, name) in [
            ("gaussian 1", "gaussian"), ("sobel-x", "sobel-x"), ("emboss", "emboss"), ("sharpen 0.35", "sharpen 0.35"),
        ] {
            let kernel = try Self.kernel(program)
            var weights = [Double](repeating: 0, count: window.size.width * window.size.height)
            for y in 0..<kernel.size.height {
                for x in 0..<kernel.size.width {
                    let own = PerAxis(x: (kernel.size.width - 1) / 2, y: (kernel.size.height - 1) / 2)
                    weights[(middle.y + y - own.y) * window.size.width + middle.x + x - own.x] = kernel[x: x, y: y]
                }
            }
            let after = try SolvingPictures.filtered(before, Kernel(size: window.size, weights: weights), window)
            let learned = try solve(KernelModel(window: window), before, SolvingPictures.raster(after, .float32))
            let known = try #require(learned.recognition(in: Catalogue()), "\(program) in \(window)")
            #expect(known.isExact && known.program == name, "\(program) in \(window) is taken for \(known)")
        }
    }

    private static func kernel(_ program: String) throws -> Kernel {
        let graph = try Catalogue().graph(for: SourceText(text: program))
        return try #require((graph.nodes[1].step as? KernelStep)?.kernel)
    }

    @Test(arguments: [UInt64](1...20))
    func `weight that lies off the middle is no shift by itself`(seed: UInt64) throws {
        var numbers = SolvingPictures.Numbers(seed: seed)
        // A column times a row, and what is largest lies at the rim.
        let column = (0..<5).map { Double($0 * $0) + Double.random(in: 0...2, using: &numbers) }
        let row = (0..<5).map { _ in Double.random(in: 0...1, using: &numbers) }
        let sum = column.reduce(0, +) * row.reduce(0, +)
        let kernel = try Kernel(size: Size(5), weights: column.flatMap { down in row.map { down * $0 / sum } })
        let before = SolvingPictures.raster(SolvingPictures.planes(Size(120)), .uint8)
        for size in [Size(5), Size(9)] {
            let after = SolvingPictures.raster(
                try SolvingPictures.filtered(before, kernel, Window(size: Size(5))), .uint8)
            let learned = try solve(KernelModel(window: Window(size: size)), before, after)
            #expect(Diagnosis(learned).shift == nil, "\(size)")
        }
    }

    @Test(arguments: ["gaussian 1.5", "sobel-x", "box 5"])
    func `a kernel that is the same from its middle to all sides tells of a shift`(program: String) throws {
        let before = SolvingPictures.raster(SolvingPictures.planes(Size(150)), .float32)
        let after = try applied("\(Self.shift) | \(program)", to: before)
        let learned = try solve(KernelModel(window: Window(size: Size(19))), before, after)
        let diagnosis = Diagnosis(learned)
        #expect(diagnosis.shift == PerAxis(x: 2, y: -3))
        #expect(diagnosis.anchor == PerAxis(x: 11, y: 6))
    }

    /// Moves a picture right by 2 and up by 3.
    private static let shift: String = {
        var rows = [[Int]](repeating: [Int](repeating: 0, count: 7), count: 7)
        rows[6][1] = 1
        return "[" + rows.map { $0.map(String.init).joined(separator: " ") }.joined(separator: "; ") + "]"
    }()

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

    @Test func `what a flat picture leaves open is recognised as nothing`() throws {
        let flat = SolvingPictures.raster(
            Planes(shape: Shape(channels: 1, height: 40, width: 50), filledWith: 0.4), .float32)
        #expect(try solve(KernelModel(window: Window(size: Size(5))), flat, flat).recognition(in: Catalogue()) == nil)
    }

    @Test func `what rounding leaves in linear light is what it does there`() throws {
        for depth in [Depth.uint8, .uint16] {
            // Dark: levels lie close together there.
            var planes = SolvingPictures.planes(Size(200), channels: 3)
            for c in 0..<3 {
                for y in 0..<200 {
                    for x in 0..<200 { planes[c: c, y: y, x: x] *= 0.4 }
                }
            }
            let before = SolvingPictures.raster(planes, depth)
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
