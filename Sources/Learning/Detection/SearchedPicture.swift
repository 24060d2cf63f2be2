import Codecs
import Convolution
import Pixels
import Steps

/// A picture in which things are looked for: its samples as floats, over black where there is alpha, and the regions that may
/// be things.
struct SearchedPicture {
    let planes: Planes
    let depth: Depth
    let regions: [Box]

    private let program: DetectorProgram

    init(_ raster: Raster, _ program: DetectorProgram, machine: Machine) {
        let header = raster.header
        var all = Planes(shape: Shape(channels: header.channels.count, size: header.size))
        all.samples.withUnsafeMutableBufferPointer { raster.spread(into: $0, channels: header.channels.count) }
        let colours = header.channels.hasAlpha ? all.overBlack : all
        // A net may ask for alpha as a channel.
        planes = program.input.channels == header.channels.count ? all : colours
        self.program = program
        depth = header.depth
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
    /// The colours, each times alpha, which is the last channel.
    fileprivate var overBlack: Planes {
        let shape = Shape(channels: self.shape.channels - 1, size: self.shape.size)
        let area = self.shape.height * self.shape.width
        let alpha = samples.suffix(area)
        let colours = samples.prefix(samples.count - area).enumerated()
        return Planes(shape: shape, samples: colours.map { $1 * alpha[alpha.startIndex + $0 % area] })
    }

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
