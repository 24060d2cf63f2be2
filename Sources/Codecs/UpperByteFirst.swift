import CLanes
import Pixels

/// Samples as PNG and PNM store them: of two bytes the upper first.
struct UpperByteFirst {
    private let loops: UnsafePointer<kern_lanes>?

    init(_ depth: Depth) {
        let needsSwap = depth == .uint16 && UInt16(1).littleEndian == 1
        loops = needsSwap ? fastestLoops() : nil
    }

    /// Whether the bytes stay as they are.
    var isPlain: Bool { loops == nil }

    /// Stores `count` bytes of whole samples.
    func store(_ samples: UnsafeRawPointer, _ count: Int, into out: UnsafeMutablePointer<UInt8>) {
        if let loops {
            loops.pointee.swap_bytes(out, samples.assumingMemoryBound(to: UInt8.self), count / 2)
        } else {
            UnsafeMutableRawPointer(out).copyMemory(from: samples, byteCount: count)
        }
    }
}

/// The loops for the highest level this machine has. On bytes all levels agree, so there is nothing to choose.
func fastestLoops() -> UnsafePointer<kern_lanes> {
    var count = 0
    guard let levels = kern_lanes_available(&count), count > 0, let highest = levels[count - 1] else {
        preconditionFailure("there is always a baseline")
    }
    return highest
}
