import CImageCodecs
import CLanes
import Pixels

/// From rows of pixels to a scan's bytes, those that libjpeg writes: a strip of a picture at a time, each by itself.
final class JPEGBlockWriter {
    private struct Part {
        /// Blocks across and down in each unit.
        let across: Int
        let down: Int
        /// Pixels across and down to each sample.
        let ratioX: Int
        let ratioY: Int
        /// That the picture reaches into.
        let blocksAcross: Int
        /// The samples of a row of units.
        let samples: UnsafeMutablePointer<UInt8>
        let pitch: Int
        let divisors: UnsafeMutablePointer<kern_block_divisors>
        let means: JPEGSpelling
        let details: JPEGSpelling
        let spelling: UnsafeMutablePointer<kern_block_spelling>
        /// `down` rows of blocks, and which of their coefficients are not 0.
        let blocks: UnsafeMutablePointer<Int16>
        let masks: UnsafeMutablePointer<UInt64>
        let blockPitch: Int
        var mean: Int32 = 0

        func row(_ y: Int) -> UnsafeMutablePointer<UInt8> { samples + y * pitch }

        func deallocate() {
            samples.deallocate()
            divisors.deallocate()
            means.deallocate()
            details.deallocate()
            spelling.deallocate()
            blocks.deallocate()
            masks.deallocate()
        }
    }

    private static let unitsAtOnce = 16
    private static let slack = Int(KERN_BLOCK_SLACK)

    private let lanes: UnsafePointer<kern_lanes>
    private let width: Int
    private let unitsAcross: Int
    private let unitHeight: Int
    private let parts: UnsafeMutableBufferPointer<Part>
    /// Rows of blue and of red before they are made smaller.
    private let chroma: UnsafeMutablePointer<UInt8>
    private let chromaPitch: Int
    private var out: UnsafeMutablePointer<UInt8>
    private var room = 64 << 10
    private var bits = kern_bit_writer()

    init(_ found: [kc_jpeg_component], width: Int, lanes: UnsafePointer<kern_lanes>) {
        self.lanes = lanes
        self.width = width
        let (h, v) = (Int(found[0].h), Int(found[0].v))
        let unitsAcross = (width + 8 * h - 1) / (8 * h)
        self.unitsAcross = unitsAcross
        unitHeight = 8 * v
        let made = found.map { component in
            let (across, down) = (Int(component.h), Int(component.v))
            let pitch = unitsAcross * 8 * across + 2 * Self.slack
            let blockPitch = Self.unitsAtOnce * across + 8
            let divisors = UnsafeMutablePointer<kern_block_divisors>.allocate(capacity: 1)
            divisors.initialize(to: kern_block_divisors(component.factors))
            let means = JPEGSpelling(counts: component.dc_counts, symbols: component.dc_symbols)
            let details = JPEGSpelling(counts: component.ac_counts, symbols: component.ac_symbols)
            let spelling = UnsafeMutablePointer<kern_block_spelling>.allocate(capacity: 1)
            spelling.initialize(
                to: kern_block_spelling(
                    means: means.codes, details: details.codes, natural: JPEGOrder.shared.natural,
                    sets: JPEGOrder.shared.sets))
            return Part(
                across: across, down: down, ratioX: h / across, ratioY: v / down,
                blocksAcross: (width * across + 8 * h - 1) / (8 * h), samples: .zeros(pitch * 8 * down), pitch: pitch,
                divisors: divisors, means: means, details: details, spelling: spelling,
                blocks: .zeros(64 * blockPitch * down), masks: .zeros(blockPitch * down), blockPitch: blockPitch)
        }
        parts = .allocate(capacity: made.count)
        _ = parts.initialize(from: made)
        chromaPitch = unitsAcross * 8 * h + 2 * Self.slack
        chroma = .zeros(2 * v * chromaPitch)
        out = .allocate(capacity: room)
    }

    deinit {
        for part in parts { part.deallocate() }
        parts.deallocate()
        chroma.deallocate()
        out.deallocate()
    }

    /// The entropy-coded bytes of `count` rows; valid until the next call.
    func write(_ rows: UnsafePointer<UInt8>, count: Int) -> UnsafeRawBufferPointer {
        for index in parts.indices { parts[index].mean = 0 }
        bits = kern_bit_writer(next: out, bits: 0, count: 0)
        for first in stride(from: 0, to: count, by: unitHeight) {
            let real = min(unitHeight, count - first)
            convert(rows + first * width * parts.count, count: real)
            for unit in stride(from: 0, to: unitsAcross, by: Self.unitsAtOnce) {
                let units = min(Self.unitsAtOnce, unitsAcross - unit)
                transform(units, from: unit, rows: real)
                for index in 0..<units {
                    makeRoom()
                    spell(index, from: unit, rows: real)
                }
            }
        }
        finish()
        return UnsafeRawBufferPointer(start: out, count: bits.next - out)
    }

    /// Fills the last byte with ones.
    private func finish() {
        makeRoom()
        let missing = (8 - bits.count % 8) % 8
        bits.bits = bits.bits << UInt64(missing) | ((1 << UInt64(missing)) - 1)
        bits.count += missing
        while bits.count > 0 {
            bits.count -= 8
            let byte = UInt8(truncatingIfNeeded: bits.bits >> UInt64(bits.count))
            bits.next[0] = byte
            bits.next[1] = 0
            bits.next += byte == 0xFF ? 2 : 1
        }
    }

    /// For one more unit, and the bits that are not written yet.
    private func makeRoom() {
        let used = bits.next - out
        if used + JPEGScan.longestUnit + 16 <= room { return }
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: 2 * room)
        larger.update(from: out, count: used)
        out.deallocate()
        out = larger
        room *= 2
        bits.next = out + used
    }

    // MARK: Rows

    /// The samples of a row of units, of which `count` rows are in the picture. What lies beside it is like its edge, and what
    /// lies below is like the last row of samples.
    private func convert(_ rows: UnsafePointer<UInt8>, count: Int) {
        let luma = parts[0]
        for y in 0..<count {
            let row = rows + y * width * parts.count
            if parts.count == 1 {
                luma.row(y).update(from: row, count: width)
            } else {
                lanes.pointee.ycc_of_rgb(luma.row(y), chromaRow(0, y), chromaRow(1, y), row, width)
            }
            extend(luma.row(y), to: 8 * luma.blocksAcross)
            for index in parts.indices.dropFirst() { shrink(index, y: y, count: count) }
        }
        for part in parts {
            let last = (count - 1) / part.ratioY
            for y in (last + 1)..<max(last + 1, 8 * part.down) {
                part.row(y).update(from: part.row(last), count: part.pitch)
            }
        }
    }

    /// Where a row of blue or red goes: as many are kept as make one row of samples.
    private func chromaRow(_ index: Int, _ y: Int) -> UnsafeMutablePointer<UInt8> {
        let part = parts[index + 1]
        return part.ratioX == 1 && part.ratioY == 1
            ? part.row(y) : chroma + (index * part.ratioY + y % part.ratioY) * chromaPitch
    }

    private func extend(_ row: UnsafeMutablePointer<UInt8>, to length: Int) {
        for x in width..<max(width, length) { row[x] = row[width - 1] }
    }

    private func shrink(_ index: Int, y: Int, count: Int) {
        let part = parts[index]
        let row = chromaRow(index - 1, y)
        extend(row, to: 8 * part.blocksAcross * part.ratioX)
        let line = y % part.ratioY
        if part.ratioX == 1 && part.ratioY == 1 || line + 1 < part.ratioY && y + 1 < count { return }
        // Where the picture ends, its last row stands for those that are missing.
        let rows = (0..<part.ratioY).map {
            UnsafePointer(chromaRow(index - 1, y - line + min($0, line))) as UnsafePointer<UInt8>?
        }
        lanes.pointee.shrink_row(part.row(y / part.ratioY), rows, part.ratioX, part.ratioY, 8 * part.blocksAcross)
    }

    // MARK: Blocks

    /// How many rows of blocks the picture reaches into.
    private func blockRows(_ part: Part, rows: Int) -> Int {
        let samples = (rows + part.ratioY - 1) / part.ratioY
        return (samples + 7) / 8
    }

    private func transform(_ units: Int, from first: Int, rows: Int) {
        for part in parts {
            let count = min(units * part.across, part.blocksAcross - first * part.across)
            for row in 0..<blockRows(part, rows: rows) {
                let place = row * part.blockPitch
                lanes.pointee.block(
                    part.blocks + 64 * place, part.masks + place, part.row(8 * row) + 8 * first * part.across,
                    part.pitch, count, part.divisors)
            }
        }
    }

    private func spell(_ unit: Int, from first: Int, rows: Int) {
        for index in parts.indices {
            let part = parts[index]
            let real = blockRows(part, rows: rows)
            var mean = part.mean
            for y in 0..<part.down {
                for x in 0..<part.across {
                    let place = unit * part.across + x
                    let at = y * part.blockPitch + place
                    // A block that only fills the unit is as bright as the one before, all over.
                    let isReal = y < real && first * part.across + place < part.blocksAcross
                    let block = part.blocks + 64 * at
                    let difference = isReal ? Int32(block[0]) - mean : 0
                    mean += difference
                    lanes.pointee.spell_block(&bits, block, isReal ? part.masks[at] : 0, difference, part.spelling)
                }
            }
            parts[index].mean = mean
        }
    }
}

extension UnsafeMutablePointer where Pointee: BinaryInteger {
    /// Memory for so many numbers, all 0.
    static func zeros(_ count: Int) -> Self {
        let memory = allocate(capacity: count)
        memory.initialize(repeating: 0, count: count)
        return memory
    }
}
