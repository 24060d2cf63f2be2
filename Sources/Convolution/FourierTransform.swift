import CLanes
import Pixels

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A complex grid of `rows` × `columns` in double, real and imaginary parts apart, with room to work in.
final class ComplexGrid {
    private(set) var rows: Int
    private(set) var columns: Int
    private(set) var re: UnsafeMutablePointer<Double>
    private(set) var im: UnsafeMutablePointer<Double>
    private var spareRe: UnsafeMutablePointer<Double>
    private var spareIm: UnsafeMutablePointer<Double>

    init(rows: Int, columns: Int) {
        self.rows = rows
        self.columns = columns
        re = .onCacheLine(rows * columns)
        im = .onCacheLine(rows * columns)
        spareRe = .onCacheLine(rows * columns)
        spareIm = .onCacheLine(rows * columns)
        clear()
    }

    deinit {
        for store in [re, im, spareRe, spareIm] { store.deallocate() }
    }

    func clear() {
        re.update(repeating: 0, count: rows * columns)
        im.update(repeating: 0, count: rows * columns)
    }

    private func swapStores() {
        swap(&re, &spareRe)
        swap(&im, &spareIm)
    }

    /// Transforms down every column: Stockham's order, so that no bits need reversing, all columns at once.
    func transformColumns(_ twiddles: Twiddles, inverse: Bool, _ lanes: UnsafePointer<kern_lanes>) {
        precondition(twiddles.count == rows, "twiddles for \(twiddles.count) rows, but \(rows) rows")
        var (length, block) = (rows, columns)
        while length > 1 {
            let half = length / 2
            let step = rows / length
            for p in 0..<half {
                let a = p * block
                let b = (p + half) * block
                let out = 2 * p * block
                lanes.pointee.butterfly(
                    spareRe + out, spareIm + out, spareRe + out + block, spareIm + out + block, re + a, im + a, re + b,
                    im + b, twiddles.re[p * step], inverse ? -twiddles.im[p * step] : twiddles.im[p * step], block)
            }
            swapStores()
            length = half
            block *= 2
        }
    }

    /// Rows become columns, in squares that fit the cache.
    func transpose() {
        let side = 16
        for y0 in stride(from: 0, to: rows, by: side) {
            for x0 in stride(from: 0, to: columns, by: side) {
                for y in y0..<min(y0 + side, rows) {
                    for x in x0..<min(x0 + side, columns) {
                        spareRe[x * rows + y] = re[y * columns + x]
                        spareIm[x * rows + y] = im[y * columns + x]
                    }
                }
            }
        }
        swapStores()
        swap(&rows, &columns)
    }
}

/// e^(−2πi p / n) for p in 0..<n/2.
struct Twiddles: Sendable {
    let count: Int
    let re: [Double]
    let im: [Double]

    init(count: Int) {
        self.count = count
        let angles = (0..<max(count / 2, 1)).map { -2 * Double.pi * Double($0) / Double(count) }
        re = angles.map { cos($0) }
        im = angles.map { sin($0) }
    }
}
