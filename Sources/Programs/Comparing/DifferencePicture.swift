import Convolution
import Pixels

/// Where two pictures differ, as a picture: |a − b| × gain. A difference in alpha shows in every channel, because what
/// is transparent shows nothing; planes without a colour meaning become one, the largest of them.
public struct DifferencePicture: Sendable {
    public let header: PictureHeader
    public let gain: Double
    private let machine: Machine

    public init(of first: PictureHeader, depth: Depth, gain: Double, machine: Machine = Machine()) {
        let channels: Channels = first.channels.colorCount == 3 ? .rgb : .gray
        header = PictureHeader(size: first.size, channels: channels, depth: depth)
        self.gain = gain
        self.machine = machine
    }

    public func write(_ first: any RowSource, _ second: any RowSource, to sink: any RowSink) throws {
        try ComparisonError.check(first.header, second.header)
        let shape = Shape(channels: header.channels.count, size: header.size)
        let converter = SampleConverter(machine)
        var pair = PairOfRows(first, second, lanes: machine.lanes)
        while let rows = try pair.next() {
            var out = Planes(shape: shape, rows: rows)
            fill(&out, rows, pair.first, pair.second, colors: first.header.channels.colorCount)
            var bytes = [UInt8](repeating: 0, count: rows.count * header.bytesPerRow)
            try bytes.withUnsafeMutableBytes { bytes in
                _ = converter.store(rows, of: out, header: header, into: bytes)
                try sink.writeRows(rows.count, from: UnsafeRawBufferPointer(bytes))
            }
        }
        try sink.finish()
    }

    private func fill(_ out: inout Planes, _ rows: Range<Int>, _ first: Planes, _ second: Planes, colors: Int) {
        let isColor = out.shape.channels > 1
        let gain = Float(gain)
        out.withMutableRows { out in
            first.withRows { a in
                second.withRows { b in
                    for y in rows {
                        for c in 0..<a.shape.channels {
                            // Colour goes to its own channel; alpha, and planes that make one, to all there are.
                            let targets = isColor && c < colors ? c..<c + 1 : 0..<out.shape.channels
                            let (a, b) = (a.row(y, plane: c), b.row(y, plane: c))
                            for target in targets {
                                let row = out.row(y, plane: target)
                                for x in 0..<out.shape.width { row[x] = max(row[x], abs(a[x] - b[x]) * gain) }
                            }
                        }
                    }
                }
            }
        }
    }
}
