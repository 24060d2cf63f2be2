import Pixels

/// What each method would cost, and which is therefore taken.
///
/// The unit is one multiply-add of the direct method on one output sample, 0.044 ns on the core where the constants were
/// measured: AVX2, one thread, 3 planes of 1024x1024, kernels from 3x3 to 401x401. They need only rank the methods.
struct MethodCosts {
    private(set) var estimates: [Method: Double] = [:]
    private(set) var factors: Factors?
    private(set) var tiles: TileSize?
    private var impossible: [Method: String] = [:]

    /// What a sum costs more in double than in float.
    private static let exactDirect = 3.6
    private static let exactSeparable = 2.0
    /// Rows between the passes come from the second-level cache, so a tap of a pass costs more, and each pass is a store.
    private static let separableTap = 1.6
    private static let separablePass = 20.0
    /// Beyond this many terms a sum of products has never been the cheapest.
    private static let mostTerms = 8

    init(bank: Bank, geometry: Geometry, isExact: Bool) {
        let taps = bank.kernels.lazy.map { Double($0.weights.lazy.filter { $0 != 0 }.count) }.reduce(0, +)
        let mean = max(1, bank.isShared ? taps : taps / Double(bank.outputs))
        estimates[.reference] = .infinity
        estimates[.direct] = mean * (isExact ? MethodCosts.exactDirect : 1)

        if !bank.isShared {
            impossible[.separable] = "each pair of channels has a kernel of its own"
            impossible[.transform] = impossible[.separable]
            return
        }
        findFactors(bank.kernels[0], mean: mean, geometry: geometry, isExact: isExact)
        if let tiles = TileSize(geometry: geometry) {
            self.tiles = tiles
            estimates[.transform] = tiles.costPerSample * Double(geometry.x.stride * geometry.y.stride)
        } else {
            impossible[.transform] = "the kernel is too large for the largest tile"
        }
    }

    private mutating func findFactors(_ kernel: Kernel, mean: Double, geometry: Geometry, isExact: Bool) {
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
        let tap = MethodCosts.separableTap * (isExact ? MethodCosts.exactSeparable : 1)
        let rows = Double(geometry.y.stride * size.width) * tap
        let columns = Double(size.height) * tap
        estimates[.separable] = Double(max(found.rank, 1)) * (rows + columns) + MethodCosts.separablePass
    }

    func choice(_ asked: Method?) throws(GeometryError) -> Method {
        guard let asked else {
            return estimates.min { ($0.value, $0.key.rawValue) < ($1.value, $1.key.rawValue) }?.key ?? .direct
        }
        if let reason = impossible[asked] { throw .methodImpossible(asked, because: reason) }
        return asked
    }
}
