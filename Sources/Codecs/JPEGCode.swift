/// One of JPEG's Huffman codes, to be looked up by the bits that come next.
///
/// An entry has, from its lowest bit on: how many bits to take, 8 of them; how many coefficients to leave out, 7; whether the
/// value comes behind these bits, 1; the value, 16, or of how many bits it is. What takes no bits at all is a longer code.
struct JPEGCode {
    typealias Entry = UInt32

    static let lookupBits = 10
    static let longest = 16
    /// What an end of block leaves out, and nothing else does.
    static let endOfBlock = 127
    private static let largestRun = 15
    private static let symbolRoom = 256

    /// For each beginning of `lookupBits`.
    let entries: UnsafeMutablePointer<Entry>
    /// For each longer length: the first 16 bits that are above all its codes, and what to add to a code for its symbol's place.
    private let ends: UnsafeMutablePointer<Int32>
    private let offsets: UnsafeMutablePointer<Int32>
    private let symbols: UnsafeMutablePointer<UInt8>
    private let isMeans: Bool

    /// nil where the counts are of no code, of which none is all ones, or a mean's difference is said to have more bits than it can.
    init?(counts: UnsafePointer<UInt8>, symbols given: UnsafePointer<UInt8>, isMeans: Bool) {
        var code = 0
        var place = 0
        for length in 1...Self.longest {
            code = code << 1 + Int(counts[length])
            place += Int(counts[length])
            if code >= 1 << length || place > Self.symbolRoom { return nil }
        }
        if isMeans, (0..<place).contains(where: { Int(given[$0]) > Self.largestRun }) { return nil }
        self.isMeans = isMeans
        entries = .allocate(capacity: 1 << Self.lookupBits)
        entries.initialize(repeating: 0, count: 1 << Self.lookupBits)
        ends = .allocate(capacity: Self.longest + 1)
        ends.initialize(repeating: 0, count: Self.longest + 1)
        offsets = .allocate(capacity: Self.longest + 1)
        offsets.initialize(repeating: 0, count: Self.longest + 1)
        symbols = .allocate(capacity: Self.symbolRoom)
        symbols.initialize(from: given, count: Self.symbolRoom)
        fill(counts)
    }

    func deallocate() {
        entries.deallocate()
        ends.deallocate()
        offsets.deallocate()
        symbols.deallocate()
    }

    private func fill(_ counts: UnsafePointer<UInt8>) {
        var code = 0
        var place = 0
        for length in 1...Self.longest {
            offsets[length] = Int32(place - code)
            for _ in 0..<counts[length] {
                if length <= Self.lookupBits { enter(code, length, symbols[place]) }
                code += 1
                place += 1
            }
            ends[length] = Int32(code << (Self.longest - length))
            code <<= 1
        }
    }

    /// Whatever follows the code, and with its value where that is among the bits looked up.
    private func enter(_ code: Int, _ length: Int, _ symbol: UInt8) {
        let entry = self.entry(of: symbol, length: length)
        let rest = Self.lookupBits - length
        for behind in 0..<(1 << rest) {
            var full = entry
            let bits = Int(entry >> 16)
            if entry & 0x8000 != 0, bits <= rest {
                let value = Self.value(UInt64(behind >> (rest - bits)), bits: bits)
                full = UInt32(UInt16(bitPattern: value)) << 16 | entry & 0x7F00 | Entry(length + bits)
            }
            entries[code << rest | behind] = full
        }
    }

    private func entry(of symbol: UInt8, length: Int) -> Entry {
        let run = isMeans ? 0 : Int(symbol >> 4)
        let bits = Int(symbol & 15)
        if bits == 0 {
            let isEnd = !isMeans && run != Self.largestRun
            return Entry((isEnd ? Self.endOfBlock : run) << 8 | length)
        }
        return Entry(bits << 16 | 0x8000 | run << 8 | length)
    }

    /// The entry of a code of more than `lookupBits`; nil where there is none that begins like this.
    func longEntry(_ next: UInt64) -> Entry? {
        let first = Int32(truncatingIfNeeded: next >> 48)
        for length in (Self.lookupBits + 1)...Self.longest where first < ends[length] {
            let place = first >> Int32(Self.longest - length) + offsets[length]
            return entry(of: symbols[Int(place)], length: length)
        }
        return nil
    }

    /// Numbers of so many bits are the larger half of themselves and, where the highest bit is 0, their negatives.
    @inline(__always)
    static func value(_ raw: UInt64, bits: Int) -> Int16 {
        let number = Int(truncatingIfNeeded: raw)
        let isNegative = number >> (bits &- 1) == 0
        return Int16(truncatingIfNeeded: isNegative ? number &- (1 &<< bits) &+ 1 : number)
    }
}
