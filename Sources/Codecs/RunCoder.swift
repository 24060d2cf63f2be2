/// Deflate for what filters leave of a photograph: a prefix code for each block, and runs of one byte as its only matches.
///
/// In such noise the matches a general packer finds cost more than they save: this is smaller there, and several times
/// as fast.
struct RunCoder {
    /// So much shares one prefix code.
    static let blockBytes = 64 * 1024
    private static let symbols = 286
    private static let endOfBlock = 256
    private static let longestRun = 258
    /// Four codes and what is left of a byte go into one word.
    private static let longestCode = 14

    private var code = HuffmanCode(symbols: symbols, longest: longestCode)
    private var head = BlockHead()
    private var runs: [Range<Int>] = []

    /// Where `length` - 3 is found: the symbol, the bits behind it and their number, as deflate has them.
    private static let lengthCodes: [(symbol: Int, extra: UInt64, count: UInt64)] = (0...255).map { offset in
        if offset < 8 { return (257 + offset, 0, 0) }
        if offset == 255 { return (285, 0, 0) }
        let count = (Int.bitWidth - offset.leadingZeroBitCount) - 3
        return (257 + 4 * count + offset >> count, UInt64(offset & (1 << count - 1)), UInt64(count))
    }

    /// The bytes that `pack` would make of these, within a few.
    mutating func size(of bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var bits = 0
        for start in stride(from: 0, to: bytes.count, by: Self.blockBytes) {
            bits += plan(bytes, start..<min(start + Self.blockBytes, bytes.count))
        }
        return bits / 8 + 5
    }

    /// Packs `bytes` into `out`: the number of bytes written, or nil where they do not fit. Ends on a byte; the deflate
    /// stream ends with it if `isLast`.
    mutating func pack(
        _ bytes: UnsafeBufferPointer<UInt8>, isLast: Bool, into out: UnsafeMutableRawBufferPointer
    ) -> Int? {
        guard let start = out.baseAddress else { return nil }
        var writer = BitWriter(start)
        for first in stride(from: 0, to: bytes.count, by: Self.blockBytes) {
            let block = first..<min(first + Self.blockBytes, bytes.count)
            let bits = plan(bytes, block)
            // A word more than is needed is written, and the flush comes behind.
            guard writer.count(from: start) + bits / 8 + 24 <= out.count else { return nil }
            head.write(isLast: isLast && block.upperBound == bytes.count, to: &writer)
            write(bytes, block, to: &writer)
        }
        if !isLast { writer.put(0, 3) }
        writer.fillByte()
        if !isLast { writer.put(0xFFFF_0000, 32) }
        return writer.count(from: start)
    }

    /// How many of these bytes lie in runs.
    mutating func bytesInRuns(of bytes: UnsafeBufferPointer<UInt8>) -> Int {
        findRuns(bytes, bytes.indices)
        return runs.reduce(0) { $0 + $1.count }
    }

    /// Decides on the runs and the code of a block, and returns its bits.
    private mutating func plan(_ bytes: UnsafeBufferPointer<UInt8>, _ block: Range<Int>) -> Int {
        findRuns(bytes, block)
        return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: Self.symbols) { frequencies in
            var bits = 0
            Self.countBytes(bytes, block, except: runs, into: frequencies)
            frequencies[Self.endOfBlock] = 1
            for run in runs {
                Self.forEachMatch(of: run) { length in
                    let match = Self.lengthCodes[length - 3]
                    frequencies[match.symbol] += 1
                    bits += Int(match.count) + 1
                }
            }
            code.fit(UnsafeBufferPointer(frequencies))
            head.plan(code.lengths)
            for symbol in 0..<Self.symbols { bits += Int(frequencies[symbol]) * Int(code.lengths[symbol]) }
            return bits + head.bits
        }
    }

    /// Runs that hold eight bytes of a kind behind their first; each begins with a byte that is coded as itself.
    private mutating func findRuns(_ bytes: UnsafeBufferPointer<UInt8>, _ block: Range<Int>) {
        runs.removeAll(keepingCapacity: true)
        guard let base = bytes.baseAddress else { return }
        let raw = UnsafeRawPointer(base)
        var x = block.lowerBound + 1
        while x + 8 <= block.upperBound {
            guard
                raw.loadUnaligned(fromByteOffset: x, as: UInt64.self)
                    == raw.loadUnaligned(fromByteOffset: x - 1, as: UInt64.self)
            else {
                x += 8
                continue
            }
            let value = base[x]
            let least = max(block.lowerBound, runs.last?.upperBound ?? 0)
            var first = x - 1
            while first > least, base[first - 1] == value { first -= 1 }
            var end = x + 8
            while end < block.upperBound, base[end] == value { end += 1 }
            runs.append(first..<end)
            x = end + 1
        }
    }

    /// The lengths of the matches that follow a run's first byte: none shorter than three.
    private static func forEachMatch(of run: Range<Int>, _ body: (Int) -> Void) {
        var left = run.count - 1
        while left > 0 {
            let length = left <= longestRun ? left : min(longestRun, left - 3)
            body(length)
            left -= length
        }
    }

    private static func countBytes(
        _ bytes: UnsafeBufferPointer<UInt8>, _ block: Range<Int>, except runs: [Range<Int>],
        into frequencies: UnsafeMutableBufferPointer<UInt32>
    ) {
        // Four counters for each value: the next byte does not wait for the last, even if it is the same.
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 4 * 256) { counts in
            counts.initialize(repeating: 0)
            var x = block.lowerBound
            func count(to end: Int) {
                while x + 4 <= end {
                    counts[Int(bytes[x])] &+= 1
                    counts[256 + Int(bytes[x + 1])] &+= 1
                    counts[512 + Int(bytes[x + 2])] &+= 1
                    counts[768 + Int(bytes[x + 3])] &+= 1
                    x += 4
                }
                while x < end {
                    counts[Int(bytes[x])] &+= 1
                    x += 1
                }
            }
            for run in runs {
                count(to: run.lowerBound + 1)
                x = run.upperBound
            }
            count(to: block.upperBound)
            for value in 0..<256 {
                frequencies[value] =
                    counts[value] &+ counts[256 + value] &+ counts[512 + value] &+ counts[768 + value]
            }
            for symbol in 256..<symbols { frequencies[symbol] = 0 }
        }
    }

    private func write(_ bytes: UnsafeBufferPointer<UInt8>, _ block: Range<Int>, to writer: inout BitWriter) {
        code.entries.withUnsafeBufferPointer { entries in
            var x = block.lowerBound
            for run in runs {
                Self.write(bytes, x..<(run.lowerBound + 1), entries, to: &writer)
                Self.forEachMatch(of: run) { length in
                    let match = Self.lengthCodes[length - 3]
                    writer.put(entries[match.symbol])
                    // The only distance there is has the code 0, of one bit.
                    writer.put(match.extra, match.count + 1)
                }
                x = run.upperBound
            }
            Self.write(bytes, x..<block.upperBound, entries, to: &writer)
            writer.put(entries[Self.endOfBlock])
        }
    }

    private static func write(
        _ bytes: UnsafeBufferPointer<UInt8>, _ stretch: Range<Int>, _ entries: UnsafeBufferPointer<UInt32>,
        to writer: inout BitWriter
    ) {
        var x = stretch.lowerBound
        while x + 4 <= stretch.upperBound {
            writer.put(
                entries[Int(bytes[x])], entries[Int(bytes[x + 1])], entries[Int(bytes[x + 2])],
                entries[Int(bytes[x + 3])])
            x += 4
        }
        while x < stretch.upperBound {
            writer.put(entries[Int(bytes[x])])
            x += 1
        }
    }
}
