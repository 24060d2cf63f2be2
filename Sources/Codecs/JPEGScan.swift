import CImageCodecs
import Pixels

/// One component of a scan, and the blocks of it that were decoded last.
struct JPEGPart {
    /// Blocks across and down in each unit.
    let across: Int
    let down: Int
    let factors: UnsafeMutablePointer<UInt16>
    fileprivate let means: JPEGCode
    fileprivate let details: JPEGCode
    /// `down` rows of as many blocks as fit, in rows of eight.
    let blocks: UnsafeMutablePointer<Int16>
    /// Whether a block has more than a mean.
    let detailed: UnsafeMutablePointer<UInt8>
    fileprivate var mean: Int32 = 0
    /// No mean of eight bits is an eighth of it.
    fileprivate let largestMean: Int32

    /// Blocks from one row of them to the next.
    var pitch: Int { JPEGScan.unitsAtOnce * across + JPEGScan.blockSlack }

    fileprivate init?(_ found: kc_jpeg_component, isAlone: Bool) {
        // Blocks of a single component come one by one, whatever its sampling.
        across = isAlone ? 1 : Int(found.h)
        down = isAlone ? 1 : Int(found.v)
        guard let means = JPEGCode(counts: found.dc_counts, symbols: found.dc_symbols, isMeans: true) else {
            return nil
        }
        guard let details = JPEGCode(counts: found.ac_counts, symbols: found.ac_symbols, isMeans: false) else {
            means.deallocate()
            return nil
        }
        self.means = means
        self.details = details
        factors = .allocate(capacity: 64)
        factors.initialize(from: found.factors, count: 64)
        largestMean = 8191 / max(1, Int32(found.factors[0]))
        let room = (JPEGScan.unitsAtOnce * across + JPEGScan.blockSlack) * down
        blocks = .allocate(capacity: 64 * room)
        blocks.initialize(repeating: 0, count: 64 * room)
        detailed = .allocate(capacity: room)
        detailed.initialize(repeating: 0, count: room)
    }

    fileprivate func deallocate() {
        means.deallocate()
        details.deallocate()
        factors.deallocate()
        blocks.deallocate()
        detailed.deallocate()
    }
}

/// From a baseline scan's bytes to coefficients, some units at a time: a unit has the blocks of all components that belong
/// to the same place.
final class JPEGScan {
    static let unitsAtOnce = 16
    static let blockSlack = 8
    private static let windowSize = 64 << 10
    /// Ten blocks at most, of 64 coefficients in 31 bits at most, of which every byte may have a zero behind it.
    static let longestUnit = 10 * 64 * 4 * 2
    /// What was read ahead as bits and may have to be found again.
    private static let keptBehind = 64

    let parts: UnsafeMutableBufferPointer<JPEGPart>
    private(set) var warnings: [String] = []
    private let source: ByteSource
    private let window: UnsafeMutablePointer<UInt8>
    private var bits: JPEGBits
    private var isAtEnd = false
    /// Units between two restart markers, 0 for none, and how many are left of them.
    private let interval: Int
    private var untilRestart: Int
    private var nextRestart: UInt8 = 0
    private let order = JPEGOrder.shared.natural

    /// nil where libjpeg knows better: what it says of tables that are none is its own.
    init?(_ source: ByteSource, _ found: [kc_jpeg_component], interval: Int) {
        self.source = source
        self.interval = interval
        untilRestart = interval
        window = .allocate(capacity: Self.windowSize)
        bits = JPEGBits(window, end: window)
        let made = found.compactMap { JPEGPart($0, isAlone: found.count == 1) }
        parts = .allocate(capacity: made.count)
        _ = parts.initialize(from: made)
        if made.count < found.count { return nil }
    }

    deinit {
        window.deallocate()
        for part in parts { part.deallocate() }
        parts.deallocate()
    }

    /// Decodes the next units, at most `unitsAtOnce`, into the parts.
    func decode(_ units: Int) throws(CodecError) {
        for unit in 0..<units {
            if interval > 0 {
                if untilRestart == 0 { try restart() }
                untilRestart -= 1
            }
            if bits.end - bits.next < Self.longestUnit { try refill() }
            guard decode(unit: unit, &bits) else { throw fault() }
        }
    }

    /// Whether the unit is right.
    private func decode(unit: Int, _ coming: inout JPEGBits) -> Bool {
        var bits = coming
        var isRight = true
        for index in parts.indices {
            let part = parts[index]
            var mean = part.mean
            for y in 0..<part.down {
                let first = y &* part.pitch &+ unit &* part.across
                for place in first..<(first &+ part.across) {
                    let block = part.blocks + place &* 64
                    isRight = decodeMean(&bits, part.means, &mean, block) && isRight
                    isRight = isRight && abs(mean) <= part.largestMean
                    part.detailed[place] = decodeDetails(&bits, part.details, block, isRight: &isRight) ? 1 : 0
                }
            }
            parts[index].mean = mean
        }
        coming = bits
        return isRight && bits.count >= 0
    }

    @inline(__always)
    private func decodeMean(
        _ bits: inout JPEGBits, _ code: JPEGCode, _ mean: inout Int32, _ block: UnsafeMutablePointer<Int16>
    ) -> Bool {
        if bits.count < 32 { bits.fill() }
        var entry = code.entries[Int(truncatingIfNeeded: bits.bits &>> UInt64(64 - JPEGCode.lookupBits))]
        if entry == 0 {
            guard let long = code.longEntry(bits.bits) else { return false }
            entry = long
        }
        UnsafeMutableRawPointer(block).initializeMemory(as: UInt64.self, repeating: 0, count: 16)
        mean &+= Int32(take(&bits, entry))
        block[0] = Int16(truncatingIfNeeded: mean)
        return true
    }

    /// Whether there are any.
    @inline(__always)
    private func decodeDetails(
        _ bits: inout JPEGBits, _ code: JPEGCode, _ block: UnsafeMutablePointer<Int16>, isRight: inout Bool
    ) -> Bool {
        let order = order
        let entries = code.entries
        var place = 1
        while place < 64 {
            bits.fill()
            var entry = entries[Int(truncatingIfNeeded: bits.bits &>> UInt64(64 - JPEGCode.lookupBits))]
            if entry == 0 {
                guard let long = code.longEntry(bits.bits) else {
                    isRight = false
                    break
                }
                entry = long
            }
            let value = take(&bits, entry)
            place &+= Int(truncatingIfNeeded: (entry &>> 8) & 0x7F)
            if place > 63 {
                // A run beyond the block, where it is not its end.
                if place <= JPEGCode.endOfBlock { isRight = false }
                break
            }
            block[Int(order[place])] = value
            place &+= 1
        }
        return place != 1 &+ JPEGCode.endOfBlock
    }

    /// Takes an entry's bits and those of its value.
    @inline(__always)
    private func take(_ bits: inout JPEGBits, _ entry: JPEGCode.Entry) -> Int16 {
        bits.drop(Int(truncatingIfNeeded: entry & 0xFF))
        if entry & 0x8000 == 0 { return Int16(truncatingIfNeeded: Int32(bitPattern: entry) &>> 16) }
        let count = Int(truncatingIfNeeded: entry &>> 16)
        let raw = bits.bits &>> UInt64(truncatingIfNeeded: 64 &- count)
        bits.drop(count)
        return JPEGCode.value(raw, bits: count)
    }

    // MARK: Bytes

    /// Goes on with more bytes, at least as many as a unit can have where the file has them.
    private func refill() throws(CodecError) {
        if isAtEnd { return }
        let kept = min(bits.next - UnsafePointer(window), Self.keptBehind)
        let left = bits.end - bits.next
        window.update(from: bits.next - kept, count: kept + left)
        var end = kept + left
        while end - kept < Self.longestUnit, !isAtEnd {
            let lent = try source.next(atMost: Self.windowSize - end)
            if let start = lent.baseAddress, !lent.isEmpty {
                UnsafeMutableRawPointer(window + end).copyMemory(from: start, byteCount: lent.count)
            }
            end += lent.count
            isAtEnd = lent.isEmpty
        }
        bits = JPEGBits(bits, next: UnsafePointer(window + kept), end: UnsafePointer(window + end))
    }

    /// Leaves the bits that are left and goes to the first byte behind them.
    private func leaveBits() throws(CodecError) {
        let at = bits.unread(from: UnsafePointer(window))
        bits = JPEGBits(at, end: bits.end)
        if bits.end - bits.next < Self.longestUnit { try refill() }
    }

    /// The next byte, where bytes count and not bits.
    private func byte() throws(CodecError) -> UInt8 {
        if bits.next == bits.end { try refill() }
        guard bits.next < bits.end else { throw .truncated(.jpeg) }
        defer { bits = JPEGBits(bits.next + 1, end: bits.end) }
        return bits.next[0]
    }

    private func restart() throws(CodecError) {
        try leaveBits()
        guard try byte() == 0xFF else { throw Self.wrongRestart }
        var marker = try byte()
        while marker == 0xFF { marker = try byte() }
        guard marker == JPEGSegments.firstRestart + nextRestart else { throw Self.wrongRestart }
        nextRestart = (nextRestart + 1) % 8
        untilRestart = interval
        for index in parts.indices { parts[index].mean = 0 }
    }

    private static let wrongRestart = CodecError.damaged(.jpeg, "a restart marker is missing or out of order")

    /// Why the last unit was wrong. Sentences are libjpeg's.
    private func fault() -> CodecError {
        if bits.count >= 0 { return .damaged(.jpeg, "Corrupt JPEG data: bad Huffman code or value") }
        let isCutShort = isAtEnd && bits.end - bits.next < 2
        return isCutShort ? .truncated(.jpeg) : .damaged(.jpeg, "Corrupt JPEG data: premature end of data segment")
    }

    /// Reads up to the end of the picture.
    func finish() throws(CodecError) {
        try leaveBits()
        while true {
            let marker = try nextMarker()
            switch marker {
            case JPEGSegments.endOfImage: return
            case 0xD0...0xD7, 0x01: continue
            case 0xC4, 0xCC, 0xDB, 0xDD, 0xDC, 0xE0...0xEF, 0xFE:
                let length = Int(try byte()) << 8 | Int(try byte())
                guard length >= 2 else { throw .damaged(.jpeg, "a segment is shorter than its own length") }
                for _ in 2..<max(2, length) { _ = try byte() }
            default:
                let name = String(marker, radix: 16)
                throw .damaged(.jpeg, "marker 0x\(name) stands where the picture should end")
            }
        }
    }

    /// Passes over bytes that belong to nothing: padding to a whole block, as cameras write it, is no picture cut short,
    /// and the same byte over and over.
    private func nextMarker() throws(CodecError) -> UInt8 {
        var skipped = 0
        var first: UInt8?
        var isPadding = true
        func skip(_ byte: UInt8) {
            isPadding = isPadding && byte == first ?? byte
            first = first ?? byte
            skipped += 1
        }
        while true {
            let found = try byte()
            guard found == 0xFF else {
                skip(found)
                continue
            }
            var marker = try byte()
            while marker == 0xFF { marker = try byte() }
            if marker == 0 {
                skip(0xFF)
                skip(0)
                continue
            }
            if skipped == 0 { return marker }
            let text =
                "Corrupt JPEG data: \(skipped) extraneous bytes before marker 0x" + String(marker, radix: 16)
            guard marker == JPEGSegments.endOfImage, isPadding else { throw .damaged(.jpeg, text) }
            warnings.append(text)
            return marker
        }
    }
}
