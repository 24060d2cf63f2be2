import Convolution
import Pixels
import Synchronization
import Testing

struct MachineTests {
    private struct Call: Hashable { let range, number: Int }

    @Test(arguments: [[], [0], [7], [5, 0, 3], [0, 4, 1, 40], [1, 1, 1], [30, 1, 30]])
    func `ranges in turn are called for each number once, and none before the range in front of it is done`(
        counts: [Int]
    ) {
        for threads in 1...4 {
            for _ in 0..<20 {
                let done = Guarded<[Call: Int]>([:])
                let early = Atomic(0)
                Machine(threads: threads).split(inTurn: counts) { range, number in
                    let before = done.withLock { calls in calls.filter { $0.key.range < range }.count }
                    if before != counts[..<range].reduce(0, +) { early.add(1, ordering: .relaxed) }
                    done.withLock { $0[Call(range: range, number: number), default: 0] += 1 }
                }
                let expected = counts.indices.flatMap { range in
                    (0..<counts[range]).map { (Call(range: range, number: $0), 1) }
                }
                #expect(done.withLock { $0 } == Dictionary(uniqueKeysWithValues: expected))
                #expect(early.load(ordering: .relaxed) == 0)
            }
        }
    }
}
