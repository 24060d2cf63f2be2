import Pixels

/// What each method would cost, and which is therefore taken.
///
/// The unit is about one multiply-add on one output sample, 0.02 ns on the EPYC where the constants were measured: AVX2 and
/// AVX-512, one thread, 3 planes of 1000x1000, the kernels of `kern-bench --only method`, which tells where a choice is not the
/// best. They need only rank the methods, and are the same for all levels, so that these give the same bits: where the levels would
/// choose differently (crosses of 33x33), one of them loses up to a fifth.
struct MethodCosts {
    private(set) var estimates: [Method: Double] = [:]
    private(set) var factors: Factors?
    private(set) var tiles: TileSize?
    private var impossible: [Method: String] = [:]

    /// What a method costs for each output, and more for each tap.
    private struct Price {
        var base: Double
        var tap: Double
        func of(taps: Double) -> Double { base + tap * taps }
    }

    /// Solid windows keep the sums of four rows in registers; of other windows each tap is loaded for each row.
    private static let solid = Price(base: 13.7, tap: 0.645)
    private static let loose = Price(base: 18, tap: 1.75)
    /// Samples that are apart are dealt out first.
    private static let strided = Price(base: 28, tap: 1.225)
    private static let exact = Price(base: 17.6, tap: 1.83)
    private static let separable = Price(base: 17.9, tap: 1.074)
    private static let stridedSeparable = Price(base: 27, tap: 1.68)
    private static let exactSeparable = Price(base: 16.8, tap: 1.97)
    /// Of a window's sides: how many sums are doubled on the way grows with their logarithm alone.
    private static let sums = Price(base: 110, tap: 0.5)
    /// Of what a tile is turned back to, only the outputs that the stride stands on are copied.
    private static let stridedTransform = 0.83
    /// Beyond this many terms a sum of products has never been the cheapest.
    private static let mostTerms = 8

    init(bank: Bank, geometry: Geometry, border: Border, isExact: Bool, tolerance: Double) {
        let taps = bank.kernels.lazy.map { Double($0.weights.lazy.filter { $0 != 0 }.count) }.reduce(0, +)
        let mean = max(1, bank.isShared ? taps : taps / Double(bank.outputs))
        estimates[.reference] = .infinity
        let isStrided = geometry.x.stride > 1 || geometry.y.stride > 1
        let isSolid = !isExact && bank.hasSolidWindows(geometry)
        let direct =
            isSolid
            ? MethodCosts.solid
            : isExact ? MethodCosts.exact : isStrided ? MethodCosts.strided : MethodCosts.loose
        // A few zeros of a solid window are multiplied with as well.
        estimates[.direct] = direct.of(taps: isSolid ? Double(bank.size.width * bank.size.height) : mean)

        if !bank.isShared {
            impossible[.separable] = "each pair of channels has a kernel of its own"
            impossible[.transform] = impossible[.separable]
            impossible[.sums] = impossible[.separable]
            return
        }
        if SumsPlan(bank, geometry, border: border) != nil {
            estimates[.sums] = MethodCosts.sums.of(taps: Double(bank.size.width + bank.size.height))
        } else {
            impossible[.sums] = "its weights are not all one number, or its pixels are apart"
        }
        findFactors(bank.kernels[0], mean: mean, geometry: geometry, isStrided: isStrided, isExact: isExact)
        // Sums that are divided by what little weight lies inside the picture have to be finer.
        let isFine = isExact || border == .renorm
        if let tiles = TileSize(
            geometry: geometry, kernel: bank.kernels[0], isExact: isFine, tolerance: tolerance)
        {
            self.tiles = tiles
            let share = isStrided ? MethodCosts.stridedTransform : 1
            estimates[.transform] = tiles.costPerSample * Double(geometry.x.stride * geometry.y.stride) * share
        } else {
            impossible[.transform] = "the kernel is too large for the largest tile"
        }
    }

    private mutating func findFactors(
        _ kernel: Kernel, mean: Double, geometry: Geometry, isStrided: Bool, isExact: Bool
    ) {
        let size = kernel.size
        if size.width == 1 || size.height == 1 {
            impossible[.separable] = "a single row or column has nothing to separate"
            return
        }
        let profitable = Int(mean) / (size.width + size.height) + 1
        guard let found = kernel.factors(most: min(MethodCosts.mostTerms, profitable)) else {
            impossible[.separable] = "the kernel is not a sum of few products of a column and a row"
            return
        }
        factors = found
        let price =
            isExact
            ? MethodCosts.exactSeparable : isStrided ? MethodCosts.stridedSeparable : MethodCosts.separable
        // Columns come first, under every column of pixels, whichever of them the outputs stand on.
        let taps = Double(size.width + geometry.x.stride * size.height)
        estimates[.separable] = price.of(taps: Double(max(found.rank, 1)) * taps)
    }

    func choice(_ asked: Method?) throws(GeometryError) -> Method {
        guard let asked else {
            return estimates.min { ($0.value, $0.key.rawValue) < ($1.value, $1.key.rawValue) }?.key ?? .direct
        }
        if let reason = impossible[asked] { throw .methodImpossible(asked, because: reason) }
        return asked
    }
}
