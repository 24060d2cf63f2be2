import Pixels

/// A small copy of a picture that passes by: each of its pixels is the mean of a square of the picture's.
///
/// What is transparent stands before middle grey; of planes without a meaning the first is shown.
package final class Thumbnail: RowSink {
    private let header: PictureHeader
    private let next: (any RowSink)?
    private let side: Int
    private let size: Size
    private var sums: [Float]
    private var counts: [Float]
    private var y = 0

    /// - Parameters:
    ///   - most: neither side of the copy is longer.
    ///   - next: takes the rows after this, if anyone does.
    package init(of header: PictureHeader, most: Size, passingTo next: (any RowSink)? = nil) {
        precondition(most.width > 0 && most.height > 0, "a thumbnail has pixels, \(most) has none")
        self.header = header
        self.next = next
        let (width, height) = (header.size.width, header.size.height)
        side = max(1, (width - 1) / most.width + 1, (height - 1) / most.height + 1)
        size = Size(width: (width - 1) / side + 1, height: (height - 1) / side + 1)
        sums = [Float](repeating: 0, count: size.width * size.height * 3)
        counts = [Float](repeating: 0, count: size.width * size.height)
    }

    package func writeRows(_ count: Int, from buffer: UnsafeRawBufferPointer) throws {
        for row in 0..<count {
            add(UnsafeRawBufferPointer(rebasing: buffer[row * header.bytesPerRow..<(row + 1) * header.bytesPerRow]))
        }
        try next?.writeRows(count, from: buffer)
    }

    package func finish() throws { try next?.finish() }

    package var backlog: (any Backlog)? { next?.backlog }

    /// 8-bit RGB.
    package var raster: Raster {
        let bytes = sums.indices.map { UInt8(min(1, max(0, sums[$0] / max(1, counts[$0 / 3]))) * 255 + 0.5) }
        return Raster(header: PictureHeader(size: size, channels: .rgb, depth: .uint8), bytes: bytes)
    }

    private func add(_ row: UnsafeRawBufferPointer) {
        let channels = header.channels.count
        let isColor = header.channels.colorCount == 3
        func sample(_ index: Int) -> Float {
            switch header.depth {
            case .uint8: return Float(row[index]) / 255
            case .uint16: return Float(row.load(fromByteOffset: 2 * index, as: UInt16.self)) / 65535
            case .float32:
                let value = row.load(fromByteOffset: 4 * index, as: Float.self)
                return value.isFinite ? min(1, max(0, value)) : 0
            }
        }
        for x in 0..<header.size.width {
            let place = y / side * size.width + x / side
            let alpha = header.channels.hasAlpha ? sample(x * channels + channels - 1) : 1
            for c in 0..<3 {
                sums[place * 3 + c] += alpha * sample(x * channels + (isColor ? c : 0)) + (1 - alpha) * 0.5
            }
            counts[place] += 1
        }
        y += 1
    }
}
