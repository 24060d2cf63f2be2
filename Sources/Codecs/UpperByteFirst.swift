import CLanes
import Pixels

/// Samples as PNG and PNM store them: of two bytes the upper first.
struct UpperByteFirst {
    private let loops: UnsafePointer<kern_lanes>?

    init(_ depth: Depth) {
        let needsSwap = depth == .uint16 && UInt16(1).littleEndian == 1
        loops = needsSwap ? highestLanes() : nil
    }

    /// Whether the bytes stay as they are.
    var isPlain: Bool { loops == nil }

    /// Stores `count` bytes of whole samples. Both places are aligned as samples are.
    func store(_ samples: UnsafeRawPointer, _ count: Int, into out: UnsafeMutablePointer<UInt8>) {
        if let loops {
            let words = UnsafeMutableRawPointer(out).assumingMemoryBound(to: UInt16.self)
            loops.pointee.swap_samples(words, samples.assumingMemoryBound(to: UInt16.self), count / 2)
        } else {
            UnsafeMutableRawPointer(out).copyMemory(from: samples, byteCount: count)
        }
    }
}
