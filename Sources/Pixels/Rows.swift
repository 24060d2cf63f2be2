/// A picture that arrives row by row, top to bottom, each row once. Decoders conform.
public protocol RowSource: AnyObject {
    var header: PictureHeader { get }

    /// Fills `buffer` with the next `count` rows: interleaved samples in native byte order, `header.bytesPerRow` each.
    /// After the last row of the picture the source has checked that the file ended as it should.
    func readRows(_ count: Int, into buffer: UnsafeMutableRawBufferPointer) throws
}

/// A picture that leaves row by row, top to bottom. Encoders conform.
public protocol RowSink: AnyObject {
    /// Takes the next `count` rows, laid out as `RowSource` gives them.
    func writeRows(_ count: Int, from buffer: UnsafeRawBufferPointer) throws

    /// Called once, after the last row: flushes what is still held back.
    func finish() throws

    /// Where it leaves work behind the rows that any thread may do.
    var backlog: (any Backlog)? { get }
}

extension RowSink {
    public var backlog: (any Backlog)? { nil }
}

/// Work that a sink leaves behind the rows it took, as packing them.
public protocol Backlog: Sendable {
    /// Until `leave`, threads come by to work whenever they are done with something: the sink starts none of its own.
    func attend()
    func leave()

    /// Does what waits, on any thread.
    func work()
}
