import Dispatch
import Pixels

/// Packs one strip of a picture after another. Each has buffers of its own, so that several can work at once.
protocol StripPacker: AnyObject, SendableMetatype {
    /// Called on any thread, but by one at a time.
    func pack() throws(CodecError)
}

/// Strips in, packed strips out in the same order, with helpers in between.
///
/// The thread that brings the strips also takes them away, and packs one itself whenever it would have to wait: with
/// one thread there are no helpers, and nothing ever waits for a thread that may not come.
final class StripLine<Packer: StripPacker> {
    private let desk: Desk<Packer>
    private let capacity: Int
    private let make: () throws(CodecError) -> Packer
    private let deliver: (Packer) throws(CodecError) -> Void
    private var open: Slot<Packer>?
    private var idle: [Slot<Packer>] = []
    private var underway: [Slot<Packer>] = []

    /// `make` is called at most once for every strip that can be underway; `deliver` gets each when its turn has come.
    init(
        threads: Int, make: @escaping () throws(CodecError) -> Packer,
        deliver: @escaping (Packer) throws(CodecError) -> Void
    ) {
        precondition(threads > 0, "strips are packed on at least one thread, not \(threads)")
        // Threads far beyond the cores would only hold more strips.
        let threads = min(threads, 2 * EncodingOptions.coreCount)
        desk = Desk(mostHelpers: threads - 1)
        // One to fill while each thread packs one, and one to spare.
        capacity = threads == 1 ? 1 : threads + 2
        self.make = make
        self.deliver = deliver
    }

    deinit { desk.clear() }

    /// Strips that wait to be packed.
    var backlog: any Backlog { desk }

    /// The strip that is to be filled next; the same one until it is submitted.
    func vacant() throws(CodecError) -> Packer {
        if let open { return open.packer }
        if idle.isEmpty, underway.count >= capacity { try deliverOldest() }
        if idle.isEmpty { idle.append(Slot(try make())) }
        let slot = idle.removeLast()
        open = slot
        return slot.packer
    }

    /// Lets the strip that was filled be packed, and delivers those whose turn has come.
    func submit() throws(CodecError) {
        guard let slot = open else { preconditionFailure("a strip is filled before it is submitted") }
        open = nil
        underway.append(slot)
        desk.add(slot)
        while let first = underway.first, desk.isPacked(first) { try deliverOldest() }
    }

    /// Delivers all that were submitted.
    func drain() throws(CodecError) {
        while !underway.isEmpty { try deliverOldest() }
    }

    private func deliverOldest() throws(CodecError) {
        let slot = underway.removeFirst()
        desk.finish(slot)
        if let failure = slot.failure { throw failure }
        try deliver(slot.packer)
        idle.append(slot)
    }
}

/// A packer on its way. Unchecked because it changes hands only through the desk's lock: whoever took it from there has
/// it alone until `isPacked`, which is read and written under that lock.
private final class Slot<Packer: StripPacker>: @unchecked Sendable {
    let packer: Packer
    var failure: CodecError?
    var isPacked = false

    init(_ packer: Packer) { self.packer = packer }

    func pack() {
        do throws(CodecError) {
            try packer.pack()
        } catch {
            failure = error
        }
    }
}

/// Where filled strips wait for someone to pack them.
private final class Desk<Packer: StripPacker>: Backlog {
    private struct State {
        var waiting: [Slot<Packer>] = []
        var helpers = 0
        var isAttended = false
    }

    private let state = Guarded(State())
    private let mostHelpers: Int
    /// Signalled whenever a helper is done with a strip.
    private let progress = DispatchSemaphore(value: 0)

    init(mostHelpers: Int) { self.mostHelpers = mostHelpers }

    func add(_ slot: Slot<Packer>) {
        let needsHelper = state.withLock { state in
            slot.isPacked = false
            state.waiting.append(slot)
            guard !state.isAttended, state.helpers < mostHelpers else { return false }
            state.helpers += 1
            return true
        }
        if needsHelper { DispatchQueue.global().async { self.help() } }
    }

    func attend() { state.withLock { $0.isAttended = true } }

    func leave() { state.withLock { $0.isAttended = false } }

    func work() {
        while let slot = next() {
            pack(slot)
            progress.signal()
        }
    }

    func isPacked(_ slot: Slot<Packer>) -> Bool { state.withLock { _ in slot.isPacked } }

    /// Returns when `slot` is packed; until then packs whatever waits.
    func finish(_ slot: Slot<Packer>) {
        while true {
            let (isPacked, next) = state.withLock { state in
                slot.isPacked || state.waiting.isEmpty
                    ? (slot.isPacked, nil) : (false, state.waiting.removeFirst())
            }
            if isPacked { return }
            if let next {
                pack(next)
            } else {
                progress.wait()
            }
        }
    }

    /// What nobody has begun is not packed any more.
    func clear() { state.withLock { $0.waiting.removeAll() } }

    private func help() {
        while let slot = nextForHelper() {
            pack(slot)
            progress.signal()
        }
    }

    private func next() -> Slot<Packer>? {
        state.withLock { $0.waiting.isEmpty ? nil : $0.waiting.removeFirst() }
    }

    private func nextForHelper() -> Slot<Packer>? {
        state.withLock { state in
            if state.waiting.isEmpty {
                state.helpers -= 1
                return nil
            }
            return state.waiting.removeFirst()
        }
    }

    private func pack(_ slot: Slot<Packer>) {
        slot.pack()
        state.withLock { _ in slot.isPacked = true }
    }
}
