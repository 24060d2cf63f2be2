import Codecs
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Ctrl-C, a closed window or a polite kill: half-written files go, and the shell is told which signal it was.
enum Interruption {
    /// What is said before the process ends; a handler may neither allocate nor lock, so it lies ready, and is never freed.
    /// Its address; 0 where there is nothing to say.
    private static let lastWords = Atomic<UInt>(0)

    /// What is to be said on stderr if a signal ends the process from now on; nil is nothing.
    static func says(_ sentence: String?) {
        lastWords.store(UInt(bitPattern: sentence.flatMap { strdup($0 + "\n") }), ordering: .releasing)
    }

    static func cleansUp() {
        // Made here, as it must not be made in a handler.
        _ = lastWords.load(ordering: .acquiring)
        AtomicFile.unlinkAllTemporariesOnCrash()
        for number in [SIGINT, SIGTERM, SIGHUP] where !isIgnored(number) {
            signal(number) { number in
                AtomicFile.unlinkAllTemporaries()
                if let words = UnsafePointer<CChar>(bitPattern: Interruption.lastWords.load(ordering: .acquiring)) {
                    write(2, words, strlen(words))
                }
                _exit(128 + number)
            }
        }
        // Started from a thread of a pool, a process has signals blocked that nobody meant to block.
        var meant = sigset_t()
        sigemptyset(&meant)
        for number in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&meant, number) }
        pthread_sigmask(SIG_UNBLOCK, &meant, nil)
    }

    /// As under `nohup`, or in the background of a shell: whoever ignored it meant it.
    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return false }
        #if canImport(Glibc)
            let handler = action.__sigaction_handler.sa_handler
        #else
            let handler = action.__sigaction_u.__sa_handler
        #endif
        return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}
