import Codecs
import Convolution
import Dispatch
import Pixels
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
    let tally: BatchTally
    let preview: Preview?

    /// Pictures at one time: no more than the temporaries that an interruption can clean up.
    private static let mostAtOnce = 32

    func run(_ jobs: [OutputPlan.Job]) -> ExitStatus {
        let pictures = PictureRun(
            command: command, graph: graph, options: options, preview: preview, columns: terminal.width,
            lines: max(8, terminal.height - 4))
        var report = BatchReport(
            count: jobs.count, tally: tally, tellsAll: command.isVerbose, terminal: terminal)
        var bar = ProgressBar(total: jobs.count, terminal: terminal)
        let workers = min(options.machine.workers, jobs.count, PictureBatch.mostAtOnce)
        // Pipes and devices are written in the order of the inputs.
        if workers < 2 || jobs.contains(where: { !$0.isOfItsOwn }) {
            for (index, job) in jobs.enumerated() {
                bar?.show(done: index)
                let told = pictures.outcome(
                    of: job, threads: options.machine.threads, isAlone: jobs.count == 1,
                    explaining: { terminal.talk($0) })
                report.tell(told)
                if told.isCutShort { return .ok }
            }
            terminal.showBar("")
            return report.finish()
        }
        let told = Guarded([Int: PictureOutcome]())
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
        var done = 0
        bar?.show(done: 0)
        for index in jobs.indices {
            while true {
                if let outcome = told.withLock({ $0.removeValue(forKey: index) }) {
                    report.tell(outcome)
                    break
                }
                ready.wait()
                done += 1
                bar?.show(done: done)
            }
        }
        terminal.showBar("")
        return report.finish()
    }
}

extension OutputPlan.Job {
    /// Whether it neither reads nor writes what others may be connected to.
    fileprivate var isOfItsOwn: Bool {
        switch target {
        case .file, .nowhere: input != "-"
        case .standardOutput, .stream: false
        }
    }
}
