import CLanes
import Pixels

/// How large the tiles of a transform are: `width` × `height` is transformed, `outputs` of it are right.
struct TileSize: Sendable {
    let width: Int
    let height: Int
    let outputs: PerAxis<Int>
    /// What an output at stride 1 costs, in the unit of `MethodCosts`.
    let costPerSample: Double

    private static let largestSide = 4096
    /// 4 million complex doubles and as many to work in: 128 MB a thread at most.
    private static let largestArea = 1 << 22

    /// The cheapest tile, or nil where the kernel fits none.
    init?(geometry: Geometry) {
        var best: TileSize?
        let (columns, rows) = (TileSize.positions(geometry.x), TileSize.positions(geometry.y))
        for (width, across) in TileSize.sides(geometry.x) {
            for (height, down) in TileSize.sides(geometry.y) where width * height <= TileSize.largestArea {
                let area = Double(width * height)
                let levels = Double((width * height).trailingZeroBitCount)
                // The last tiles of a row and of a column are worked out whole.
                let tiles = ((columns + across - 1) / across) * ((rows + down - 1) / down)
                let cost = Double(tiles) * area * (levels + 2) * TileSize.slowness(area) / Double(columns * rows)
                if cost < best?.costPerSample ?? .infinity {
                    best = TileSize(
                        width: width, height: height, outputs: PerAxis(x: across, y: down), costPerSample: cost)
                }
            }
        }
        guard let best else { return nil }
        self = best
    }

    /// What a sample's share of one level of the transform costs: the four arrays of a tile leave one cache after the other.
    private static func slowness(_ area: Double) -> Double {
        switch area {
        case ...0x1p12: 15
        case ...0x1p14: 16.5
        case ...0x1p16: 19.5
        case ...0x1p18: 26
        default: 34
        }
    }

    private init(width: Int, height: Int, outputs: PerAxis<Int>, costPerSample: Double) {
        self.width = width
        self.height = height
        self.outputs = outputs
        self.costPerSample = costPerSample
    }

    /// Outputs that there would be at stride 1.
    private static func positions(_ axis: Axis) -> Int { (axis.output - 1) * axis.stride + 1 }

    /// Powers of two that the kernel fits into, each with the outputs it gives: a multiple of the stride.
    private static func sides(_ axis: Axis) -> [(side: Int, outputs: Int)] {
        let span = Extent.span(of: axis.kernel, dilation: axis.dilation)
        let all = positions(axis)
        var sides: [(side: Int, outputs: Int)] = []
        var side = 1
        while side <= largestSide {
            let outputs = (side - span + 1) / axis.stride * axis.stride
            if side >= span, outputs > 0 {
                sides.append((side, outputs))
                if outputs >= all { break }
            }
            side *= 2
        }
        return sides
    }
}

/// The tiles of one convolution and the transformed kernel. Tiles lie where they lie whatever rows are asked for, so
/// that a band's bytes do not depend on where the band begins.
struct TilePlan: Sendable {
    let tile: TileSize
    let geometry: Geometry
    let rowsPerTile: Int
    let tilesAcross: Int
    let twiddlesX: Twiddles
    let twiddlesY: Twiddles
    /// The kernel's conjugate spectrum over the tile's area, columns first, as the data is when multiplied.
    let spectrumRe: [Double]
    let spectrumIm: [Double]

    init(_ tile: TileSize, bank: Bank, geometry: Geometry) {
        self.tile = tile
        self.geometry = geometry
        rowsPerTile = tile.outputs.y / geometry.y.stride
        let all = (geometry.x.output - 1) * geometry.x.stride + 1
        tilesAcross = (all + tile.outputs.x - 1) / tile.outputs.x
        twiddlesX = Twiddles(count: tile.width)
        twiddlesY = Twiddles(count: tile.height)
        let grid = ComplexGrid(rows: tile.height, columns: tile.width)
        let kernel = bank.kernels[0]
        for y in 0..<kernel.size.height {
            for x in 0..<kernel.size.width {
                grid.re[y * geometry.y.dilation * tile.width + x * geometry.x.dilation] = kernel[x: x, y: y]
            }
        }
        // Always the same level, so that a plan does not depend on the machine it is made for.
        let lanes = Lanes.best
        grid.transformColumns(twiddlesY, inverse: false, lanes.loops)
        grid.transpose()
        grid.transformColumns(twiddlesX, inverse: false, lanes.loops)
        let area = tile.width * tile.height
        spectrumRe = (0..<area).map { grid.re[$0] / Double(area) }
        spectrumIm = (0..<area).map { -grid.im[$0] / Double(area) }
    }

    /// `rows` widened to whole tiles.
    func wholeTiles(_ rows: Range<Int>) -> Range<Int> {
        guard !rows.isEmpty else { return rows }
        let first = rows.lowerBound / rowsPerTile * rowsPerTile
        let end = (rows.upperBound + rowsPerTile - 1) / rowsPerTile * rowsPerTile
        return first..<min(end, geometry.y.output)
    }
}

extension Convolution {
    // Two tiles at a time, one as real and one as imaginary part: the kernel is real, so they do not mix.
    func runTransform(_ source: ReadableRows, rows: Range<Int>, into target: WritableRows, on machine: Machine) {
        guard let transform else { preconditionFailure("a transform plan has tiles") }
        let lanes = machine.lanes
        let planes = input.count * bank.inputs
        let tilesInRow = planes * transform.tilesAcross
        let pairs = (tilesInRow + 1) / 2
        let tileRows = rows.lowerBound / transform.rowsPerTile...(rows.upperBound - 1) / transform.rowsPerTile
        let items = tileRows.count * pairs
        machine.split(0..<items, grain: max(1, items / (machine.threads * 4))) { piece in
            let (width, height) = (transform.tile.width, transform.tile.height)
            let grid = ComplexGrid(rows: height, columns: width)
            for item in piece {
                let tileRow = tileRows.lowerBound + item / pairs
                let first = item % pairs * 2
                grid.clear()
                for (part, tile) in [first, first + 1].enumerated() where tile < tilesInRow {
                    load(part == 0 ? grid.re : grid.im, tile: tile, tileRow: tileRow, from: source, transform)
                }
                grid.transformColumns(transform.twiddlesY, inverse: false, lanes.loops)
                grid.transpose()
                grid.transformColumns(transform.twiddlesX, inverse: false, lanes.loops)
                lanes.loops.pointee.multiply_complex(
                    grid.re, grid.im, transform.spectrumRe, transform.spectrumIm, width * height)
                grid.transformColumns(transform.twiddlesX, inverse: true, lanes.loops)
                grid.transpose()
                grid.transformColumns(transform.twiddlesY, inverse: true, lanes.loops)
                for (part, tile) in [first, first + 1].enumerated() where tile < tilesInRow {
                    store(
                        part == 0 ? grid.re : grid.im, tile: tile, tileRow: tileRow, rows: rows, into: target, transform
                    )
                }
            }
        }
    }

    private func load(
        _ part: UnsafeMutablePointer<Double>, tile: Int, tileRow: Int, from source: ReadableRows, _ transform: TilePlan
    ) {
        let (plane, column) = tile.quotientAndRemainder(dividingBy: transform.tilesAcross)
        let outside = Double(border.outside)
        let lastRow = min((tileRow + 1) * transform.rowsPerTile, geometry.y.output) - 1
        let top = geometry.y.start(tileRow * transform.rowsPerTile)
        let bottom = geometry.y.start(lastRow) + Extent.span(of: geometry.y.kernel, dilation: geometry.y.dilation)
        let left = column * transform.tile.outputs.x - geometry.x.before
        let end =
            geometry.x.start(geometry.x.output - 1) + Extent.span(of: geometry.x.kernel, dilation: geometry.x.dilation)
        let columns = (left..<min(left + transform.tile.width, end)).map {
            border.source(of: $0, count: geometry.x.input) ?? -1
        }
        for y in top..<min(bottom, top + transform.tile.height) {
            let row = part + (y - top) * transform.tile.width
            if let sourceRow = border.source(of: y, count: geometry.y.input) {
                let pixels = source.row(sourceRow, plane: plane)
                for (x, from) in columns.enumerated() { row[x] = from < 0 ? outside : Double(pixels[from]) }
            } else {
                row.update(repeating: outside, count: columns.count)
            }
        }
    }

    private func store(
        _ part: UnsafeMutablePointer<Double>, tile: Int, tileRow: Int, rows: Range<Int>, into target: WritableRows,
        _ transform: TilePlan
    ) {
        let (plane, column) = tile.quotientAndRemainder(dividingBy: transform.tilesAcross)
        let stride = geometry.x.stride
        let first = column * transform.tile.outputs.x / stride
        let count = min(transform.tile.outputs.x / stride, geometry.x.output - first)
        let firstRow = tileRow * transform.rowsPerTile
        let bias = bank.bias[plane % bank.outputs]
        for y in rows.clamped(to: firstRow..<firstRow + transform.rowsPerTile) {
            let row = part + (y - firstRow) * geometry.y.stride * transform.tile.width
            let out = target.row(y, plane: plane) + first
            for x in 0..<max(count, 0) { out[x] = Float(row[x * stride] + bias) }
        }
    }
}
