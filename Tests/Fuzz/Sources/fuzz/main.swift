import CFuzzer

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

// fuzz TARGET [libFuzzer's own words]: hands the target what libFuzzer comes up with until something gives.

let targets: [String: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt] = [
    "png": { run(PNGTarget.self, $0, $1) },
    "jpeg": { run(PictureTarget.self, $0, $1) },
    "pnm": { run(PictureTarget.self, $0, $1) },
    "npy": { run(PictureTarget.self, $0, $1) },
    "kernel-file": { run(KernelFileTarget.self, $0, $1) },
    "program": { run(ProgramTarget.self, $0, $1) },
    "model": { run(ModelTarget.self, $0, $1) },
]

/// What is tried on every input. Errors are answers; a trap, a hang or a broken promise is a find.
protocol Target {
    static func attempt(_ bytes: [UInt8]) throws
}

func run(_ target: any Target.Type, _ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    try? target.attempt(Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
}

var count = CommandLine.argc - 1
guard count > 0, let target = targets[CommandLine.arguments[1]] else {
    print("fuzz: which target? \(targets.keys.sorted().joined(separator: ", "))")
    exit(2)
}
var words: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv + 1
exit(LLVMFuzzerRunDriver(&count, &words, target))
