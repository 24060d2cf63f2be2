import KernBench
import KernCLI

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

exit(BenchTool.run(Array(CommandLine.arguments.dropFirst()), on: Terminal()).rawValue)
