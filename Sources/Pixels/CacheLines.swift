extension UnsafeMutablePointer {
    /// Room that begins where a cache line does, given back by `deallocate`. A register of 64 bytes that is not loaded from there
    /// comes from two lines, every time: transforms of 128x128 took twice as long in the 16 bytes that `malloc` keeps to.
    package static func onCacheLine(_ capacity: Int) -> UnsafeMutablePointer {
        UnsafeMutableRawPointer.allocate(byteCount: capacity * MemoryLayout<Pointee>.stride, alignment: 64)
            .bindMemory(to: Pointee.self, capacity: capacity)
    }
}
