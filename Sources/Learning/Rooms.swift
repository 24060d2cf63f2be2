import Pixels
import Programs

/// Workspaces of one network: one for each thread and size of part, kept from step to step.
final class Rooms: Sendable {
    private struct Kept: @unchecked Sendable {
        // A room is in one thread's hands, or here under the lock.
        var plans: [Int: NetworkPlan] = [:]
        var free: [Int: [(room: Workspace, worker: Int)]] = [:]
    }

    private let network: Network
    private let learns: Bool
    private let kept = Guarded(Kept())

    init(_ network: Network, learns: Bool) {
        self.network = network
        self.learns = learns
    }

    /// Plans parts of as many pictures as `counts` says; rooms for others go. A batch in one part is most of what a training
    /// holds, and the last of an epoch, which is smaller, would hold its own beside it for good.
    func prepare(_ counts: Set<Int>) throws {
        kept.withLock { kept in kept.free = kept.free.filter { counts.contains($0.key) } }
        for count in counts where kept.withLock({ $0.plans[count] == nil }) {
            let plan = try network.plan(count: count)
            kept.withLock { $0.plans[count] = plan }
        }
    }

    /// A room for `count` pictures, the one in which this worker was last if there is one: what lies in it is near its core.
    func enter(_ count: Int, worker: Int) -> Workspace {
        kept.withLock { kept in
            if let last = kept.free[count]?.lastIndex(where: { $0.worker == worker }),
                let room = kept.free[count]?.remove(at: last).room
            {
                return Handle(room)
            }
            if let room = kept.free[count]?.popLast()?.room { return Handle(room) }
            guard let plan = kept.plans[count] else { preconditionFailure("no plan for \(count) pictures") }
            return Handle(Workspace(plan, learns: learns))
        }.room
    }

    func leave(_ room: Workspace, worker: Int) {
        let handle = Handle(room)
        kept.withLock { $0.free[handle.room.results[0].shape.count, default: []].append((handle.room, worker)) }
    }

    /// The room that a part of `count` pictures was in last.
    func last(_ count: Int) -> Workspace? { kept.withLock { $0.free[count]?.last.map { Handle($0.room) } }?.room }

    /// The sizes of the parts whose rooms are kept, smallest first.
    var sizes: [Int] { kept.withLock { $0.free.filter { !$0.value.isEmpty }.keys.sorted() } }

    /// The first node of which a result is no number, in any room.
    var firstFault: Int? {
        kept.withLock { $0.free.values.joined().compactMap(\.room.firstFault).min() }
    }

    /// Carries a room across the lock.
    private struct Handle: @unchecked Sendable {
        // Whoever takes it out has it alone.
        let room: Workspace

        init(_ room: Workspace) { self.room = room }
    }
}
