import CLanes
import Pixels

/// Between interleaved samples of any depth and float planes: integers stand for 0…1, floats are taken as they are.
package struct SampleConverter: Sendable {
    private let lanes: Lanes

    package init(_ lanes: Lanes = .best) { self.lanes = lanes }

    /// Appends `count` interleaved rows to the rows of `planes`.
    package func load(
        _ count: Int, from buffer: UnsafeRawBufferPointer, header: PictureHeader, into planes: inout Planes
    ) {
        guard count > 0, header.bytesPerRow > 0, let base = buffer.baseAddress else { return }
        let (width, channels) = (header.size.width, header.channels.count)
        let first = planes.rows.upperBound
        planes.makeRoom(upTo: first + count)
        planes.withMutableRows { rows in
            for y in 0..<count {
                let row = base + y * header.bytesPerRow
                for c in 0..<channels {
                    let out = rows.row(first + y, plane: c)
                    switch header.depth {
                    case .uint8:
                        lanes.loops.pointee.from_uint8(
                            out, row.assumingMemoryBound(to: UInt8.self) + c, channels, width)
                    case .uint16:
                        lanes.loops.pointee.from_uint16(
                            out, row.assumingMemoryBound(to: UInt16.self) + c, channels, width)
                    case .float32:
                        let samples = row.assumingMemoryBound(to: Float.self) + c
                        for x in 0..<width { out[x] = samples[x * channels] }
                    }
                }
            }
        }
    }

    /// Interleaves `rows` of `planes`, rounded to the header's depth.
    ///
    /// - Returns: how many samples lay more than half a level outside 0…1 and were clipped.
    package func store(
        _ rows: Range<Int>, of planes: Planes, header: PictureHeader, into buffer: UnsafeMutableRawBufferPointer
    ) -> Int {
        guard header.bytesPerRow > 0, let base = buffer.baseAddress else { return 0 }
        let (width, channels) = (header.size.width, header.channels.count)
        var clipped = 0
        planes.withRows { source in
            for y in rows {
                let row = base + (y - rows.lowerBound) * header.bytesPerRow
                for c in 0..<channels {
                    let samples = source.row(y, plane: c)
                    switch header.depth {
                    case .uint8:
                        clipped += lanes.loops.pointee.to_uint8(
                            row.assumingMemoryBound(to: UInt8.self) + c, channels, samples, width)
                    case .uint16:
                        clipped += lanes.loops.pointee.to_uint16(
                            row.assumingMemoryBound(to: UInt16.self) + c, channels, samples, width)
                    case .float32:
                        let out = row.assumingMemoryBound(to: Float.self) + c
                        for x in 0..<width { out[x * channels] = samples[x] }
                    }
                }
            }
        }
        return clipped
    }
}
