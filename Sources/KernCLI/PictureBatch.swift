import Codecs
import Convolution
import Dispatch
import Programs
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One program over many pictures: a picture that fails is reported, and the others are made all the same.
///
/// As many pictures are in work at one time as there are threads; towards the end, where fewer are left, each has
/// several. What is said comes in the order of the inputs. `--max-memory` bounds each picture, not their sum.
struct PictureBatch {
    let command: Apply
    let graph: Graph
    let options: RunOptions
    let terminal: Terminal

    /// Pictures at one time: no more than the temporaries that an interruption can clean up.
    private static let mostAtOnce = 32

    func run(_ jobs: [OutputPlan.Job]) -> ExitStatus {
        let pictures = PictureRun(command: command, graph: graph, options: options)
        var results = BatchResults(count: jobs.count, terminal: terminal)
        let workers = min(options.machine.workers, jobs.count, PictureBatch.mostAtOnce)
        // Pipes and devices are written in the order of the inputs.
        if workers < 2 || jobs.contains(where: { !$0.isOfItsOwn }) {
            for job in jobs {
                let told = pictures.outcome(of: job, threads: options.machine.threads, isAlone: jobs.count == 1)
                results.tell(told)
                if told.isCutShort { return .ok }
            }
            return results.status
        }
        let told = Mutex([Int: PictureOutcome]())
        let claimed = Atomic(0)
        let ready = DispatchSemaphore(value: 0)
        let threads = options.machine.threads
        @Sendable func work() {
            while true {
                let index = claimed.add(1, ordering: .relaxed).oldValue
                guard index < jobs.count else { return }
                let left = jobs.count - index
                let share = left >= workers ? 1 : threads / left
                let outcome = pictures.outcome(of: jobs[index], threads: share, isAlone: false)
                told.withLock { $0[index] = outcome }
                ready.signal()
            }
        }
        for worker in 0..<workers { DispatchQueue(label: "kern.picture.\(worker)").async { work() } }
        for index in jobs.indices {
            while true {
                if let outcome = told.withLock({ $0.removeValue(forKey: index) }) {
                    results.tell(outcome)
                    break
                }
                ready.wait()
            }
        }
        return results.status
    }
}

extension OutputPlan.Job {
    /// Whether it neither reads nor writes what others may be connected to.
    fileprivate var isOfItsOwn: Bool {
        if case .file = target { input != "-" } else { false }
    }
}

/// What is said about the pictures of a batch, and what the process ends with.
private struct BatchResults {
    let count: Int
    let terminal: Terminal
    private var failures: [ExitStatus] = []

    init(count: Int, terminal: Terminal) {
        self.count = count
        self.terminal = terminal
    }

    mutating func tell(_ outcome: PictureOutcome) {
        for line in outcome.lines {
            switch line {
            case .talk(let text): terminal.talk(text)
            case .result(let text): terminal.print(text)
            case .complaint(let text): terminal.complain(text, as: "kern apply")
            }
        }
        if let failure = outcome.failure { failures.append(failure) }
    }

    var status: ExitStatus {
        if count > 1, !failures.isEmpty {
            terminal.talk("kern apply: \(failures.count) of \(count) pictures failed")
        }
        if failures.isEmpty { return .ok }
        // Where nothing else was wrong than what was asked for, that is what the status says.
        return failures.count == count && failures.allSatisfy { $0 == .misuse } ? .misuse : .failed
    }
}
