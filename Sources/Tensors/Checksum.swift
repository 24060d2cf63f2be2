/// Fowler's, Noll's and Vo's hash (FNV-1a) over words in place of bytes: each step can be undone, so no change is lost.
public struct Checksum: Sendable {
    private var value: UInt64 = 0xCBF2_9CE4_8422_2325

    public init() {}

    public var text: String { String(value, radix: 16) }

    public mutating func take(_ word: UInt64) { value = (value ^ word) &* 0x100_0000_01B3 }

    public mutating func take(_ text: String) {
        take(UInt64(text.utf8.count))
        for byte in text.utf8 { take(UInt64(byte)) }
    }

    /// Eight at a time.
    public mutating func take(_ bytes: UnsafeRawBufferPointer) {
        take(UInt64(bytes.count))
        let whole = bytes.count & ~7
        for start in stride(from: 0, to: whole, by: 8) {
            take(bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self).littleEndian)
        }
        for byte in bytes[whole...] { take(UInt64(byte)) }
    }
}
