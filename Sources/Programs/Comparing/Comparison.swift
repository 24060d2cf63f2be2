import Convolution
import Pixels

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How far two pictures of one shape lie apart, measured row by row: neither is ever held whole.
///
///     let comparison = try Comparison(of: before, with: after)
///     comparison.psnr   // 41.2, in decibels; infinite where they are identical
///
/// Samples are 0…1 whatever the depth; alpha counts as a channel like the others.
public struct Comparison: Sendable {
    /// The largest difference of two samples, and the first place where it is.
    public let maxError: Double
    public let worst: PerAxis<Int>
    public let meanError: Double
    /// The mean of the squared differences.
    public let meanSquare: Double
    /// The structural similarity of Wang et al. (2004): windows of 11x11 weighted by a Gaussian of sigma 1.5 that lie
    /// wholly inside, K1 = 0.01, K2 = 0.03, moments of the whole population; the mean over all channels. nil where
    /// the pictures are smaller than a window.
    public let ssim: Double?

    /// In decibels, for a range of 0…1.
    public var psnr: Double { meanSquare == 0 ? .infinity : -10 * log10(meanSquare) }

    public var isIdentical: Bool { maxError == 0 }

    /// - Throws: a `ComparisonError` where the shapes differ, and whatever the sources throw.
    public init(of first: any RowSource, with second: any RowSource, machine: Machine = Machine()) throws {
        try ComparisonError.check(first.header, second.header)
        let shape = Shape(channels: first.header.channels.count, size: first.header.size)
        var pair = PairOfRows(first, second, lanes: machine.lanes)
        var differences = Differences()
        var similarity = try Similarity(shape, machine: machine)
        while let rows = try pair.next() {
            differences.add(rows, of: pair.first, and: pair.second)
            similarity?.add(rows, of: pair.first, and: pair.second)
        }
        let count = Double(shape.channels) * Double(shape.height) * Double(shape.width)
        maxError = differences.largest
        worst = differences.worst
        meanError = differences.sum / count
        meanSquare = differences.squares / count
        ssim = similarity?.mean
    }
}

/// Why two pictures cannot be compared sample by sample.
public enum ComparisonError: Error, Hashable, Sendable {
    case sizes(Size, Size)
    case channels(Channels, Channels)

    public static func check(_ first: PictureHeader, _ second: PictureHeader) throws(ComparisonError) {
        guard first.size == second.size else { throw .sizes(first.size, second.size) }
        guard first.channels.count == second.channels.count else { throw .channels(first.channels, second.channels) }
    }
}

/// Sums over all samples, in the order of the rows.
private struct Differences {
    var largest = 0.0
    var worst = PerAxis(0)
    var sum = 0.0
    var squares = 0.0

    mutating func add(_ rows: Range<Int>, of first: Planes, and second: Planes) {
        first.withRows { a in
            second.withRows { b in
                for y in rows {
                    for c in 0..<a.shape.channels { add(a.row(y, plane: c), b.row(y, plane: c), a.shape.width, y) }
                }
            }
        }
    }

    private mutating func add(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ width: Int, _ y: Int) {
        var (rowSum, rowSquares) = (0.0, 0.0)
        for x in 0..<width {
            let difference = abs(Double(a[x]) - Double(b[x]))
            rowSum += difference
            rowSquares += difference * difference
            if difference > largest {
                largest = difference
                worst = PerAxis(x: x, y: y)
            }
        }
        sum += rowSum
        squares += rowSquares
    }
}
