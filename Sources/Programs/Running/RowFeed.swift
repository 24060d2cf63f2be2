import Pixels

/// Where the rows of what is read come from: those of the picture, and of a mask.
protocol RowFeed {
    associatedtype Failure: Error

    /// Gives `rows` of a node that is read to `body`, in as many pieces as they come in, from above.
    func take(_ rows: Range<Int>, of node: Int, _ body: (Int, UnsafeRawBufferPointer) -> Void) throws(Failure)
}

/// Rows as they are read, each once and one after the other.
struct ReadFeed: RowFeed {
    private let readers: [Int: RowReadAhead]

    /// - Parameter readers: for each node that is read, who reads it.
    init(_ readers: [Int: RowReadAhead]) { self.readers = readers }

    func take(
        _ rows: Range<Int>, of node: Int, _ body: (Int, UnsafeRawBufferPointer) -> Void
    ) throws(any Error) {
        guard let reader = readers[node] else { preconditionFailure("node \(node) is not read") }
        var left = rows.count
        while left > 0 { left -= try reader.take(atMost: left, body) }
    }
}
