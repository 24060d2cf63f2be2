import Pixels

/// What each method would cost, and which is therefore taken.
///
/// The unit is one multiply-add of the direct method on one output sample. The constants were fitted by
/// `Tests/Oracle/…` runs on one machine; they need only rank the methods rightly.
struct MethodCosts {
    private(set) var estimates: [Method: Double] = [:]
    private(set) var factors: Factors?
    private(set) var tiles: TileSize?
    private var impossible: [Method: String] = [:]

    /// A separable pass also writes its rows between the two passes.
    private static let passOverhead = 2.0
    /// A transform does its multiply-adds in double and moves each sample several times.
    private static let transformFactor = 9.0
    /// Beyond this many terms a sum of products has never been the cheapest.
    private static let mostTerms = 8

    init(bank: Bank, geometry: Geometry) {
        let size = bank.size
        let taps = bank.kernels.lazy.map { Double($0.weights.lazy.filter { $0 != 0 }.count) }.reduce(0, +)
        let mean = bank.isShared ? taps : taps / Double(bank.outputs)
        estimates[.reference] = .infinity
        estimates[.direct] = max(mean, 1)

        let strides = Double(geometry.x.stride * geometry.y.stride)
        if !bank.isShared {
            impossible[.separable] = "each pair of channels has a kernel of its own"
            impossible[.transform] = impossible[.separable]
            return
        }
        if size.width == 1 || size.height == 1 {
            impossible[.separable] = "a single row or column has nothing to separate"
        } else {
            let profitable = Int(mean) / (size.width + size.height) + 1
            if let found = bank.kernels[0].factors(most: min(MethodCosts.mostTerms, profitable)) {
                factors = found
                let rows = Double(geometry.y.stride) * (Double(size.width) + MethodCosts.passOverhead)
                let columns = Double(size.height) + MethodCosts.passOverhead
                estimates[.separable] = Double(max(found.rank, 1)) * (rows + columns)
            } else {
                impossible[.separable] = "the kernel is not a sum of few products of a column and a row"
            }
        }
        if let tiles = TileSize(geometry: geometry) {
            self.tiles = tiles
            estimates[.transform] = MethodCosts.transformFactor * tiles.costPerSample * strides
        } else {
            impossible[.transform] = "the kernel is too large for the largest tile"
        }
    }

    func choice(_ asked: Method?) throws(GeometryError) -> Method {
        guard let asked else {
            return estimates.min { ($0.value, $0.key.rawValue) < ($1.value, $1.key.rawValue) }?.key ?? .direct
        }
        if let reason = impossible[asked] { throw .methodImpossible(asked, because: reason) }
        return asked
    }
}
