import Convolution
import Pixels
import Testing

/// Kernels on a coarse grid against the same kernels tap by tap.
struct GridTests {
    static func gaussian(_ sigma: Double) throws -> Kernel {
        let radius = Int((4 * sigma).rounded(.up))
        let row = (-radius...radius).map { gauss(Double($0) / sigma) }
        let sum = row.reduce(0, +)
        let weights = row.flatMap { down in row.map { across in down * across / (sum * sum) } }
        return try Kernel(size: Size(row.count), weights: weights)
    }

    private static func gauss(_ u: Double) -> Double {
        // e^(−u²/2) by its series at u/16, squared eight times: no library is needed.
        let t = -u * u / 2 / 256
        var (term, sum) = (1.0, 1.0)
        for n in 1..<20 {
            term *= t / Double(n)
            sum += term
        }
        for _ in 0..<8 { sum *= sum }
        return sum
    }

    private func run(_ grid: GridConvolution, _ picture: Planes) -> Planes {
        grid.up.applied(to: grid.middle.applied(to: grid.down.applied(to: picture)))
    }

    @Test(arguments: [8.0, 10, 13.7, 31])
    func `a Gaussian on a grid stays within the error it states, on the pictures that are worst for it`(
        sigma: Double
    ) throws {
        var generator = SeededGenerator(seed: 3)
        let kernel = try Self.gaussian(sigma)
        for padding in [Padding.same, .valid, .full, .sides(top: 3, right: 40, bottom: 0, left: 7)] {
            for border in [Border.edge, .zero, .constant(0.25), .symmetric, .reflect] {
                // Little padding needs a picture larger than the window; the others are tried on a smaller one.
                let side = padding == .same || padding == .full ? 61 : kernel.size.width + 7
                let shape = Shape(channels: 2, height: side, width: side + 9)
                var picture = Planes.random(shape, using: &generator)
                for y in 0..<side {
                    for x in 0..<side + 9 { picture[c: 1, y: y, x: x] = x / 3 % 2 == y / 5 % 2 ? 1 : 0 }
                }
                let window = Window(size: kernel.size, padding: padding)
                guard let grid = GridConvolution(kernel, window: window, border: border, input: shape) else {
                    #expect(sigma < 10, "σ \(sigma) finds a grid")
                    continue
                }
                #expect(grid.error * 255 <= 0.01)
                let plain = try Convolution(
                    Bank(kernel, channels: 2), window: window, border: border, input: shape, method: .separable,
                    isExact: true)
                let found = run(grid, picture)
                #expect(found.shape == plain.output)
                let worst = zip(plain.applied(to: picture).values, found.values).map { abs($0 - $1) }.max() ?? 0
                #expect(Double(worst) <= grid.error + 1e-6, "σ \(sigma) \(padding) \(border): off by \(worst)")
            }
        }
    }

    @Test func `kernels with corners, steps or two terms get no grid`() throws {
        let shape = Shape(channels: 1, height: 200, width: 200)
        let box = try Kernel(size: Size(81), weights: [Double](repeating: 1.0 / 6561, count: 6561))
        #expect(GridConvolution(box, window: Window(size: box.size), border: .edge, input: shape) == nil)
        let smooth = try Self.gaussian(10)
        let stepping = Window(size: smooth.size, stride: PerAxis(2))
        #expect(GridConvolution(smooth, window: stepping, border: .edge, input: shape) == nil)
        #expect(GridConvolution(smooth, window: Window(size: smooth.size), border: .keep, input: shape) == nil)
        let wide = try Self.gaussian(14)
        let side = wide.size.width
        let difference = try Kernel(
            size: wide.size,
            weights: wide.weights.enumerated().map { index, weight in
                let (y, x) = (index / side - (side - 81) / 2, index % side - (side - 81) / 2)
                let inner = (0..<81).contains(x) && (0..<81).contains(y) ? smooth[x: x, y: y] : 0
                return weight - inner
            })
        #expect(GridConvolution(difference, window: Window(size: wide.size), border: .edge, input: shape) == nil)
    }

    @Test func `bands of any height and any number of threads give the bits of the whole`() throws {
        var generator = SeededGenerator(seed: 4)
        let kernel = try Self.gaussian(12)
        let shape = Shape(channels: 2, height: 150, width: 83)
        let picture = Planes.random(shape, using: &generator)
        let grid = try #require(
            GridConvolution(kernel, window: Window(size: kernel.size), border: .reflect, input: shape))
        let points = grid.middle.applied(to: grid.down.applied(to: picture))
        let whole = grid.up.applied(to: points, on: Machine(threads: 1)).values
        for height in [1, 2, 7, 50] {
            var banded = Planes(shape: grid.up.output)
            for y in stride(from: 0, to: 150, by: height) {
                grid.up.run(points, rows: y..<min(150, y + height), into: &banded, on: Machine(threads: 3))
            }
            #expect(banded.values == whole)
        }
    }
}
