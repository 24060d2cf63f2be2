#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

enum Mathematics {
    static func distance(_ x: Double, _ y: Double) -> Double { hypot(x, y) }

    static func angle(_ y: Double, _ x: Double) -> Double { atan2(y, x) }
}
