import Convolution
import Pixels
import Synchronization
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

struct CrewTests {
    private struct Call: Hashable { let range, number: Int }

    /// What a run called, and how often a number came before all of the ranges in front of it.
    private func calls(_ crew: Crew, _ counts: [Int]) -> (calls: [Call: Int], early: Int, workers: Set<Int>) {
        let done = Guarded<[Call: Int]>([:])
        let seen = Guarded<Set<Int>>([])
        let early = Guarded(0)
        crew.run(inTurn: counts) { worker, range, number in
            let before = done.withLock { calls in calls.filter { $0.key.range < range }.count }
            if before != counts[..<range].reduce(0, +) { early.withLock { $0 += 1 } }
            done.withLock { $0[Call(range: range, number: number), default: 0] += 1 }
            seen.withLock { _ = $0.insert(worker) }
        }
        return (done.withLock { $0 }, early.withLock { $0 }, seen.withLock { $0 })
    }

    @Test(arguments: [[], [0], [7], [5, 0, 3], [0, 4, 1, 40], [1, 1, 1], [30, 1, 30]])
    func `ranges in turn are called for each number once, and none before the range in front of it is done`(
        counts: [Int]
    ) {
        let expected = counts.indices.flatMap { range in
            (0..<counts[range]).map { (Call(range: range, number: $0), 1) }
        }
        for workers in 1...5 {
            let crew = Crew(workers: workers)
            for _ in 0..<20 {
                let found = calls(crew, counts)
                #expect(found.calls == Dictionary(uniqueKeysWithValues: expected))
                #expect(found.early == 0)
                #expect(found.workers.isSubset(of: 0..<max(workers, 1)))
            }
        }
    }

    @Test func `a crew that has fallen asleep, or just does, is woken`() {
        let crew = Crew(workers: 3)
        for pause: UInt32 in [0, 20, 100, 200, 300, 500, 1000, 5000, 50_000] {
            for _ in 0..<20 {
                usleep(pause / 20)
                #expect(calls(crew, [6, 2]).calls.count == 8)
            }
            usleep(pause)
        }
    }

    @Test func `what one thread holds up is done by the others`() {
        let crew = Crew(workers: 2)
        let held = Atomic(false)
        let done = Atomic(0)
        crew.run(inTurn: [40]) { worker, _, number in
            if !held.exchange(true, ordering: .relaxed) {
                while done.load(ordering: .acquiring) < 39 { usleep(100) }
            }
            done.add(1, ordering: .releasing)
        }
        #expect(done.load(ordering: .relaxed) == 40)
    }

    @Test func `crews that go leave nothing behind that others wait for`() {
        for workers in 1...4 {
            for _ in 0..<30 { #expect(calls(Crew(workers: workers), [5, 5]).calls.count == 10) }
        }
    }
}
