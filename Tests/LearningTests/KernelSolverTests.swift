import Convolution
import Learning
import Pixels
import Programs
import Steps
import Testing

@Suite struct KernelSolverTests {
    private func solve(
        _ model: KernelModel, _ pairs: [(Raster, Raster)], on machine: Machine = Machine()
    ) throws -> LearnedKernel {
        var solver = try KernelSolver(model, machine: machine)
        for (before, after) in pairs { try solver.add(before: RasterRows(before), after: RasterRows(after)) }
        let learned = try solver.solve()
        guard var second = solver.secondLook(after: learned) else { return learned }
        for (before, after) in pairs { try second.add(before: RasterRows(before), after: RasterRows(after)) }
        return try second.solve()
    }

    private func largestError(_ learned: LearnedKernel, _ truth: Kernel) -> Double {
        zip(learned.outputs[0].weights[0], truth.weights).map { abs($0 - $1) }.max() ?? .infinity
    }

    private func random(_ size: Size, seed: UInt64, sum: Double = 1) throws -> Kernel {
        var numbers = SolvingPictures.Numbers(seed: seed)
        let weights = (0..<size.width * size.height).map { _ in Double.random(in: -1...1, using: &numbers) }
        let scale = 1 / weights.reduce(0) { $0 + abs($1) }
        let scaled = weights.map { $0 * scale }
        let rest = (sum - scaled.reduce(0, +)) / Double(scaled.count)
        return try Kernel(size: size, weights: scaled.map { $0 + rest })
    }

    static let geometries: [Window] =
        [Size(1), Size(2), Size(3), Size(width: 5, height: 3), Size(width: 1, height: 4), Size(6)].flatMap { size in
            [
                Window(size: size), Window(size: size, padding: .valid), Window(size: size, padding: .full),
                Window(size: size, stride: PerAxis(x: 2, y: 1)),
                Window(size: size, stride: PerAxis(3), padding: .valid),
                Window(size: size, dilation: PerAxis(2)),
                Window(size: size, dilation: PerAxis(x: 1, y: 3), padding: .valid),
                Window(size: size, padding: .sameLower),
                Window(size: size, padding: .sides(top: 1, right: 0, bottom: 2, left: 3)),
                Window(size: size, stride: PerAxis(2), dilation: PerAxis(2), padding: .full),
                Window(size: size, anchor: PerAxis(x: size.width - 1, y: 0)),
            ]
        }

    @Test(arguments: geometries)
    func `a kernel is found exactly from float pictures in every geometry`(window: Window) throws {
        let before = SolvingPictures.raster(SolvingPictures.planes(Size(width: 71, height: 58), channels: 3), .float32)
        let truth = try random(window.size, seed: 3)
        // The border must not matter, since no window that leaves the picture counts.
        for border in [Border.edge, .zero, .wrap] {
            let after = SolvingPictures.raster(
                try SolvingPictures.filtered(before, truth, window, border: border), .float32)
            let learned = try solve(KernelModel(window: window), [(before, after)])
            #expect(largestError(learned, truth) < 1e-6, "\(window) \(border)")
            #expect(learned.isExplained)
        }
    }

    @Test(arguments: [false, true])
    func `the same bits come out on any threads`(mixes: Bool) throws {
        let planes = SolvingPictures.planes(Size(width: 97, height: 75), channels: 3)
        let (before, window) = (SolvingPictures.raster(planes, .float32), Window(size: Size(5)))
        let after = SolvingPictures.raster(
            try SolvingPictures.filtered(before, random(Size(5), seed: 11), window), .float32)
        let model = KernelModel(window: window, colour: mixes ? .mix : .shared)
        let one = try solve(model, [(before, after)], on: Machine(threads: 1))
        let other = try solve(model, [(before, after)], on: Machine(threads: 4))
        #expect(one.outputs.map(\.weights) == other.outputs.map(\.weights))
        #expect(one.outputs.map(\.errors) == other.outputs.map(\.errors))
        let names = [1, 4].map { one.recognition(in: Catalogue(), on: Machine(threads: $0)) }
        #expect(names[0] == names[1])
    }

    /// The built-in kernels that are one kernel of at most 15x15 by themselves.
    static let catalogue: [(name: String, kernel: Kernel)] = Catalogue.builtIn.compactMap { entry in
        guard let graph = try? Catalogue().graph(for: SourceText(text: entry.name)), graph.nodes.count == 2,
            let step = graph.nodes[1].step as? KernelStep, max(step.kernel.size.width, step.kernel.size.height) <= 15
        else { return nil }
        return (entry.name, step.kernel)
    }

    @Test func `every kernel of the catalogue is found from float and from 8-bit pictures, and recognised`() throws {
        #expect(Self.catalogue.count > 20)
        let planes = SolvingPictures.planes(Size(width: 190, height: 170))
        for (name, kernel) in Self.catalogue {
            let window = Window(size: kernel.size)
            let float = SolvingPictures.raster(planes, .float32)
            let after = SolvingPictures.raster(try SolvingPictures.filtered(float, kernel, window), .float32)
            let learned = try solve(KernelModel(window: window), [(float, after)])
            let scale = kernel.weights.map(abs).max() ?? 1
            #expect(largestError(learned, kernel) < 1e-6 * max(1, scale), "\(name) from floats")
            let known = try #require(learned.recognition(in: Catalogue()), "\(name)")
            #expect(known.isExact && known.mismatch < 1e-4, "\(name) is taken for \(known)")

            // Clipped as it comes: edge filters lose half of the picture.
            let bytes = SolvingPictures.raster(planes, .uint8)
            let clipped = SolvingPictures.raster(try SolvingPictures.filtered(bytes, kernel, window), .uint8)
            let rough = try solve(KernelModel(window: window), [(bytes, clipped)])
            let error = largestError(rough, kernel)
            let allowed = 5 * (rough.outputs[0].errors[0].max() ?? 0) + 1e-4 * max(1, scale)
            #expect(error < allowed, "\(name) from 8 bits: off by \(error), allowed \(allowed)")
            #expect(rough.residual < 0.35, "\(name) leaves \(rough.residual)")
        }
    }

    @Test(arguments: [UInt64](1...3))
    func `from an 8-bit picture of 512x512 every coefficient comes within 2e-4`(seed: UInt64) throws {
        let before = SolvingPictures.raster(SolvingPictures.planes(Size(512), seed: seed), .uint8)
        let truth = try random(Size(5), seed: seed)
        let after = SolvingPictures.raster(
            try SolvingPictures.filtered(before, truth, Window(size: Size(5))), .uint8)
        let learned = try solve(KernelModel(window: Window(size: Size(5))), [(before, after)])
        #expect(largestError(learned, truth) < 2e-4)
    }

    @Test(arguments: [0.07, 0.13, 0.37, 0.29])
    func `rounding does not bias an edge filter half of whose answers were clipped`(scale: Double) throws {
        let before = SolvingPictures.raster(SolvingPictures.planes(Size(512)), .uint8)
        let sobel = try Kernel(rows: [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]).scaled(by: scale)
        let after = SolvingPictures.raster(try SolvingPictures.filtered(before, sobel, Window(size: Size(3))), .uint8)
        let learned = try solve(KernelModel(window: Window(size: Size(3))), [(before, after)])
        #expect(learned.clipped > 80_000)
        #expect(largestError(learned, sobel) < max(2e-4, 4 * (learned.outputs[0].errors[0].max() ?? 0)))
        #expect((learned.outputs[0].errors[0].max() ?? 1) < 5e-4)
    }

    @Test func `numbers that were cut off instead of rounded give the same kernel, and are noticed`() throws {
        let before = SolvingPictures.raster(SolvingPictures.planes(Size(400)), .uint8)
        let truth = try random(Size(3), seed: 9)
        var planes = try SolvingPictures.filtered(before, truth, Window(size: Size(3)))
        for y in 0..<400 {
            for x in 0..<400 { planes[c: 0, y: y, x: x] = (planes[c: 0, y: y, x: x] * 255).rounded(.down) / 255 }
        }
        let learned = try solve(
            KernelModel(window: Window(size: Size(3))), [(before, SolvingPictures.raster(planes, .uint8))])
        #expect(largestError(learned, truth) < 3e-4)
        #expect(Diagnosis(learned).isRoundedDown)
    }

    @Test(arguments: [Depth.uint8, .uint16, .float32])
    func `every depth of either picture will do`(after: Depth) throws {
        for before in [Depth.uint8, .uint16, .float32] {
            let raster = SolvingPictures.raster(
                SolvingPictures.planes(Size(width: 150, height: 140), channels: 3), before)
            let truth = try random(Size(3), seed: 5)
            let result = SolvingPictures.raster(
                try SolvingPictures.filtered(raster, truth, Window(size: Size(3))), after)
            let learned = try solve(KernelModel(window: Window(size: Size(3))), [(raster, result)])
            let bound = after == .float32 ? 1e-6 : 5 * (learned.outputs[0].errors[0].max() ?? 0)
            #expect(largestError(learned, truth) < bound, "\(before) to \(after)")
        }
    }

    @Test(arguments: KernelSymmetry.allCases)
    func `symmetric kernels stay symmetric and come out better`(symmetry: KernelSymmetry) throws {
        let before = SolvingPictures.raster(SolvingPictures.planes(Size(120)), .uint8)
        let truth = try Kernel(rows: [[1, 2, 1], [2, 4, 2], [1, 2, 1]]).scaled(by: 0.05)
        let after = SolvingPictures.raster(try SolvingPictures.filtered(before, truth, Window(size: Size(3))), .uint8)
        var model = KernelModel(window: Window(size: Size(3)))
        let free = try solve(model, [(before, after)])
        model.symmetry = symmetry
        let tied = try solve(model, [(before, after)])
        let weights = tied.outputs[0].weights[0]
        let mirrored: (Int) -> [Int] = { tap in
            let (x, y) = (tap % 3, tap / 3)
            switch symmetry {
            case .leftRight: return [y * 3 + 2 - x]
            case .topBottom: return [(2 - y) * 3 + x]
            case .both: return [y * 3 + 2 - x, (2 - y) * 3 + x]
            case .halfTurn: return [8 - tap]
            case .quarterTurn: return [x * 3 + 2 - y]
            case .full: return [x * 3 + 2 - y, y * 3 + 2 - x]
            }
        }
        for tap in 0..<9 {
            for other in mirrored(tap) { #expect(weights[tap] == weights[other]) }
        }
        #expect(largestError(tied, truth) < 1e-3)
        #expect((tied.outputs[0].errors[0].max() ?? 1) < (free.outputs[0].errors[0].max() ?? 0))
    }

    @Test func `the sum is kept exactly, and a separable kernel has rank one`() throws {
        let before = SolvingPictures.raster(SolvingPictures.planes(Size(160)), .uint8)
        let truth = try Kernel(rows: [[0.02, 0.1, 0.08], [0.05, 0.25, 0.2], [0.03, 0.15, 0.12]])
        let after = SolvingPictures.raster(try SolvingPictures.filtered(before, truth, Window(size: Size(3))), .uint8)
        for sum in [nil, 1.0, 0.5, 0] {
            for isSeparable in [false, true] {
                let learned = try solve(
                    KernelModel(window: Window(size: Size(3)), sum: sum, isSeparable: isSeparable), [(before, after)])
                let weights = learned.outputs[0].weights[0]
                if let sum { #expect(abs(weights.reduce(0, +) - sum) < 1e-9) }
                if isSeparable { #expect(try learned.kernel().rank(most: 1) == 1) }
                if sum == nil || sum == 1 { #expect(largestError(learned, truth) < 1e-3) }
            }
        }
    }

    @Test func `ridge makes weights smaller, the more the larger it is`() throws {
        let before = SolvingPictures.raster(SolvingPictures.planes(Size(90)), .float32)
        let truth = try random(Size(3), seed: 4)
        let after = SolvingPictures.raster(try SolvingPictures.filtered(before, truth, Window(size: Size(3))), .float32)
        var last = Double.infinity
        for ridge in [0, 1e-4, 1e-2, 1, 100] {
            let learned = try solve(KernelModel(window: Window(size: Size(3)), ridge: ridge), [(before, after)])
            let norm = learned.outputs[0].weights[0].reduce(0) { $0 + $1 * $1 }
            #expect(norm < last)
            last = norm
        }
        #expect(last < 1e-3)
    }

    @Test func `colours that were mixed, each with a number added, come out`() throws {
        let before = SolvingPictures.raster(SolvingPictures.planes(Size(width: 100, height: 90), channels: 3), .float32)
        let planes = SolvingPictures.planes(of: before)
        var numbers = SolvingPictures.Numbers(seed: 8)
        let weights = (0..<81).map { _ in Float.random(in: -0.2...0.2, using: &numbers) }
        let bank = try Bank(size: Size(3), inputs: 3, outputs: 3, weights: weights, bias: [0.1, -0.05, 0.3])
        let window = Window(size: Size(3))
        let mixed = try Convolution(bank, window: window, border: .zero, input: planes.shape, isExact: true)
            .applied(to: planes)
        let learned = try solve(
            KernelModel(window: window, colour: .mix, hasBias: true),
            [(before, SolvingPictures.raster(mixed, .float32))])
        for o in 0..<3 {
            for i in 0..<3 {
                for tap in 0..<9 {
                    #expect(
                        abs(learned.outputs[o].weights[i][tap] - Double(weights[(o * 3 + i) * 9 + tap])) < 1e-6)
                }
            }
            #expect(abs(learned.outputs[o].bias - [0.1, -0.05, 0.3][o]) < 1e-6)
        }
    }

    @Test func `several pairs say what none of them says alone`() throws {
        let truth = try random(Size(3), seed: 6)
        let window = Window(size: Size(3))
        // Stripes tell nothing about differences along them.
        let pairs = try [true, false].map { isUpright in
            var planes = Planes(shape: Shape(channels: 1, height: 40, width: 40))
            var numbers = SolvingPictures.Numbers(seed: isUpright ? 1 : 2)
            let values = (0..<40).map { _ in Float.random(in: 0.2...0.8, using: &numbers) }
            for y in 0..<40 {
                for x in 0..<40 { planes[c: 0, y: y, x: x] = values[isUpright ? x : y] }
            }
            let before = SolvingPictures.raster(planes, .float32)
            return (before, SolvingPictures.raster(try SolvingPictures.filtered(before, truth, window), .float32))
        }
        let one = try solve(KernelModel(window: window), [pairs[0]])
        #expect(one.outputs[0].blindCount == 6)
        let two = try solve(KernelModel(window: window), pairs)
        #expect(two.outputs[0].blindCount == 4)
        let grain = SolvingPictures.raster(SolvingPictures.planes(Size(30)), .float32)
        let third = (grain, SolvingPictures.raster(try SolvingPictures.filtered(grain, truth, window), .float32))
        let all = try solve(KernelModel(window: window), pairs + [third])
        #expect(all.outputs[0].blindCount == 0)
        #expect(largestError(all, truth) < 1e-6)
    }

    @Test func `windows with something transparent in them do not count`() throws {
        var planes = SolvingPictures.planes(Size(80), channels: 4)
        let truth = try random(Size(3), seed: 2)
        for y in 0..<80 {
            for x in 0..<80 { planes[c: 3, y: y, x: x] = (x / 13 + y / 17) % 3 == 0 ? 0.5 : 1 }
        }
        let before = SolvingPictures.raster(planes, .float32, channels: .rgba)
        var after = try SolvingPictures.filtered(before, truth, Window(size: Size(3)))
        for y in 0..<80 {
            for x in 0..<80 { after[c: 3, y: y, x: x] = 1 }
        }
        // Colour where something is transparent is anything.
        for y in 0..<80 {
            for x in 0..<80 {
                let near = (max(0, y - 1)...min(79, y + 1)).contains { v in
                    (max(0, x - 1)...min(79, x + 1)).contains { planes[c: 3, y: v, x: $0] < 1 }
                }
                if near { for c in 0..<3 { after[c: c, y: y, x: x] = 0.123 } }
            }
        }
        let learned = try solve(
            KernelModel(window: Window(size: Size(3))),
            [(before, SolvingPictures.raster(after, .float32, channels: .rgba))])
        #expect(learned.transparent > 1000)
        #expect(largestError(learned, truth) < 1e-6)
    }

    @Test func `a single bright pixel shows the whole kernel`() throws {
        for depth in [Depth.uint8, .float32] {
            var planes = Planes(shape: Shape(channels: 1, height: 15, width: 15))
            planes[c: 0, y: 7, x: 7] = 1
            let before = SolvingPictures.raster(planes, depth)
            let truth = try Kernel(rows: [[0, 0.2, 0], [0.2, 0.2, 0], [0.4, 0, 0]])
            let after = SolvingPictures.raster(
                try SolvingPictures.filtered(before, truth, Window(size: Size(3))), depth)
            let learned = try solve(KernelModel(window: Window(size: Size(3))), [(before, after)])
            #expect(learned.outputs[0].blindCount == 0)
            #expect(largestError(learned, truth) < 1e-3)
        }
    }

    @Test func `a shift is told by where the weight lies`() throws {
        let before = SolvingPictures.raster(SolvingPictures.planes(Size(100)), .uint8)
        for (x, y) in [(2, 1), (-2, 0), (0, 2), (0, 0), (1, -1)] {
            // The picture after has moved right by x and down by y.
            var weights = [Double](repeating: 0, count: 25)
            weights[(2 - y) * 5 + 2 - x] = 1
            let shift = try Kernel(size: Size(5), weights: weights)
            let after = SolvingPictures.raster(
                try SolvingPictures.filtered(before, shift, Window(size: Size(5))), .uint8)
            let diagnosis = Diagnosis(try solve(KernelModel(window: Window(size: Size(5))), [(before, after)]))
            #expect(diagnosis.shift == (x == 0 && y == 0 ? nil : PerAxis(x: x, y: y)))
        }
    }

    @Test(arguments: [
        ("gaussian 1.7", 15), ("gaussian 0.45", 5), ("disk 2.3", 7), ("box 4", 6), ("binomial 7", 7),
        ("sharpen 0.35", 3),
        ("high-boost 1.4", 3), ("log 1.1", 11), ("unsharp 0.8 1.3", 9), ("emboss 225 0.4", 3),
        ("motion 9 30", 11), ("motion 5 130", 9), ("motion 12 105", 15),
    ])
    func `parameters of known kernels are found again`(program: String, size: Int) throws {
        let before = SolvingPictures.raster(SolvingPictures.planes(Size(120)), .float32)
        let plan = try Plan(
            Catalogue().graph(for: SourceText(text: program)), for: before.header,
            options: RunOptions(unitesSteps: false))
        let after = try plan.applied(to: before)
        let learned = try solve(KernelModel(window: Window(size: Size(size))), [(before, after)])
        let known = try #require(learned.recognition(in: Catalogue()))
        #expect(known.isExact && known.program == program && known.factor == 1, "\(known)")
    }

    @Test func `turned, mirrored and scaled kernels are told by their names`() throws {
        let before = SolvingPictures.raster(SolvingPictures.planes(Size(80)), .float32)
        func known(_ rows: [[Double]]) throws -> Recognition? {
            let after = SolvingPictures.raster(
                try SolvingPictures.filtered(before, Kernel(rows: rows), Window(size: Size(rows[0].count))), .float32)
            return try solve(KernelModel(window: Window(size: Size(rows[0].count))), [(before, after)])
                .recognition(in: Catalogue())
        }
        let laplacian = try known([[0, -0.3, 0], [-0.3, 1.2, -0.3], [0, -0.3, 0]])
        #expect(laplacian?.program == "laplacian" && laplacian?.factor == -0.3)
        let identity = try known([[0, 0, 0], [0, 0.8, 0], [0, 0, 0]])
        #expect(identity?.program == "identity" && identity?.factor == 0.8)
        let emboss = try known([[0, -1, -2], [1, 1, -1], [2, 1, 0]])
        #expect(emboss?.program == "emboss" && emboss?.isExact == true)
        #expect(try known([[0.9, -0.1, 0.3], [0.2, 0.1, -0.7], [0.4, -0.6, 0.5]]) == nil)
    }

    @Test func `what cannot be is refused with the facts`() throws {
        func error(_ model: KernelModel, _ before: Raster, _ after: Raster) -> SolvingError? {
            do {
                _ = try solve(model, [(before, after)])
                return nil
            } catch {
                return error as? SolvingError
            }
        }
        let grey = SolvingPictures.raster(SolvingPictures.planes(Size(20)), .uint8)
        let colour = SolvingPictures.raster(SolvingPictures.planes(Size(20), channels: 3), .uint8)
        let small = SolvingPictures.raster(SolvingPictures.planes(Size(4)), .uint8)
        let white = SolvingPictures.raster(Planes(shape: grey.header.shape, filledWith: 1), .uint8)
        let model = KernelModel(window: Window(size: Size(5)))
        #expect(error(model, grey, small) == .sizes(before: Size(20), after: Size(4), expected: Size(20)))
        #expect(error(model, colour, grey) == .channels(before: .rgb, after: .gray))
        #expect(error(model, small, small) == .noWindowInside(Size(5), picture: Size(4)))
        #expect(error(model, grey, white) == .nothingLeft(clipped: 256, transparent: 0))
        #expect(error(KernelModel(window: Window(size: Size(90))), grey, grey) == .tooManyUnknowns(8100))
        let wide = Window(size: Size(width: 3, height: 5))
        #expect(
            error(KernelModel(window: wide, symmetry: .full), grey, grey)
                == .symmetryNeedsSquare(.full, Size(width: 3, height: 5)))
        #expect(error(KernelModel(window: wide, colour: .mix, isSeparable: true), grey, grey) == .separableMix)
        #expect(error(model, white, grey) == nil, "a flat picture has an answer, but says that it knows nothing")
    }

    @Test func `threads do not change a bit`() throws {
        let before = SolvingPictures.raster(SolvingPictures.planes(Size(90), channels: 3), .float32)
        let after = SolvingPictures.raster(
            try SolvingPictures.filtered(before, random(Size(5), seed: 1), Window(size: Size(5))), .float32)
        let results = try [1, 2, 5].map { threads in
            var solver = try KernelSolver(
                KernelModel(window: Window(size: Size(5))), machine: Machine(threads: threads))
            try solver.add(before: RasterRows(before), after: RasterRows(after))
            return try solver.solve().outputs[0].weights[0]
        }
        #expect(results[0] == results[1] && results[1] == results[2])
    }
}

extension PictureHeader {
    fileprivate var shape: Shape { Shape(channels: channels.count, size: size) }
}
