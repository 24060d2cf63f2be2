import Pixels

/// Room to work in that is used again: the first touch of fresh memory costs more than most loops over it. All layers
/// share it, so that what one has just written into is still in the cache for the next.
///
/// - A room belongs to one call of `withRoom` and holds anything.
final class Scratch: Sendable {
    static let shared = Scratch()

    struct Room: @unchecked Sendable {
        // Lent to one caller, who says which of its threads touches what.
        let floats: UnsafeMutablePointer<Float>
        let offsets: UnsafeMutablePointer<Int>
    }

    private struct Block: @unchecked Sendable {
        // Owned by the list, or by the call that took it out.
        var base: UnsafeMutableRawPointer
        var bytes: Int
    }

    /// Larger rooms are given back to the system.
    private static let mostKept = 64 << 20

    private let free = Guarded<[Block]>([])

    func withRoom<Result>(floats: Int, offsets: Int = 0, _ body: (Room) -> Result) -> Result {
        // The offsets lie in front, on whole cache lines.
        let front = (offsets * MemoryLayout<Int>.stride + 63) / 64 * 64
        let block = take(front + floats * MemoryLayout<Float>.stride)
        defer { give(block) }
        return body(
            Room(
                floats: (block.base + front).bindMemory(to: Float.self, capacity: floats),
                offsets: block.base.bindMemory(to: Int.self, capacity: offsets)))
    }

    /// The room given back last that is large enough, else a new one in place of the last.
    private func take(_ bytes: Int) -> Block {
        let found = free.withLock { blocks -> Block? in
            if let index = blocks.lastIndex(where: { $0.bytes >= bytes }) { return blocks.remove(at: index) }
            return blocks.popLast()
        }
        if let found {
            if found.bytes >= bytes { return found }
            found.base.deallocate()
        }
        let rounded = (bytes + 4095) / 4096 * 4096
        return Block(base: .allocate(byteCount: rounded, alignment: 64), bytes: rounded)
    }

    private func give(_ block: Block) {
        guard block.bytes <= Scratch.mostKept else { return block.base.deallocate() }
        free.withLock { $0.append(block) }
    }
}
