import Codecs
import KernCLI

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

Heap.settle()
exit(Tool.run(Array(CommandLine.arguments.dropFirst()), on: Terminal()).rawValue)
