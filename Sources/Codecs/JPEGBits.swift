/// A scan's bits, highest first. A byte of 255 is followed by a 0 that is no part of them, or by a marker, where they end.
struct JPEGBits {
    private(set) var next: UnsafePointer<UInt8>
    let end: UnsafePointer<UInt8>
    /// From the highest on; those beyond `count` are what comes next, or zeros.
    private(set) var bits: UInt64 = 0
    /// Below zero where more was taken than there was.
    private(set) var count = 0

    init(_ next: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>) {
        self.next = next
        self.end = end
    }

    /// The same bits, with other bytes behind them.
    init(_ other: JPEGBits, next: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>) {
        self.next = next
        self.end = end
        bits = other.bits
        count = other.count
    }

    /// Until there are 56 or more.
    @inline(__always)
    mutating func fill() {
        if end - next >= 8 {
            let word = UInt64(bigEndian: UnsafeRawPointer(next).loadUnaligned(as: UInt64.self))
            // Whether a byte is 255: one of those turned round is 0.
            if (~word &- 0x0101_0101_0101_0101) & word & 0x8080_8080_8080_8080 == 0 {
                bits |= word &>> UInt64(truncatingIfNeeded: count)
                let taken = (63 &- count) &>> 3
                next += taken
                count &+= taken &<< 3
                return
            }
        }
        self = filledByBytes()
    }

    /// Not in place: what has an address does not stay in registers.
    @inline(never)
    private func filledByBytes() -> JPEGBits {
        var filled = self
        while filled.count <= 56, filled.next < end {
            let byte = filled.next[0]
            if byte == 0xFF {
                guard end - filled.next >= 2, filled.next[1] == 0 || filled.next[1] == 0xFF else { break }
                filled.next += 1
                // Any number of them stands for one.
                if filled.next[0] == 0xFF { continue }
            }
            filled.next += 1
            filled.bits |= UInt64(byte) &<< UInt64(truncatingIfNeeded: 56 &- filled.count)
            filled.count &+= 8
        }
        return filled
    }

    @inline(__always)
    mutating func drop(_ taken: Int) {
        bits &<<= UInt64(truncatingIfNeeded: taken)
        count &-= taken
    }

    /// Where the bytes begin of which no bit was taken; there are none but those bits from here on.
    mutating func unread(from start: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
        var at = next
        for _ in 0..<(max(0, count) / 8) where at > start {
            at -= 1
            while at > start, at[-1] == 0xFF { at -= 1 }
        }
        return at
    }
}
