#if canImport(Glibc)
    import Glibc
#endif

extension UnsafeMutableRawBufferPointer {
    /// Asks for large pages in memory that was never written: one fault for 2 MiB where there are 512 otherwise. Those of a picture
    /// of 50 MB take longer than a small filter. Only whole large pages inside are touched; where there is no such thing, nothing is.
    package func preferLargePages() {
        #if os(Linux) && canImport(Glibc)
            let page = 1 << 21
            guard let start = baseAddress else { return }
            let from = (Int(bitPattern: start) + page - 1) & ~(page - 1)
            let end = (Int(bitPattern: start) + count) & ~(page - 1)
            guard end > from else { return }
            // A refusal changes nothing but the time.
            _ = madvise(UnsafeMutableRawPointer(bitPattern: from), end - from, Int32(MADV_HUGEPAGE))
        #endif
    }
}

extension Array where Element: BitwiseCopyable {
    /// `value` so many times, in large pages where it fills them.
    package static func onLargePages(_ value: Element, count: Int) -> [Element] {
        // All empty arrays are one, which the initialiser below would write its count to, from any thread.
        if count == 0 { return [] }
        return [Element](unsafeUninitializedCapacity: count) { room, filled in
            UnsafeMutableRawBufferPointer(room).preferLargePages()
            room.initialize(repeating: value)
            filled = count
        }
    }
}
