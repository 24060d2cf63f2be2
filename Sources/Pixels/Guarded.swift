import Synchronization

/// A value that one thread at a time may look at: `Mutex`, whose hand-overs the thread sanitizer sees too.
///
/// Where a Mutex is contended, the library that is not instrumented does the waiting, and the sanitizer takes what the
/// threads do one after the other for a race. An atomic inside the lock tells it the order; `scripts/test --sanitize thread`
/// defines THREAD_SANITIZER, and no other build pays.
package struct Guarded<Value: Sendable>: ~Copyable, Sendable {
    private let mutex: Mutex<Value>
    #if THREAD_SANITIZER
        private let turns = Atomic<Int>(0)
    #endif

    package init(_ value: Value) { mutex = Mutex(value) }

    package borrowing func withLock<Result: Sendable, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        #if THREAD_SANITIZER
            try mutex.withLock { value throws(Failure) in
                turns.add(1, ordering: .acquiring)
                defer { turns.add(1, ordering: .releasing) }
                return try body(&value)
            }
        #else
            try mutex.withLock { value throws(Failure) in try body(&value) }
        #endif
    }
}
