import CImageCodecs
import CLanes

/// How a stored row becomes samples of 8 or 16 bits in the machine's byte order, with alpha where tRNS asks for it.
struct PNGSamples {
    private enum Method {
        /// Bytes that are what is wanted.
        case asStored
        /// 16 bits, big-endian.
        case swapped
        /// Up to 8 bits that stand for an entry of a table: palettes, and grey that is scaled or has a transparent level.
        case looked([UInt32], known: Int)
        /// RGB, or 16 bits, with a transparent colour.
        case keyed
    }

    private let method: Method
    private let width: Int
    private let bits: Int
    private let storedChannels: Int
    private let channels: Int
    private let key: [UInt16]
    private let lanes: UnsafePointer<kern_lanes>

    init(
        _ storage: UnsafePointer<kc_png_storage>, width: Int, channels: Int, readsIndices: Bool = false,
        lanes: UnsafePointer<kern_lanes>
    ) {
        let stored = storage.pointee
        self.width = width
        self.channels = channels
        self.lanes = lanes
        bits = Int(stored.bits)
        storedChannels = Int(stored.channels)
        key = stored.has_key ? [stored.key.0, stored.key.1, stored.key.2] : []
        if readsIndices && Self.hasIndices(storage) {
            let known = stored.is_palette ? Int(stored.palette_size) : 1 << bits
            method = .looked((0..<256).map { UInt32($0).littleEndian }, known: known)
        } else if stored.is_palette {
            method = .looked(Self.palette(storage), known: Int(stored.palette_size))
        } else if storedChannels == 1, bits < 8 || (bits == 8 && stored.has_key) {
            method = .looked(Self.greys(bits: bits, key: key.first), known: 1 << bits)
        } else if stored.has_key {
            method = .keyed
        } else {
            method = bits == 16 ? .swapped : .asStored
        }
    }

    /// Whether stored rows need nothing done to them.
    var areAsStored: Bool { if case .asStored = method { true } else { false } }

    /// From one pixel's sample to the next's, as PNG's filters count: whole bytes.
    var step: Int { max(1, storedChannels * bits / 8) }

    /// Whether its numbers can be taken for what they are, and not only for a colour or a share of white.
    static func hasIndices(_ storage: UnsafePointer<kc_png_storage>) -> Bool {
        storage.pointee.is_palette || (storage.pointee.channels == 1 && storage.pointee.bits < 8)
    }

    /// Entries of red, green, blue, alpha, in this order in memory.
    private static func palette(_ storage: UnsafePointer<kc_png_storage>) -> [UInt32] {
        withUnsafeBytes(of: storage.pointee.palette) { bytes in
            (0..<256).map { bytes.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self) }
        }
    }

    /// Entries of grey, alpha. Levels of fewer bits are spread over 0…255 evenly, which works out without rounding.
    private static func greys(bits: Int, key: UInt16?) -> [UInt32] {
        let largest = 1 << bits - 1
        return (0..<256).map { level in
            let grey = UInt32(min(level, largest) * 255 / largest)
            return (grey | (key.map(Int.init) == level ? 0 : 0xFF00)).littleEndian
        }
    }

    // row (width, stored channels) · out (width, channels)
    func convert(_ row: UnsafeRawBufferPointer, into out: UnsafeMutableRawBufferPointer) throws(CodecError) {
        switch method {
        case .asStored: out.copyMemory(from: row)
        case .swapped:
            if let from = row.bindMemory(to: UInt16.self).baseAddress,
                let to = out.bindMemory(to: UInt16.self).baseAddress
            {
                lanes.pointee.swap_samples(to, from, row.count / 2)
            }
        case .looked(let table, let known):
            let highest = table.withUnsafeBufferPointer { lookUp(row, in: $0, into: out) }
            guard highest < known else { throw .damaged(.png, "a pixel points past the end of the palette") }
        case .keyed:
            if bits == 16 { addAlpha(to: row, UInt16.self, out) } else { addAlpha(to: row, UInt8.self, out) }
        }
    }

    /// Returns the largest index.
    private func lookUp(
        _ row: UnsafeRawBufferPointer, in table: UnsafeBufferPointer<UInt32>, into out: UnsafeMutableRawBufferPointer
    ) -> Int {
        let mask = UInt8(truncatingIfNeeded: 1 << bits - 1)
        let perByte = 8 / bits
        var highest: UInt8 = 0
        var x = 0
        for byte in row {
            var shift = 8 - bits
            for _ in 0..<min(perByte, width - x) {
                let index = byte >> UInt8(truncatingIfNeeded: shift) & mask
                highest = max(highest, index)
                let entry = table[Int(index)]
                let at = x * channels
                switch channels {
                case 1: out[at] = UInt8(truncatingIfNeeded: UInt32(littleEndian: entry))
                case 2:
                    out.storeBytes(
                        of: UInt16(truncatingIfNeeded: UInt32(littleEndian: entry)).littleEndian, toByteOffset: at,
                        as: UInt16.self)
                case 4: out.storeBytes(of: entry, toByteOffset: at, as: UInt32.self)
                default:
                    withUnsafeBytes(of: entry) { out[at..<(at + 3)].copyBytes(from: $0[..<3]) }
                }
                shift -= bits
                x += 1
            }
        }
        return Int(highest)
    }

    private func addAlpha<Sample: FixedWidthInteger>(
        to row: UnsafeRawBufferPointer, _: Sample.Type, _ out: UnsafeMutableRawBufferPointer
    ) {
        let size = MemoryLayout<Sample>.size
        for x in 0..<width {
            var isKey = true
            for c in 0..<storedChannels {
                let sample = Sample(
                    bigEndian: row.loadUnaligned(fromByteOffset: (x * storedChannels + c) * size, as: Sample.self))
                if sample != Sample(truncatingIfNeeded: key[c]) { isKey = false }
                out.storeBytes(of: sample, toByteOffset: (x * channels + c) * size, as: Sample.self)
            }
            out.storeBytes(
                of: isKey ? 0 : Sample.max, toByteOffset: (x * channels + storedChannels) * size, as: Sample.self)
        }
    }
}
