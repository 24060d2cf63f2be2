/// Float samples of a picture or a batch, n·c·h·w. It may hold only a band of the rows that the whole would have:
/// `shape` measures the whole, `rows` says which of its rows are here.
///
///     var planes = Planes(shape: Shape(channels: 3, height: 480, width: 640), rows: 16..<32)
///     planes.rows        // 16..<32
///     planes.rowCapacity // 16
///
/// Sample (n, c, y, x) is stored at ((n·C + c)·rowCapacity + y − firstStoredRow)·rowStride + x. Where there is room for all
/// rows they lie one behind the other, rowStride = W; those of a band may lie apart.
public struct Planes: Sendable {
    public let shape: Shape
    public private(set) var rows: Range<Int>
    package private(set) var rowCapacity: Int
    /// The row of the picture that is stored first; at most `rows.lowerBound`.
    package private(set) var firstStoredRow: Int
    /// Samples from one row to the next.
    package private(set) var rowStride: Int
    package var samples: [Float]

    /// All rows of `shape`, or the band `rows` of them, each sample set to `value`.
    public init(shape: Shape, rows: Range<Int>? = nil, filledWith value: Float = 0) {
        let rows = rows ?? 0..<shape.height
        self.init(shape: shape, emptyWithRoomFor: rows.count, from: rows.lowerBound, value: value)
        self.rows = rows
    }

    /// A whole picture from its samples in n·c·h·w order.
    public init(shape: Shape, samples: [Float]) {
        precondition(
            samples.count == shape.sampleCount,
            "\(shape) planes hold \(shape.sampleCount ?? 0) samples, not \(samples.count)")
        self.shape = shape
        self.rows = 0..<shape.height
        self.rowCapacity = shape.height
        self.firstStoredRow = 0
        self.rowStride = shape.width
        self.samples = samples
    }

    /// No rows yet, but room for `capacity` of them.
    package init(shape: Shape, emptyWithRoomFor capacity: Int, from row: Int = 0, value: Float = 0) {
        self.shape = shape
        self.rows = row..<row
        self.rowCapacity = capacity
        self.firstStoredRow = row
        self.rowStride = Planes.rowStride(shape, holding: capacity)
        self.samples = .onLargePages(value, count: shape.count * shape.channels * capacity * rowStride)
    }

    /// A cache finds a place by the low bits of an address: rows half a page apart, or whole pages, would all ask for the same few
    /// places, and the many rows under a window drive each other out. A few samples more between them prevent it.
    package static func rowStride(_ shape: Shape, holding rows: Int) -> Int {
        let halfPage = 512
        guard rows < shape.height, shape.width >= halfPage - 16 else { return shape.width }
        let apart = (shape.width + 16) % halfPage
        return apart <= 32 ? shape.width + 80 : shape.width
    }

    /// The sample of picture `n`, channel `c` at (x, y). For looking at single pixels, not for loops.
    public subscript(n n: Int = 0, c c: Int, y y: Int, x x: Int) -> Float {
        get { samples[index(n, c, y, x)] }
        set { samples[index(n, c, y, x)] = newValue }
    }

    private func index(_ n: Int, _ c: Int, _ y: Int, _ x: Int) -> Int {
        precondition(rows.contains(y), "row \(y) is not among the rows \(rows) that are here")
        return ((n * shape.channels + c) * rowCapacity + y - firstStoredRow) * rowStride + x
    }
}

extension Planes {
    /// The same samples, all rows of them, as planes of another shape: channels of a batch may become pictures of one.
    package func reshaped(to shape: Shape) -> Planes {
        precondition(rows == 0..<self.shape.height && rowCapacity == self.shape.height, "a band has one shape only")
        return Planes(shape: shape, samples: samples)
    }

    /// Lends the samples to `body` as planes of another shape, without a copy.
    package mutating func reshaped<Result>(to shape: Shape, _ body: (inout Planes) -> Result) -> Result {
        var other = reshaped(to: shape)
        samples = []
        defer { samples = other.samples }
        return body(&other)
    }

    /// Forgets the rows above `row`; what they occupied is reused by `makeRoom`.
    package mutating func dropRows(before row: Int) {
        let first = min(max(row, rows.lowerBound), rows.upperBound)
        rows = first..<rows.upperBound
    }

    /// Forgets all rows; the next will be `row`.
    package mutating func begin(at row: Int) {
        rows = row..<row
        firstStoredRow = row
    }

    /// Extends `rows` to end at `end`, moving or growing the store where it must. The new rows hold anything.
    package mutating func makeRoom(upTo end: Int) {
        guard end > rows.upperBound else { return }
        if end - firstStoredRow > rowCapacity {
            let needed = end - rows.lowerBound
            if needed <= rowCapacity {
                slide()
            } else {
                grow(to: max(needed, min(rowCapacity * 2, shape.height - rows.lowerBound)))
            }
        }
        rows = rows.lowerBound..<end
    }

    private mutating func slide() {
        let shift = (rows.lowerBound - firstStoredRow) * rowStride
        let kept = rows.count * rowStride
        let stride = rowCapacity * rowStride
        let planes = shape.count * shape.channels
        samples.withUnsafeMutableBufferPointer { store in
            guard kept > 0, let base = store.baseAddress else { return }
            for plane in 0..<planes {
                (base + plane * stride).update(from: base + plane * stride + shift, count: kept)
            }
        }
        firstStoredRow = rows.lowerBound
    }

    private mutating func grow(to capacity: Int) {
        var larger = Planes(shape: shape, emptyWithRoomFor: capacity, from: rows.lowerBound)
        larger.rows = rows
        larger.withMutableRows { target in
            withRows { source in
                for plane in 0..<shape.count * shape.channels {
                    for y in rows {
                        target.row(y, plane: plane).update(from: source.row(y, plane: plane), count: shape.width)
                    }
                }
            }
        }
        self = larger
    }
}
