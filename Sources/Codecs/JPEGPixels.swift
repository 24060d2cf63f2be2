import CImageCodecs
import Pixels

/// A JPEG's pixels: rows in, entropy-coded bytes out, with restart markers between the strips.
final class JPEGPixels {
    private let line: StripLine<JPEGStrip>
    private let rowsPerStrip: Int
    private let rowBytes: Int
    private var rowsLeft: Int
    private var strip: JPEGStrip?

    init(
        _ header: PictureHeader, _ layout: JPEGStripLayout, components: [kc_jpeg_component], threads: Int,
        sink: ByteSink
    ) {
        rowsPerStrip = layout.rowsPerStrip
        rowBytes = header.bytesPerRow
        rowsLeft = header.size.height
        var delivered = 0
        line = StripLine(threads: threads) { () throws(CodecError) in
            try JPEGStrip(layout, header, components: components)
        } deliver: { strip throws(CodecError) in
            if delivered > 0 { try sink.write([0xFF, JPEGSegments.firstRestart + UInt8((delivered - 1) % 8)]) }
            delivered += 1
            try sink.write(strip.packed)
        }
    }

    func add(_ count: Int, from rows: UnsafeRawBufferPointer) throws(CodecError) {
        var rest = rows
        while !rest.isEmpty {
            let strip = try open()
            let taken = min(rest.count / rowBytes, rowsPerStrip - strip.rows)
            strip.add(taken, from: rest)
            rest = UnsafeRawBufferPointer(rebasing: rest[(taken * rowBytes)...])
            rowsLeft -= taken
            if strip.rows == rowsPerStrip || rowsLeft == 0 {
                self.strip = nil
                try line.submit()
            }
        }
    }

    func finish() throws(CodecError) { try line.drain() }

    var backlog: any Backlog { line.backlog }

    /// The strip that takes the next row.
    private func open() throws(CodecError) -> JPEGStrip {
        if let strip { return strip }
        let strip = try line.vacant()
        strip.clear()
        self.strip = strip
        return strip
    }
}
