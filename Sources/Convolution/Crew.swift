import Dispatch
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Threads that stay together for work that comes piece after piece, each too short to wake a thread for. They wait awake for a
/// while, then asleep; the caller is the first of them.
///
/// Each has a number, and does the same share of the same work again unless another is done sooner: what it worked on lies in its
/// core's cache.
package final class Crew: Sendable {
    package let workers: Int
    private let others: [Worker]

    package init(workers: Int) {
        self.workers = workers
        others = (1..<max(workers, 1)).map { Worker(number: $0) }
    }

    package convenience init(_ machine: Machine) { self.init(workers: machine.workers) }

    deinit { for worker in others { worker.stop() } }

    /// Several ranges one after the other: `body` is called for each number of each of them, and none of a range before all of
    /// the one in front of it are done.
    ///
    /// A thread only ever waits for calls that another has begun: it makes no difference how many threads there are in the end.
    package func run(
        inTurn counts: [Int], _ body: @escaping @Sendable (_ worker: Int, _ range: Int, _ number: Int) -> Void
    ) {
        let useful = min(workers, counts.max() ?? 0)
        guard useful > 1 else {
            for (range, count) in counts.enumerated() { for number in 0..<count { body(0, range, number) } }
            return
        }
        let work = Shares(counts, workers: useful)
        let helping = others.prefix(useful - 1).filter { worker in worker.begin { work.take(worker.number, body) } }
        work.take(0, body)
        for worker in helping { worker.waitUntilDone() }
    }
}

/// What is left of the ranges, a share of each for each worker.
private final class Shares: Sendable {
    private let counts: [Int]
    private let workers: Int
    private let claimed: [Counter]
    private let done = Atomic(0)

    init(_ counts: [Int], workers: Int) {
        self.counts = counts
        self.workers = workers
        claimed = (0..<counts.count * workers).map { _ in Counter() }
    }

    func take(_ worker: Int, _ body: (_ worker: Int, _ range: Int, _ number: Int) -> Void) {
        var before = 0
        for (range, count) in counts.enumerated() {
            for other in 0..<workers {
                let share = (worker + other) % workers
                let own = count * share / workers..<count * (share + 1) / workers
                while true {
                    let number = own.lowerBound + claimed[range * workers + share].next()
                    guard number < own.upperBound else { break }
                    waitPatiently { done.load(ordering: .acquiring) >= before }
                    body(worker, range, number)
                    done.add(1, ordering: .releasing)
                }
            }
            before += count
        }
    }

    private final class Counter: Sendable {
        private let value = Atomic(0)

        func next() -> Int { value.add(1, ordering: .relaxed).oldValue }
    }
}

/// A thread of a crew, and what it is told.
private final class Worker: Sendable {
    let number: Int
    private let orders = Orders()

    init(number: Int) { self.number = number }

    /// Has the thread do this; the one before is done. Where the system has no thread to give, the others do its share.
    func begin(_ job: @escaping @Sendable () -> Void) -> Bool {
        guard orders.hasThread || orders.start() else { return false }
        orders.job = job
        orders.given.add(1, ordering: .sequentiallyConsistent)
        orders.wake()
        return true
    }

    func waitUntilDone() {
        waitPatiently { orders.done.load(ordering: .acquiring) == orders.given.load(ordering: .relaxed) }
        orders.job = nil
    }

    func stop() {
        guard orders.hasThread else { return }
        orders.job = nil
        orders.given.add(1, ordering: .sequentiallyConsistent)
        orders.wake()
    }

    private final class Orders: @unchecked Sendable {
        // Written by the caller while the thread has nothing to do, read by the thread once `given` says so.
        var job: (@Sendable () -> Void)?
        var hasThread = false
        let given = Atomic(0)
        let done = Atomic(0)
        private let isAsleep = Atomic(false)
        private let alarm = DispatchSemaphore(value: 0)

        func start() -> Bool {
            var thread = pthread_t()
            let own = Unmanaged.passRetained(self).toOpaque()
            let failure = pthread_create(
                &thread, nil,
                { own in
                    Unmanaged<Orders>.fromOpaque(own.unsafelyUnwrapped).takeRetainedValue().follow()
                    return nil
                }, own)
            guard failure == 0 else {
                Unmanaged<Orders>.fromOpaque(own).release()
                return false
            }
            pthread_detach(thread)
            hasThread = true
            return true
        }

        func wake() {
            if isAsleep.exchange(false, ordering: .sequentiallyConsistent) { alarm.signal() }
        }

        private func follow() {
            while true {
                let last = done.load(ordering: .relaxed)
                if !hasOrders(after: last) { sleep(after: last) }
                guard let job else { return }
                job()
                done.store(last + 1, ordering: .releasing)
            }
        }

        /// Waits awake as long as a step of a small net leaves a thread without work.
        private func hasOrders(after last: Int) -> Bool {
            for _ in 0..<500 {
                if given.load(ordering: .acquiring) != last { return true }
                sched_yield()
            }
            return false
        }

        private func sleep(after last: Int) {
            isAsleep.store(true, ordering: .sequentiallyConsistent)
            // Whoever gave orders in the meantime either saw that and rings, or is seen here.
            let isGiven = given.load(ordering: .sequentiallyConsistent) != last
            if !isGiven || !isAsleep.exchange(false, ordering: .sequentiallyConsistent) { alarm.wait() }
        }
    }
}

/// Others are about to be done: awake at first, then looking now and then.
private func waitPatiently(_ isReached: () -> Bool) {
    for _ in 0..<2000 {
        if isReached() { return }
        sched_yield()
    }
    while !isReached() { usleep(100) }
}
