/// The outputs of a pooling cut into strips of columns, so that what a thread works in stays in its cache, and into
/// pieces of rows only where the strips are too few for the threads: each piece looks at the rows around it again.
struct PoolingTiles: Sendable {
    let planes: Int
    let width: Int
    let rows: Range<Int>
    let strip: Int
    let piece: Int

    init(planes: Int, width: Int, rows: Range<Int>, strip: Int, kernelRows: Int, threads: Int) {
        self.planes = planes
        self.width = width
        self.rows = rows
        self.strip = max(1, min(strip, width))
        let strips = planes * ((width + self.strip - 1) / self.strip)
        let missing = strips >= 3 * threads || threads == 1 ? 1 : (3 * threads + strips - 1) / strips
        piece = max(1, min(rows.count, max((rows.count + missing - 1) / missing, 2 * kernelRows)))
    }

    /// Runs `body` for each tile: its plane, its columns and its rows.
    func split(on machine: Machine, _ body: @Sendable (Int, Range<Int>, Range<Int>) -> Void) {
        let strips = (width + strip - 1) / strip
        let pieces = (rows.count + piece - 1) / piece
        machine.split(0..<pieces * planes * strips, grain: 1) { tiles in
            for tile in tiles {
                let left = tile % strips * strip
                let top = rows.lowerBound + tile / (strips * planes) * piece
                body(
                    tile / strips % planes, left..<min(left + strip, width), top..<min(top + piece, rows.upperBound))
            }
        }
    }
}
