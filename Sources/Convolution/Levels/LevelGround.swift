import CLanes
import Pixels

/// Where a window of stride 1 stands on interleaved levels.
struct LevelGround: Sendable {
    let geometry: Geometry
    let border: Border
    /// Samples from one pixel to the next.
    let step: Int
    /// What a pixel outside is, where no other stands for it.
    let outside: UInt8
    /// The picture's column under each of those padded on the left, and on the right; −1 for `outside`.
    private let left: [Int32]
    private let right: [Int32]

    /// Nil where the window does not go over such a picture pixel by pixel, or the border adds what is no level.
    init?(_ geometry: Geometry, border: Border, shape: Shape) {
        let level = border.outside * 255
        guard shape.count == 1, (1...8).contains(shape.channels), shape.width > 0, shape.height > 0,
            [geometry.x, geometry.y].allSatisfy({ $0.stride == 1 && $0.dilation == 1 && $0.before >= 0 }),
            geometry.x.before < 1 << 15, geometry.x.after < 1 << 15,
            (0...255).contains(level), Float(UInt8(level)) / 255 == border.outside
        else { return nil }
        self.geometry = geometry
        self.border = border
        step = shape.channels
        outside = UInt8(level)
        let axis = geometry.x
        func columns(_ range: Range<Int>) -> [Int32] {
            range.map { Int32(border.source(of: $0, count: axis.input) ?? -1) }
        }
        left = columns(-axis.before..<0)
        right = columns(axis.input..<max(axis.input, axis.output + axis.kernel - 1 - axis.before))
    }

    /// Samples in a row of the result.
    var samples: Int { geometry.x.output * step }

    /// Samples in a padded row, and some behind them that may be read.
    var length: Int { paddedWidth * step + Int(KERN_LEVEL_SLACK) }

    /// One row of the picture with what the border adds on either side; `row` may lie outside.
    func pad(_ row: Int, of source: ReadableLevels, into out: UnsafeMutablePointer<UInt8>) {
        pad(row, columns: 0..<paddedWidth, of: source, into: out)
    }

    /// Columns of such a row alone; 0 is the first that the border adds.
    func pad(
        _ row: Int, columns: Range<Int>, of source: ReadableLevels, into out: UnsafeMutablePointer<UInt8>
    ) {
        guard let y = border.source(of: row, count: geometry.y.input) else {
            out.update(repeating: outside, count: columns.count * step)
            return
        }
        let pixels = source.row(y)
        // Where the padding does not reach, the picture may be cut.
        let inside = left.count..<left.count + min(geometry.x.input, paddedWidth - left.count)
        let (first, last) = (
            columns.clamped(to: 0..<inside.lowerBound), columns.clamped(to: inside.upperBound..<paddedWidth)
        )
        let own = columns.clamped(to: inside)
        fill(out, left[first], from: pixels)
        (out + first.count * step).update(from: pixels + (own.lowerBound - left.count) * step, count: own.count * step)
        fill(
            out + (first.count + own.count) * step,
            right[last.lowerBound - inside.upperBound..<last.upperBound - inside.upperBound], from: pixels)
    }

    /// Pixels in a padded row.
    private var paddedWidth: Int { geometry.x.output + geometry.x.kernel - 1 }

    private func fill(
        _ out: UnsafeMutablePointer<UInt8>, _ columns: ArraySlice<Int32>, from pixels: UnsafePointer<UInt8>
    ) {
        for (index, column) in zip(0..., columns) {
            for c in 0..<step {
                out[index * step + c] = column < 0 ? outside : pixels[Int(column) * step + c]
            }
        }
    }
}

/// Padded rows around those of the result that come next. One value belongs to one thread.
struct PaddedLevels: ~Copyable {
    private let ground: LevelGround
    private let store: UnsafeMutablePointer<UInt8>
    private var held: [Int]
    private let length: Int

    /// - Parameter slots: how many rows in sequence are looked at together.
    init(_ ground: LevelGround, slots: Int) {
        self.ground = ground
        length = ground.length
        held = Array(repeating: .min, count: slots)
        store = .allocate(capacity: slots * length)
        store.update(repeating: 0, count: slots * length)
    }

    deinit { store.deallocate() }

    /// The row under the first tap of output row `y`, or any below it.
    mutating func row(_ y: Int, tap: Int = 0, of source: ReadableLevels) -> UnsafePointer<UInt8> {
        let row = ground.geometry.y.start(y) + tap
        let slot = (row % held.count + held.count) % held.count
        let place = store + slot * length
        if held[slot] != row {
            ground.pad(row, of: source, into: place)
            held[slot] = row
        }
        return UnsafePointer(place)
    }
}
