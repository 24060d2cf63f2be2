import CLanes
import Pixels

/// How large the tiles of a transform are: `width` × `height` is transformed, `outputs` of it are right.
struct TileSize: Sendable {
    let width: Int
    let height: Int
    let outputs: PerAxis<Int>
    /// What an output at stride 1 costs, in the unit of `MethodCosts`.
    let costPerSample: Double
    /// Whether it is transformed in double.
    let isExact: Bool

    private static let largestSide = 4096
    /// 4 million complex doubles and as many to work in: 128 MB a thread at most.
    private static let largestArea = 1 << 22

    /// The cheapest tile, or nil where the kernel fits none; in float where that is fine enough.
    init?(geometry: Geometry, kernel: Kernel, isExact: Bool, tolerance: Double) {
        if !isExact, let fast = TileSize(geometry: geometry, isExact: false),
            FastTile.isFineEnough(kernel, area: fast.width * fast.height, tolerance: tolerance)
        {
            self = fast
        } else {
            self.init(geometry: geometry, isExact: true)
        }
    }

    private init?(geometry: Geometry, isExact: Bool) {
        let prices: Prices = isExact ? .exact : .fast
        var best: TileSize?
        let (columns, rows) = (TileSize.positions(geometry.x), TileSize.positions(geometry.y))
        for (width, across) in TileSize.sides(geometry.x, from: prices.smallestSide) {
            for (height, down) in TileSize.sides(geometry.y, from: prices.smallestSide)
            where width * height <= TileSize.largestArea {
                let area = Double(width * height)
                let levels = Double((width * height).trailingZeroBitCount)
                // The last tiles of a row and of a column are worked out whole.
                let tiles = ((columns + across - 1) / across) * ((rows + down - 1) / down)
                let cost = Double(tiles) * area * (levels + 2) * prices.slowness(area) / Double(columns * rows)
                if cost < best?.costPerSample ?? .infinity {
                    best = TileSize(
                        width: width, height: height, outputs: PerAxis(x: across, y: down), costPerSample: cost,
                        isExact: isExact)
                }
            }
        }
        guard let best else { return nil }
        self = best
    }

    /// What a sample's share of one level of the transform costs: the arrays of a tile leave one cache after the other.
    private struct Prices {
        let smallestSide: Int
        let slowness: @Sendable (_ area: Double) -> Double

        // Of smaller tiles each would cost more than its samples tell.
        static let exact = Prices(smallestSide: 8) { area in
            switch area {
            case ...0x1p12: 12.3
            case ...0x1p14: 12.5
            case ...0x1p16: 16.5
            case ...0x1p18: 25.5
            default: 33
            }
        }
        static let fast = Prices(smallestSide: FastTile.smallestSide) { area in
            switch area {
            case ...0x1p12: 4.6
            case ...0x1p14: 4.1
            case ...0x1p16: 5
            case ...0x1p18: 6.5
            default: 9
            }
        }
    }

    private init(width: Int, height: Int, outputs: PerAxis<Int>, costPerSample: Double, isExact: Bool) {
        self.isExact = isExact
        self.width = width
        self.height = height
        self.outputs = outputs
        self.costPerSample = costPerSample
    }

    /// Outputs that there would be at stride 1.
    private static func positions(_ axis: Axis) -> Int { (axis.output - 1) * axis.stride + 1 }

    /// Powers of two that the kernel fits into, each with the outputs it gives: a multiple of the stride.
    private static func sides(_ axis: Axis, from smallest: Int) -> [(side: Int, outputs: Int)] {
        let span = Extent.span(of: axis.kernel, dilation: axis.dilation)
        let all = positions(axis)
        var sides: [(side: Int, outputs: Int)] = []
        var side = smallest
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
    let filter: TransformedKernel

    init(_ tile: TileSize, bank: Bank, geometry: Geometry) {
        self.tile = tile
        self.geometry = geometry
        rowsPerTile = tile.outputs.y / geometry.y.stride
        let all = (geometry.x.output - 1) * geometry.x.stride + 1
        tilesAcross = (all + tile.outputs.x - 1) / tile.outputs.x
        filter = TransformedKernel(
            bank.kernels[0], dilation: PerAxis(x: geometry.x.dilation, y: geometry.y.dilation), tile: tile)
    }

    /// What one thread works in, in bytes.
    var scratchBytes: Int {
        let area = tile.width * tile.height
        return tile.isExact
            ? 6 * area * MemoryLayout<Double>.stride
            : (2 * kern_fourier_pitch(tile.width) * tile.height + kern_fourier_room(tile.width, tile.height))
                * MemoryLayout<Float>.stride
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
    func runTransform(_ source: ReadableRows, rows: Range<Int>, into target: WritableRows, on machine: Machine) {
        guard let transform else { preconditionFailure("a transform plan has tiles") }
        switch transform.filter.tile {
        case .exact(let tile): run(tile, transform, source, rows: rows, into: target, on: machine)
        case .fast(let tile): run(tile, transform, source, rows: rows, into: target, on: machine)
        }
    }

    private func run(
        _ filter: some TileFilter, _ transform: TilePlan, _ source: ReadableRows, rows: Range<Int>,
        into target: WritableRows, on machine: Machine
    ) {
        let planes = input.count * bank.inputs
        let tilesInRow = planes * transform.tilesAcross
        let pairs = (tilesInRow + 1) / 2
        let tileRows = rows.lowerBound / transform.rowsPerTile...(rows.upperBound - 1) / transform.rowsPerTile
        let items = tileRows.count * pairs
        machine.split(0..<items, grain: max(1, items / (machine.threads * 4))) { piece in
            filter.withRoom { room in
                for item in piece {
                    let tileRow = tileRows.lowerBound + item / pairs
                    let first = item % pairs * 2
                    let hasSecond = first + 1 < tilesInRow
                    room.clear()
                    load(room, room.re, tile: first, tileRow: tileRow, from: source, transform)
                    if hasSecond {
                        load(room, room.im, tile: first + 1, tileRow: tileRow, from: source, transform)
                    }
                    filter.filter(room, machine.lanes)
                    store(room, room.re, tile: first, tileRow: tileRow, rows: rows, into: target, transform)
                    if hasSecond {
                        store(room, room.im, tile: first + 1, tileRow: tileRow, rows: rows, into: target, transform)
                    }
                }
            }
        }
    }

    private func load<Room: TileRoom>(
        _ room: Room, _ part: UnsafeMutablePointer<Room.Sample>, tile: Int, tileRow: Int, from source: ReadableRows,
        _ transform: TilePlan
    ) {
        let (plane, column) = tile.quotientAndRemainder(dividingBy: transform.tilesAcross)
        let outside = Room.Sample(border.outside)
        let lastRow = min((tileRow + 1) * transform.rowsPerTile, geometry.y.output) - 1
        let top = geometry.y.start(tileRow * transform.rowsPerTile)
        let bottom = geometry.y.start(lastRow) + Extent.span(of: geometry.y.kernel, dilation: geometry.y.dilation)
        let left = column * transform.tile.outputs.x - geometry.x.before
        let end =
            geometry.x.start(geometry.x.output - 1) + Extent.span(of: geometry.x.kernel, dilation: geometry.x.dilation)
        let wanted = left..<min(left + transform.tile.width, end)
        let inside = wanted.clamped(to: 0..<geometry.x.input)
        let around = wanted.filter { !inside.contains($0) }.map {
            (place: $0 - left, source: border.source(of: $0, count: geometry.x.input))
        }
        for y in top..<min(bottom, top + transform.tile.height) {
            let row = part + (y - top) * room.pitch
            if let sourceRow = border.source(of: y, count: geometry.y.input) {
                let pixels = source.row(sourceRow, plane: plane)
                Room.copy(pixels + inside.lowerBound, to: row + (inside.lowerBound - left), count: inside.count)
                for (place, from) in around { row[place] = from.map { Room.Sample(pixels[$0]) } ?? outside }
            } else {
                row.update(repeating: outside, count: wanted.count)
            }
        }
    }

    private func store<Room: TileRoom>(
        _ room: Room, _ part: UnsafeMutablePointer<Room.Sample>, tile: Int, tileRow: Int, rows: Range<Int>,
        into target: WritableRows,
        _ transform: TilePlan
    ) {
        let (plane, column) = tile.quotientAndRemainder(dividingBy: transform.tilesAcross)
        let stride = geometry.x.stride
        let first = column * transform.tile.outputs.x / stride
        let count = min(transform.tile.outputs.x / stride, geometry.x.output - first)
        let firstRow = tileRow * transform.rowsPerTile
        let bias = Room.Sample(bank.bias[plane % bank.outputs])
        for y in rows.clamped(to: firstRow..<firstRow + transform.rowsPerTile) {
            let row = part + (y - firstRow) * geometry.y.stride * room.pitch
            let out = target.row(y, plane: plane) + first
            if stride == 1, bias == 0 {
                Room.take(row, into: out, count: max(count, 0))
            } else {
                for x in 0..<max(count, 0) { out[x] = Float(row[x * stride] + bias) }
            }
        }
    }
}
