import CLanes
import Pixels

/// A layer of 3×3 kernels at stride 1, computed by tiles of 4×4 outputs (Winograd's F(4×4, 3×3)): samples and kernels go
/// to 36 numbers each, these are multiplied and summed over the channels, and the sums come back. A quarter of the
/// products are left; the transforms and some rounding are the price.
///
/// Tiles are taken row by row through the pictures of a batch, at fixed places: no result depends on threads.
struct TiledLayer: Sendable {
    let input: Shape
    let output: Shape
    /// How rows of tiles see a channel.
    let layout: LayerLayout
    /// Tiles in a row, and rows of tiles in a picture.
    let across: Int
    let down: Int
    /// Rows of tiles that are worked on at one time, of one picture or of several.
    let rows: Int

    /// nil where the window is another, or reaches more than two samples out of the picture.
    init?(_ geometry: Geometry, border: Border, input: Shape, outputs: Int) {
        for axis in [geometry.x, geometry.y] {
            guard axis.kernel == 3, axis.stride == 1, axis.dilation == 1, 0...2 ~= axis.before, 0...2 ~= axis.after
            else { return nil }
        }
        self.input = input
        output = Shape(count: input.count, channels: outputs, size: geometry.output)
        across = (geometry.output.width + 3) / 4
        down = (geometry.output.height + 3) / 4
        rows = TiledLayer.rows(across: across, channels: max(input.channels, outputs), all: input.count * down)
        let axis = LayerAxis(geometry.x, outputs: 4 * across)
        layout = LayerLayout(geometry, border: border, across: axis, pitch: 4 * across + 2, rows: 4 * rows)
    }

    /// Points at which tiles and kernels are multiplied.
    static let points = 36
    private static let mostTiles = 64
    private static let cachedSamples = 1 << 19
    /// Outputs whose products are kept at one time.
    static let outputsTogether = 64
    /// Outputs for which a thread makes tiles of its own.
    static let fewestOutputs = 16

    /// So many rows that their tiles fill vectors, and stay in the cache.
    private static func rows(across: Int, channels: Int, all: Int) -> Int {
        let most = max(1, min(mostTiles, cachedSamples / (points * channels)) / across)
        func share(_ rows: Int) -> Double { Double(rows * across) / Double(padded(rows * across)) }
        let best = (1...most).map(share).max() ?? 1
        return min(all, (1...most).last { share($0) >= 0.97 * best } ?? 1)
    }

    /// Tiles side by side fill whole vectors.
    static func padded(_ count: Int) -> Int { (count + V - 1) / V * V }

    /// Rows of tiles in the whole batch.
    var allRows: Int { input.count * down }

    /// Rows of tiles of one picture, and where they lie in what is laid out.
    struct Piece {
        var picture: Int
        var tiles: Range<Int>
        var place: Int
    }

    /// The pictures behind some rows of tiles of a batch, one behind the other: each row of tiles four rows high, with
    /// `margin` more at the end of each picture's part.
    func pieces(of rows: Range<Int>, margin: Int, pitch: Int) -> [Piece] {
        var pieces: [Piece] = []
        var (row, place) = (rows.lowerBound, 0)
        while row < rows.upperBound {
            let (picture, first) = row.quotientAndRemainder(dividingBy: down)
            let count = min(down - first, rows.upperBound - row)
            pieces.append(Piece(picture: picture, tiles: first..<first + count, place: place))
            place += (4 * count + margin) * pitch
            row += count
        }
        return pieces
    }

    /// Whether no tile reaches beyond the outputs: then tiles are read from, and written to, the rows themselves.
    var isAllTiles: Bool { output.width.isMultiple(of: 4) && output.height.isMultiple(of: 4) }

    /// The same pieces in the outputs themselves, counted from a channel of the first picture.
    func pieces(of rows: Range<Int>, rowStride: Int, planeStride: Int) -> [Piece] {
        var pieces = pieces(of: rows, margin: 0, pitch: rowStride)
        for i in pieces.indices {
            pieces[i].place =
                pieces[i].picture * output.channels * planeStride + 4 * pieces[i].tiles.lowerBound * rowStride
        }
        return pieces
    }

    /// Where the tiles of these pieces begin; returns how many they are.
    func fillPlaces(_ places: UnsafeMutablePointer<Int>, _ pieces: [Piece], pitch: Int) -> Int {
        var next = 0
        for piece in pieces {
            for row in 0..<piece.tiles.count {
                for tile in 0..<across {
                    places[next] = piece.place + 4 * (row * pitch + tile)
                    next += 1
                }
            }
        }
        return next
    }

    /// How the rows under each of these pieces come of such a picture.
    func rows(of pieces: [Piece], of source: ReadableRows) -> [LayerLayout.LaidRows] {
        pieces.map { layout.rows(from: 4 * $0.tiles.lowerBound, count: 4 * $0.tiles.count, of: source) }
    }

    /// Lays out one channel of these pieces.
    func lay(
        _ source: ReadableRows, channel: Int, _ pieces: [Piece], _ rows: [LayerLayout.LaidRows],
        into out: UnsafeMutablePointer<Float>, _ lanes: Lanes
    ) {
        for (piece, rows) in zip(pieces, rows) {
            layout.lay(
                source, plane: piece.picture * input.channels + channel, rows, into: out + piece.place, lanes)
        }
    }

    /// Room for one channel of the most pieces.
    var planeStep: Int { LayerConvolution.step(6 * rows * layout.pitch + 2 * V) }
    var tiles: Int { TiledLayer.padded(rows * across) }
}
