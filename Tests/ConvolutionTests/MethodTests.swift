import Convolution
import Pixels
import Testing

/// Every method against the reference, over all the small sizes: the edge cases come from relative sizes, so all of
/// them are tried.
struct MethodTests {
    static let sizes = [
        Size(width: 1, height: 1), Size(width: 2, height: 3), Size(width: 3, height: 3),
        Size(width: 4, height: 1), Size(width: 1, height: 5), Size(width: 6, height: 7),
    ]
    static let paddings: [Padding] = [.same, .sameLower, .valid, .full, .sides(top: 2, right: 0, bottom: 1, left: 3)]

    @Test(arguments: everyBorder)
    func `every method gives the reference's result`(border: Border) throws {
        var generator = SeededGenerator(seed: 1)
        var compared = 0
        for size in Self.sizes {
            for (width, height) in [(1, 1), (1, 4), (2, 2), (5, 3), (7, 7), (23, 9)] {
                for padding in Self.paddings {
                    for stride in [PerAxis(1), PerAxis(x: 2, y: 1), PerAxis(x: 1, y: 3), PerAxis(2)] {
                        for dilation in [PerAxis(1), PerAxis(x: 2, y: 1), PerAxis(3)] {
                            let shape = Shape(count: 1, channels: 2, height: height, width: width)
                            let picture = Planes.random(shape, using: &generator)
                            let window = Window(size: size, stride: stride, dilation: dilation, padding: padding)
                            for kernel in [
                                Kernel.random(size, using: &generator), .random(size, rank: 1, using: &generator),
                                .random(size, rank: 2, using: &generator),
                                try Kernel(
                                    size: size, weights: [Double](repeating: -0.3, count: size.width * size.height)),
                            ] {
                                compared += try compare(picture, kernel, window, border)
                            }
                        }
                    }
                }
            }
        }
        #expect(compared > (border == .keep ? 100 : 2000))
    }

    private func compare(_ picture: Planes, _ kernel: Kernel, _ window: Window, _ border: Border) throws -> Int {
        let bank = Bank(kernel, channels: picture.shape.channels)
        guard
            let reference = try? Convolution(
                bank, window: window, border: border, input: picture.shape, method: .reference)
        else { return 0 }
        let expected = reference.applied(to: picture).values
        var compared = 0
        for (method, isExact) in [
            (Method.direct, false), (.direct, true), (.separable, false), (.separable, true), (.transform, false),
            (.transform, true), (.sums, false), (.sums, true),
        ] {
            guard
                let plan = try? Convolution(
                    bank, window: window, border: border, input: picture.shape, method: method, isExact: isExact)
            else { continue }
            let found = plan.applied(to: picture).values
            // Renormalising near a partial sum of zero multiplies rounding errors.
            let scale = border == .renorm ? (expected.map(abs).max() ?? 0) + 1 : 1
            let worst = zip(expected, found).map { abs($0 - $1) }.max() ?? 0
            #expect(
                worst <= 1e-5 * scale, "\(method) differs by \(worst): \(picture.shape) \(kernel) \(window) \(border)")
            compared += 1
        }
        return compared
    }

    @Test(arguments: [
        [-1, 0, 1, -1, 0, 1, -1, 0, 1], [-1, 0, 1, -2, 0, 2, -1, 0, 1], [-1, -2, -1, 0, 0, 0, 1, 2, 1],
        [3, 10, 3, 0, 0, 0, -3, -10, -3], [-1, -1, -1, -1, 8, -1, -1, -1, -1], [1, 3, 1, 3, 9, 3, 1, 3, 1],
        [2, 3, 2, 4, 6, 4, 2, 3, 2],
    ])
    func `whole numbers through products of columns and rows are exact`(weights: [Double]) throws {
        var generator = SeededGenerator(seed: 5)
        let shape = Shape(channels: 1, height: 9, width: 40)
        let picture = Planes(
            shape: shape, samples: (0..<360).map { _ in Float(Int.random(in: 0...255, using: &generator)) })
        let kernel = try Kernel(size: Size(3), weights: weights)
        let (bank, window) = (Bank(kernel, channels: 1), Window(size: Size(3)))
        let expected = try Convolution(bank, window: window, input: shape, method: .reference).applied(to: picture)
        for lanes in Lanes.available {
            let found = try Convolution(bank, window: window, input: shape, method: .separable)
                .applied(to: picture, on: Machine(lanes: lanes, threads: 1))
            #expect(found.values == expected.values, "\(lanes.name)")
        }
    }

    @Test(arguments: [1, 1.0 / 3, 0.1, 1.0 / 32])
    func `where weights cancel out, a flat area answers 0 to the last bit`(scale: Double) throws {
        for weights in [
            [-1.0, 0, 1, -1, 0, 1, -1, 0, 1], [-1, -1, -1, 0, 0, 0, 1, 1, 1], [3, 0, -3, 10, 0, -10, 3, 0, -3],
        ] {
            let kernel = try Kernel(size: Size(3), weights: weights.map { $0 * scale })
            for level in 0...255 {
                let flat = Planes(shape: Shape(channels: 1, height: 5, width: 30), filledWith: Float(level) / 255)
                let plan = try Convolution(
                    Bank(kernel, channels: 1), window: Window(size: Size(3)), border: .edge, input: flat.shape,
                    method: .separable)
                #expect(plan.applied(to: flat).values.allSatisfy { $0 == 0 }, "\(weights) × \(scale) on \(level)")
            }
        }
    }

    @Test func `rows in fours are the reference's, and the bits of rows one by one, at every width and level`() throws {
        var generator = SeededGenerator(seed: 8)
        for size in [
            Size(width: 2, height: 3), Size(3), Size(width: 5, height: 4), Size(width: 4, height: 7),
            Size(width: 1, height: 3), Size(width: 3, height: 16),
        ] {
            for kernel in [Kernel.random(size, using: &generator), .random(size, rank: 1, using: &generator)] {
                for width in [1, 2, 15, 16, 17, 23, 24, 25, 47, 48, 49, 95, 96, 97, 131] {
                    let picture = Planes.random(Shape(channels: 2, height: 11, width: width), using: &generator)
                    func plan(_ method: Method) -> Convolution? {
                        try? Convolution(
                            Bank(kernel, channels: 2), window: Window(size: size), border: .reflect,
                            input: picture.shape, method: method)
                    }
                    let expected = try #require(plan(.reference)).applied(to: picture).values
                    for plan in [plan(.direct), plan(.separable)].compactMap(\.self) {
                        for lanes in Lanes.available {
                            let machine = Machine(lanes: lanes, threads: 1)
                            let found = plan.applied(to: picture, on: machine)
                            let worst = zip(expected, found.values).map { abs($0 - $1) }.max() ?? 0
                            #expect(worst <= 1e-5, "\(lanes.name) \(plan.method) \(size) \(width)")
                            var single = Planes(shape: plan.output)
                            for y in 0..<11 { plan.run(picture, rows: y..<y + 1, into: &single, on: machine) }
                            #expect(single.values == found.values, "\(lanes.name) \(plan.method) \(size) \(width)")
                        }
                    }
                }
            }
        }
    }

    @Test func `groups and mixed channels give the reference's result at every level`() throws {
        var generator = SeededGenerator(seed: 2)
        for (inputs, outputs, groups) in [(1, 3, 1), (3, 1, 1), (4, 6, 2), (3, 3, 3), (5, 2, 1)] {
            let size = Size(width: 3, height: 2)
            let count = outputs * inputs / groups * 6
            let bank = try Bank(
                size: size, inputs: inputs, outputs: outputs, groups: groups,
                weights: (0..<count).map { _ in Float.random(in: -1...1, using: &generator) },
                bias: (0..<outputs).map { Float($0) })
            let picture = Planes.random(
                Shape(count: 2, channels: inputs, height: 5, width: 70), using: &generator)
            let window = Window(size: size)
            let plan = try Convolution(bank, window: window, border: .zero, input: picture.shape, method: .direct)
            let reference = try Convolution(
                bank, window: window, border: .zero, input: picture.shape, method: .reference)
            let expected = reference.applied(to: picture).values
            for lanes in Lanes.available {
                let found = plan.applied(to: picture, on: Machine(lanes: lanes, threads: 2)).values
                let worst = zip(expected, found).map { abs($0 - $1) }.max() ?? 0
                #expect(worst < 1e-5, "\(lanes.name) \(inputs)→\(outputs) in \(groups)")
            }
        }
    }

    @Test func `levels with fused multiply-add agree bit for bit, and threads change nothing`() throws {
        var generator = SeededGenerator(seed: 3)
        let picture = Planes.random(Shape(channels: 3, height: 130, width: 101), using: &generator)
        for size in [Size(3), Size(width: 11, height: 9)] {
            let kernel = Kernel.random(size, rank: 2, using: &generator)
            for method in [Method.direct, .separable, .transform] {
                let plan = try Convolution(
                    Bank(kernel, channels: 3), window: Window(size: size), input: picture.shape, method: method)
                for lanes in Lanes.available {
                    let one = plan.applied(to: picture, on: Machine(lanes: lanes, threads: 1)).values
                    for threads in [2, 3, 8] {
                        #expect(plan.applied(to: picture, on: Machine(lanes: lanes, threads: threads)).values == one)
                    }
                }
                let fused = Lanes.available.filter { $0.name != "baseline" }
                let results = fused.map { plan.applied(to: picture, on: Machine(lanes: $0)).values }
                #expect(results.allSatisfy { $0 == results.first })
                // The baseline rounds each product: half a unit in the last place a tap, of sums below 2^4 here.
                let bound = Float(2 * size.width * size.height) * 0x1p-21
                let baseline = plan.applied(to: picture, on: Machine(lanes: Lanes.available[0])).values
                #expect(zip(baseline, results.first ?? baseline).allSatisfy { abs($0 - $1) <= bound })
            }
        }
    }

    @Test(arguments: [everyBorder[0], .reflect, .wrap, .constant(0.5), .renorm])
    func `shared sums are the same bits whatever band, thread or level they are asked of`(border: Border) throws {
        var generator = SeededGenerator(seed: 9)
        for (width, height) in [(1, 5), (5, 1), (4, 7), (13, 10)] {
            let size = Size(width: width, height: height)
            let picture = Planes.random(Shape(channels: 2, height: 47, width: 37), using: &generator)
            let kernel = try Kernel(size: size, weights: [Double](repeating: 1 / 7, count: width * height))
            let plan = try Convolution(
                Bank(kernel, channels: 2), window: Window(size: size), border: border, input: picture.shape,
                method: .sums)
            let whole = plan.applied(to: picture, on: Machine(threads: 1))
            for lanes in Lanes.available where lanes.name != "baseline" {
                for threads in [1, 2, 5] {
                    let machine = Machine(lanes: lanes, threads: threads)
                    #expect(plan.applied(to: picture, on: machine).values == whole.values)
                }
            }
            for first in 0..<plan.output.height {
                for count in [1, 2, height, height + 3] where first + count <= plan.output.height {
                    let rows = first..<first + count
                    var band = Planes(shape: plan.output, rows: rows)
                    plan.run(picture, rows: rows, into: &band, on: Machine(threads: 2))
                    let isSame = rows.allSatisfy { y in
                        (0..<2).allSatisfy { c in
                            (0..<plan.output.width).allSatisfy { band[c: c, y: y, x: $0] == whole[c: c, y: y, x: $0] }
                        }
                    }
                    #expect(isSame, "\(size), rows \(rows)")
                }
            }
        }
    }

    @Test(arguments: [Size(1), Size(2), Size(width: 1, height: 3)], [false, true])
    func `small windows need no transform`(size: Size, isExact: Bool) throws {
        let kernel = try Kernel(size: size, weights: (0..<size.width * size.height).map { 1 + Double($0 * $0) })
        let plan = try Convolution(
            Bank(kernel, channels: 1), window: Window(size: size),
            input: Shape(channels: 1, height: 2048, width: 2048), isExact: isExact)
        #expect(plan.method != .transform, "\(plan.costs)")
    }

    @Test func `a flat area under shared sums is flat to the last bit`() throws {
        for level in 0...255 {
            let flat = Planes(shape: Shape(channels: 1, height: 40, width: 31), filledWith: Float(level) / 255)
            let kernel = try Kernel(size: Size(15), weights: [Double](repeating: 1 / 225, count: 225))
            let plan = try Convolution(
                Bank(kernel, channels: 1), window: Window(size: Size(15)), input: flat.shape, method: .sums)
            let values = plan.applied(to: flat).values
            #expect(values.allSatisfy { $0 == values[0] } && abs(values[0] - Float(level) / 255) <= 0x1p-24)
        }
    }

    @Test func `bands of any height give the bytes of the whole`() throws {
        var generator = SeededGenerator(seed: 4)
        let picture = Planes.random(Shape(channels: 2, height: 61, width: 33), using: &generator)
        for (size, method) in [
            (Size(3), Method.direct), (Size(9), .transform), (Size(width: 3, height: 4), .separable),
        ] {
            let kernel = try Kernel(
                size: size, weights: (0..<size.width * size.height).map { method == .separable ? 1 : Double($0) })
            let window = Window(size: size, stride: PerAxis(x: 1, y: 2))
            let plan = try Convolution(
                Bank(kernel, channels: 2), window: window, border: .reflect, input: picture.shape, method: method)
            let whole = plan.applied(to: picture).values
            var banded = Planes(shape: plan.output)
            for first in stride(from: 0, to: plan.output.height, by: 5) {
                let rows = first..<min(first + 5, plan.output.height)
                let needed = plan.rowsNeeded(for: rows)
                var band = Planes(shape: picture.shape, emptyWithRoomFor: needed.count, from: needed.lowerBound)
                band.makeRoom(upTo: needed.upperBound)
                for c in 0..<2 {
                    for y in needed {
                        for x in 0..<33 { band[c: c, y: y, x: x] = picture[c: c, y: y, x: x] }
                    }
                }
                plan.run(band, rows: rows, into: &banded, on: Machine())
            }
            #expect(banded.values == whole, "\(method)")
        }
    }
}
