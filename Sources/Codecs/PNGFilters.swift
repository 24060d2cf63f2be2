import CLanes

/// PNG's row filters, and which of them a row gets.
struct PNGFilters {
    private let loops: UnsafePointer<kern_lanes>
    private let fixed: UInt32?

    /// Nothing is gained by a filter where nothing is packed; Sub alone is the cheapest of those that help.
    init(effort: Int) {
        loops = highestLanes()
        fixed =
            switch effort {
            case 0: 0
            case 1: 1
            default: nil
            }
    }

    /// The filter that leaves the smallest sum of distances from 0, the lowest of equals.
    func choice(
        _ row: UnsafePointer<UInt8>, above: UnsafePointer<UInt8>, step: Int, _ count: Int
    ) -> UInt32 {
        if let fixed { return fixed }
        return withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 5) { costs in
            loops.pointee.filter_costs(costs.baseAddress, row, above, step, count)
            var best = 0
            for filter in 1..<5 where costs[filter] < costs[best] { best = filter }
            return UInt32(best)
        }
    }

    func apply(
        _ filter: UInt32, to row: UnsafePointer<UInt8>, above: UnsafePointer<UInt8>, step: Int, _ count: Int,
        into out: UnsafeMutablePointer<UInt8>
    ) {
        loops.pointee.filter_bytes(out, filter, row, above, step, count)
    }
}
