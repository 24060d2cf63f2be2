import CLanes
import Pixels

/// What is done to a PNG's rows before they are packed: the order of the bytes, and the filters.
struct PNGFilters {
    private let loops: UnsafePointer<kern_lanes>
    private let fixed: UInt32?

    /// Nothing is gained by a filter where nothing is packed; Sub alone is the cheapest of those that help.
    init(effort: Int) {
        var count = 0
        guard let levels = kern_lanes_available(&count), count > 0, let highest = levels[count - 1] else {
            preconditionFailure("there is always a baseline")
        }
        loops = highest
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

    /// A stretch of whole samples as PNG stores them: the upper byte first.
    func store(_ samples: UnsafeRawPointer, _ count: Int, as depth: Depth, into out: UnsafeMutablePointer<UInt8>) {
        if depth == .uint16, UInt16(1).littleEndian == 1 {
            loops.pointee.swap_bytes(out, samples.assumingMemoryBound(to: UInt8.self), count / 2)
        } else {
            UnsafeMutableRawPointer(out).copyMemory(from: samples, byteCount: count)
        }
    }

    func apply(
        _ filter: UInt32, to row: UnsafePointer<UInt8>, above: UnsafePointer<UInt8>, step: Int, _ count: Int,
        into out: UnsafeMutablePointer<UInt8>
    ) {
        loops.pointee.filter_bytes(out, filter, row, above, step, count)
    }
}
