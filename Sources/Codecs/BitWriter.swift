/// Bits into bytes, lowest first. Writes up to seven bytes beyond the last bit; the caller has made sure there is room.
struct BitWriter {
    private var next: UnsafeMutableRawPointer
    private var bits: UInt64 = 0
    /// Fewer than eight between calls.
    private var count: UInt64 = 0

    init(_ start: UnsafeMutableRawPointer) { next = start }

    /// Whole bytes so far.
    func count(from start: UnsafeMutableRawPointer) -> Int { next - start }

    /// The lowest `count` bits of `value`, up to 56.
    mutating func put(_ value: UInt64, _ count: UInt64) {
        bits |= value &<< self.count
        self.count &+= count
        flush()
    }

    /// A `HuffmanCode`'s entry.
    mutating func put(_ entry: UInt32) { put(UInt64(entry & 0xFFFF), UInt64(entry >> 16)) }

    /// Four entries of at most 14 bits.
    mutating func put(_ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32) {
        bits |= UInt64(a & 0xFFFF) &<< count
        count &+= UInt64(a >> 16)
        bits |= UInt64(b & 0xFFFF) &<< count
        count &+= UInt64(b >> 16)
        bits |= UInt64(c & 0xFFFF) &<< count
        count &+= UInt64(c >> 16)
        bits |= UInt64(d & 0xFFFF) &<< count
        count &+= UInt64(d >> 16)
        flush()
    }

    /// Zeros up to the next whole byte.
    mutating func fillByte() { put(0, (8 &- count) & 7) }

    private mutating func flush() {
        next.storeBytes(of: bits.littleEndian, as: UInt64.self)
        next += Int(count &>> 3)
        bits &>>= count & ~7
        count &= 7
    }
}
