import Convolution
import Pixels

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The structural similarity of two pictures whose rows arrive in bands.
struct Similarity {
    private static let radius = 5
    private static let sigma = 1.5
    private static let meanGuard = 0.01 * 0.01
    private static let varianceGuard = 0.03 * 0.03
    /// a, b, a², b² and ab, a plane each for every channel.
    private static let moments = 5
    /// Moments are taken around mid-grey, which keeps their differences exact where pictures are bright.
    private static let middle: Float = 0.5

    private let shape: Shape
    private let window: Convolution
    private let machine: Machine
    private var products: Planes
    private var smooth: Planes
    private var sum = 0.0

    /// nil where no window fits.
    init?(_ shape: Shape, machine: Machine) throws {
        let side = 2 * Similarity.radius + 1
        guard shape.width >= side, shape.height >= side else { return nil }
        let kernel = try Similarity.kernel(side)
        let stacked = Shape(channels: Similarity.moments * shape.channels, size: shape.size)
        window = try Convolution(
            Bank(kernel, channels: stacked.channels), window: Window(size: Size(side), padding: .valid),
            input: stacked, isExact: true)
        self.shape = shape
        self.machine = machine
        products = Planes(shape: stacked, emptyWithRoomFor: 0)
        smooth = Planes(shape: window.output, emptyWithRoomFor: 0)
    }

    private static func kernel(_ side: Int) throws(KernelError) -> Kernel {
        let weights = (0..<side).map { i in
            let x = Double(i - radius)
            return exp(-x * x / (2 * sigma * sigma))
        }
        let total = weights.reduce(0, +)
        let rows = weights.map { down in weights.map { across in Double?(down * across / (total * total)) } }
        return try Kernel(rows: rows)
    }

    mutating func add(_ rows: Range<Int>, of first: Planes, and second: Planes) {
        multiply(rows, first, second)
        let start = smooth.rows.upperBound
        let end =
            rows.upperBound == shape.height ? window.output.height : max(start, rows.upperBound - 2 * Similarity.radius)
        guard start < end else { return }
        smooth.dropRows(before: start)
        smooth.makeRoom(upTo: end)
        window.run(products, rows: start..<end, into: &smooth, on: machine)
        collect(start..<end)
        if end < window.output.height { products.dropRows(before: window.rowsNeeded(for: end..<end + 1).lowerBound) }
    }

    var mean: Double {
        sum / (Double(shape.channels) * Double(window.output.height) * Double(window.output.width))
    }

    private mutating func multiply(_ rows: Range<Int>, _ first: Planes, _ second: Planes) {
        products.makeRoom(upTo: rows.upperBound)
        let (channels, width) = (shape.channels, shape.width)
        products.withMutableRows { out in
            first.withRows { a in
                second.withRows { b in
                    for y in rows {
                        for c in 0..<channels {
                            let (a, b) = (a.row(y, plane: c), b.row(y, plane: c))
                            let to = (0..<Similarity.moments).map { out.row(y, plane: $0 * channels + c) }
                            for x in 0..<width {
                                let (p, q) = (a[x] - Similarity.middle, b[x] - Similarity.middle)
                                to[0][x] = p
                                to[1][x] = q
                                to[2][x] = p * p
                                to[3][x] = q * q
                                to[4][x] = p * q
                            }
                        }
                    }
                }
            }
        }
    }

    private mutating func collect(_ rows: Range<Int>) {
        let (channels, width) = (shape.channels, window.output.width)
        let middle = Double(Similarity.middle)
        sum += smooth.withRows { source in
            var sum = 0.0
            for y in rows {
                for c in 0..<channels {
                    let of = (0..<Similarity.moments).map { source.row(y, plane: $0 * channels + c) }
                    for x in 0..<width {
                        let (p, q) = (Double(of[0][x]), Double(of[1][x]))
                        let (varianceA, varianceB) = (Double(of[2][x]) - p * p, Double(of[3][x]) - q * q)
                        let covariance = Double(of[4][x]) - p * q
                        let (a, b) = (p + middle, q + middle)
                        sum +=
                            (2 * a * b + Similarity.meanGuard) * (2 * covariance + Similarity.varianceGuard)
                            / ((a * a + b * b + Similarity.meanGuard)
                                * (varianceA + varianceB + Similarity.varianceGuard))
                    }
                }
            }
            return sum
        }
    }
}
