import CLanes
import Pixels
import Synchronization

/// Between interleaved samples of any depth and float planes: integers stand for 0…1, floats are taken as they are.
package struct SampleConverter: Sendable {
    /// Rows that a thread takes at a time.
    private static let grain = 8
    private let machine: Machine

    package init(_ machine: Machine) { self.machine = machine }

    /// Appends `count` interleaved rows to the rows of `planes`.
    package func load(
        _ count: Int, from buffer: UnsafeRawBufferPointer, header: PictureHeader, into planes: inout Planes
    ) {
        guard count > 0, header.bytesPerRow > 0, let base = buffer.baseAddress else { return }
        let (width, channels) = (header.size.width, header.channels.count)
        let first = planes.rows.upperBound
        planes.makeRoom(upTo: first + count)
        // The pointers are good until `split` returns, and every row has one owner.
        nonisolated(unsafe) let bytes = base
        planes.withMutableRows { rows in
            let stride = rows.planeStride
            machine.split(0..<count, grain: SampleConverter.grain) { piece in
                for y in piece {
                    let row = bytes + y * header.bytesPerRow
                    let out = rows.row(first + y, plane: 0)
                    switch header.depth {
                    case .uint8:
                        machine.lanes.loops.pointee.split_uint8(
                            out, stride, row.assumingMemoryBound(to: UInt8.self), channels, width)
                    case .uint16:
                        machine.lanes.loops.pointee.split_uint16(
                            out, stride, row.assumingMemoryBound(to: UInt16.self), channels, width)
                    case .float32:
                        let samples = row.assumingMemoryBound(to: Float.self)
                        for c in 0..<channels {
                            for x in 0..<width { out[c * stride + x] = samples[x * channels + c] }
                        }
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
        nonisolated(unsafe) let bytes = base
        let clipped = Atomic(0)
        planes.withRows { source in
            let stride = source.planeStride
            machine.split(rows, grain: SampleConverter.grain) { piece in
                var count = 0
                for y in piece {
                    let row = bytes + (y - rows.lowerBound) * header.bytesPerRow
                    let samples = source.row(y, plane: 0)
                    switch header.depth {
                    case .uint8:
                        count += machine.lanes.loops.pointee.join_uint8(
                            row.assumingMemoryBound(to: UInt8.self), samples, stride, channels, width)
                    case .uint16:
                        count += machine.lanes.loops.pointee.join_uint16(
                            row.assumingMemoryBound(to: UInt16.self), samples, stride, channels, width)
                    case .float32:
                        let out = row.assumingMemoryBound(to: Float.self)
                        for c in 0..<channels {
                            for x in 0..<width { out[x * channels + c] = samples[c * stride + x] }
                        }
                    }
                }
                clipped.add(count, ordering: .relaxed)
            }
        }
        return clipped.load(ordering: .relaxed)
    }
}
