// zlib streams made by hand, so that tests can have them as odd as they like.

func adler32(_ bytes: [UInt8]) -> [UInt8] {
    var (a, b) = (UInt32(1), UInt32(0))
    for byte in bytes {
        a = (a + UInt32(byte)) % 65521
        b = (b + a) % 65521
    }
    return [b >> 8, b, a >> 8, a].map { UInt8(truncatingIfNeeded: $0) }
}

/// A stream of stored blocks.
func stored(_ bytes: [UInt8], head: [UInt8] = [0x78, 0x01]) -> [UInt8] {
    var stream = head
    var start = 0
    repeat {
        let count = min(bytes.count - start, 65535)
        stream.append(start + count == bytes.count ? 1 : 0)
        for number in [count, ~count] { stream += [UInt8(number & 255), UInt8(number >> 8 & 255)] }
        stream += bytes[start..<(start + count)]
        start += count
    } while start < bytes.count
    return stream + adler32(bytes)
}

/// One block of the fixed Huffman codes, symbol by symbol.
struct FixedBlock {
    private(set) var bytes: [UInt8] = []
    private var used = 8

    init() { bits(0b011, 3) }

    mutating func literal(_ byte: UInt8) { symbol(Int(byte)) }

    /// A match of 258 bytes, `distance` back, which is from 24577 to 32768.
    mutating func longMatch(distance: Int) {
        symbol(285)
        reversed(29, 5)
        bits(distance - 24577, 13)
    }

    mutating func end() { symbol(256) }

    private mutating func symbol(_ value: Int) {
        switch value {
        case ..<144: reversed(0x30 + value, 8)
        case ..<256: reversed(0x190 + value - 144, 9)
        case ..<280: reversed(value - 256, 7)
        default: reversed(0xC0 + value - 280, 8)
        }
    }

    /// Huffman codes come with their highest bit first, numbers with their lowest.
    private mutating func reversed(_ value: Int, _ count: Int) {
        for bit in (0..<count).reversed() { bits(value >> bit & 1, 1) }
    }

    private mutating func bits(_ value: Int, _ count: Int) {
        for bit in 0..<count {
            if used == 8 {
                bytes.append(0)
                used = 0
            }
            bytes[bytes.count - 1] |= UInt8(value >> bit & 1) << UInt8(used)
            used += 1
        }
    }
}
