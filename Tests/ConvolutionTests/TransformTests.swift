import Convolution
import Pixels
import Testing

/// Transforms in float against sums in double: kernels whose weights sum to 1 or to 0, as those for 8-bit pictures do, and to
/// as much as is still transformed in float.
struct TransformTests {
    private static let sizes = [
        Size(width: 5, height: 3), Size(16), Size(17), Size(width: 31, height: 9), Size(45), Size(width: 3, height: 70),
        Size(width: 130, height: 101),
    ]

    private func kernel(_ size: Size, sum: Double, using generator: inout SeededGenerator) throws -> Kernel {
        var weights = (0..<size.width * size.height).map { _ in Double.random(in: 0...1, using: &generator) }
        let mean = weights.reduce(0, +) / Double(weights.count)
        weights = weights.map { (sum == 0 ? $0 - mean : $0 * sum) / (mean * Double(weights.count)) }
        return try Kernel(size: size, weights: weights)
    }

    @Test(arguments: sizes, [0.0, 1, 8])
    func `every size and border is within its share of a level, the same bits at both levels and in bands`(
        size: Size, sum: Double
    ) throws {
        var generator = SeededGenerator(seed: 12)
        let kernel = try kernel(size, sum: sum, using: &generator)
        // What `explain` states is for the largest of them.
        let bound: Float = (sum > 1 ? 0.005 : 0.001) / 255
        for (width, height) in [(1, 1), (97, 150), (300, 20)] {
            for (border, stride) in [
                (Border.edge, PerAxis(1)), (.zero, PerAxis(x: 2, y: 1)), (.reflect, PerAxis(1)), (.wrap, PerAxis(3)),
            ] {
                let picture = Planes.random(Shape(channels: 3, height: height, width: width), using: &generator)
                func plan(_ method: Method, isExact: Bool) throws -> Convolution {
                    try Convolution(
                        Bank(kernel, channels: 3), window: Window(size: size, stride: stride), border: border,
                        input: picture.shape, method: method, isExact: isExact)
                }
                let expected = try plan(.direct, isExact: true).applied(to: picture).values
                let fast = try plan(.transform, isExact: false)
                #expect(try fast.isFastTransform && !plan(.transform, isExact: true).isFastTransform)
                let whole = fast.applied(to: picture, on: Machine(threads: 1)).values
                let worst = zip(expected, whole).map { abs($0 - $1) }.max() ?? 0
                #expect(worst <= bound, "\(width)x\(height) \(border): off by \(worst)")
                for lanes in Lanes.available {
                    let found = fast.applied(to: picture, on: Machine(lanes: lanes, threads: 3)).values
                    if lanes.name == "baseline" {
                        #expect(zip(found, expected).allSatisfy { abs($0 - $1) <= bound })
                    } else {
                        #expect(found == whole, "\(lanes.name) \(width)x\(height) \(border)")
                    }
                }
                var banded = Planes(shape: fast.output)
                for y in 0..<fast.output.height {
                    fast.run(picture, rows: y..<y + 1, into: &banded, on: Machine(threads: 2))
                }
                #expect(banded.values == whole, "\(width)x\(height) \(border)")
            }
        }
    }

    // A plan that is put aside for a grid took a second and 200 MB: its kernel had been transformed, twice.
    @Test func `a kernel is transformed when a row is asked for, not when it is planned`() throws {
        var generator = SeededGenerator(seed: 17)
        let size = Size(41)
        let plan = try Convolution(
            Bank(try kernel(size, sum: 1, using: &generator), channels: 1), window: Window(size: size),
            input: Shape(channels: 1, height: 300, width: 300))
        #expect(plan.method == .transform && !plan.hasTransformed)
        _ = plan.applied(to: Planes.random(plan.input, using: &generator))
        #expect(plan.hasTransformed)
    }

    @Test func `weights of a large sum are transformed in double`() throws {
        var generator = SeededGenerator(seed: 13)
        let size = Size(31)
        let kernel = try kernel(size, sum: 0, using: &generator)
        let large = try Kernel(size: size, weights: kernel.weights.map { $0 * 1e5 })
        let picture = Planes.random(Shape(channels: 1, height: 60, width: 80), using: &generator)
        func result(_ method: Method, isExact: Bool) throws -> [Float] {
            try Convolution(
                Bank(large, channels: 1), window: Window(size: size), input: picture.shape, method: method,
                isExact: isExact
            ).applied(to: picture).values
        }
        let found = try result(.transform, isExact: false)
        #expect(try result(.transform, isExact: true) == found)
    }
}
