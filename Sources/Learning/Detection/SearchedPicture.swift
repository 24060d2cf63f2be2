import Codecs
import Convolution
import Pixels
import Steps

/// A picture in which things are looked for: its samples as floats, and the regions that may be things.
struct SearchedPicture {
    let planes: Planes
    let depth: Depth
    let regions: [Box]

    private let program: DetectorProgram

    init(_ raster: Raster, _ program: DetectorProgram, machine: Machine) {
        let header = raster.header
        var planes = Planes(shape: Shape(channels: header.channels.count, size: header.size))
        planes.samples.withUnsafeMutableBufferPointer { raster.spread(into: $0, channels: header.channels.count) }
        self.planes = planes
        self.program = program
        depth = header.depth
        var colours = planes
        if header.channels.hasAlpha {
            let shape = Shape(channels: header.channels.colorCount, size: header.size)
            colours = Planes(shape: shape, samples: Array(planes.samples.prefix(shape.sampleCount ?? 0)))
        }
        regions = RegionSearch(program.regions).regions(in: colours, on: machine)
    }

    var size: Size { planes.shape.size }

    /// What the net takes of a region, c·h·w.
    func cut(_ region: Box, into out: UnsafeMutableBufferPointer<Float>) {
        let view = program.regions.view(of: region)
        let (columns, rows) = (
            Self.around(view.left, view.right, size.width), Self.around(view.top, view.bottom, size.height)
        )
        let part = planes.part(columns: columns, rows: rows)
        let place = Box(
            left: view.left - Double(columns.lowerBound), top: view.top - Double(rows.lowerBound), width: view.width,
            height: view.height)
        guard let resampling = try? program.input.resampling(of: place, in: part.shape) else {
            preconditionFailure("\(part.shape) was to fit \(program.input.text)")
        }
        var result = Planes(shape: resampling.output)
        resampling.run(part, rows: 0..<result.shape.height, into: &result, on: Machine(threads: 1))
        result.samples.withUnsafeBufferPointer { _ = out.update(from: $0) }
    }

    /// The samples from `low` to `high` and one more on each side, as far as there are any; at least one.
    private static func around(_ low: Double, _ high: Double, _ count: Int) -> Range<Int> {
        let first = min(max(Int(low.rounded(.down)) - 1, 0), count - 1)
        let end = min(max(Int(high.rounded(.up)) + 1, first + 1), count)
        return first..<end
    }
}

extension Planes {
    /// A rectangle of a whole picture.
    fileprivate func part(columns: Range<Int>, rows: Range<Int>) -> Planes {
        var part = Planes(
            shape: Shape(channels: shape.channels, height: rows.count, width: columns.count))
        withRows { source in
            part.withMutableRows { target in
                for c in 0..<shape.channels {
                    for y in rows {
                        target.row(y - rows.lowerBound, plane: c).update(
                            from: source.row(y, plane: c) + columns.lowerBound, count: columns.count)
                    }
                }
            }
        }
        return part
    }
}
