import Pixels

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How a picture is encoded; formats ignore what is not theirs.
public struct EncodingOptions: Hashable, Sendable {
    /// PNG, from 0, fast, to 9, small:
    /// - 0 stores;
    /// - 1 filters every row by its left neighbours, and packs it by runs or matches, as a sample suggests;
    /// - 2 takes the best filter for each row;
    /// - 3 packs both ways and keeps the smaller;
    /// - 4 to 8 also pack as zlib does at that level;
    /// - 9 also packs as zlib does without regard to the filters.
    public var effort: Int
    /// JPEG: 1 to 100; nil keeps the input's, or 90 where it was no JPEG. WebP: 1 to 100; nil writes without loss.
    public var jpegQuality: Int?
    /// JPEG: nil keeps the input's, or 4:2:0 where it was no JPEG.
    public var jpegSampling: Metadata.JPEGSampling?
    /// On how many threads PNG and JPEG are packed. The bytes do not depend on it.
    public var threads: Int
    /// What may be held of formats that are not written row by row: PFM, whose bottom row goes first, TIFF, WebP.
    public var maxMemory: Int

    public init(
        effort: Int = 2, jpegQuality: Int? = nil, jpegSampling: Metadata.JPEGSampling? = nil,
        threads: Int = EncodingOptions.coreCount, maxMemory: Int = Limits().maxMemory
    ) {
        precondition((0...9).contains(effort), "effort is 0 to 9, not \(effort)")
        precondition((1...100).contains(jpegQuality ?? 1), "quality is 1 to 100, not \(jpegQuality ?? 0)")
        precondition(threads > 0, "a picture is packed on at least one thread, not \(threads)")
        self.effort = effort
        self.jpegQuality = jpegQuality
        self.jpegSampling = jpegSampling
        self.threads = threads
        self.maxMemory = maxMemory
    }

    /// The cores this process may use.
    public static var coreCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}

/// Writes a picture row by row; only PFM, TIFF (packed) and WebP are held whole. Throws at once where the format cannot store such a picture.
///
///     let writer = try PictureWriter(.png, header, to: ByteSink(descriptor: file.descriptor))
///     try writer.writeRows(16, from: band)
///     try writer.finish()
public final class PictureWriter: RowSink {
    public let header: PictureHeader
    private let sink: ByteSink
    private let encoder: any RowEncoder
    private var rowsLeft: Int
    private var failure: CodecError?

    public init(
        _ format: PictureFormat, _ header: PictureHeader, options: EncodingOptions = EncodingOptions(),
        to sink: ByteSink
    ) throws(CodecError) {
        precondition(header.size.width > 0 && header.size.height > 0, "a picture has pixels, \(header.size) has none")
        guard format.stores(header.channels) else { throw .cannotStoreChannels(format, header.channels) }
        guard format.stores(header.depth) else { throw .cannotStoreDepth(format, header.depth) }
        self.header = header
        self.sink = sink
        encoder =
            switch format {
            case .png: try PNGEncoder(header, options: options, sink: sink)
            case .jpeg: try JPEGEncoder(header, options: options, sink: sink)
            case .pnm: try PNMEncoder(header, sink: sink)
            case .pfm: try PFMEncoder(header, options: options, sink: sink)
            case .npy: try NPYEncoder(header, sink: sink)
            case .csv: try CSVEncoder(header, options: options, sink: sink)
            #if TIFF
                case .tiff: try TIFFEncoder(header, options: options, sink: sink)
            #else
                case .tiff: throw .notBuiltIn(.tiff)
            #endif
            #if WebP
                case .webp: try WebPEncoder(header, options: options, sink: sink)
            #else
                case .webp: throw .notBuiltIn(.webp)
            #endif
            }
        rowsLeft = header.size.height
    }

    /// Metadata the format has no place for, in the encoder's words.
    public var warnings: [String] { encoder.warnings }

    public var backlog: (any Backlog)? { encoder.backlog }

    public func writeRows(_ count: Int, from buffer: UnsafeRawBufferPointer) throws(CodecError) {
        let bytes = count * header.bytesPerRow
        precondition(count >= 0 && count <= rowsLeft, "\(count) rows given, \(rowsLeft) are left")
        precondition(buffer.count >= bytes, "\(count) rows need \(bytes) bytes, the buffer has \(buffer.count)")
        if count == 0 { return }
        try remembering { () throws(CodecError) in
            try encoder.encodeRows(count, from: UnsafeRawBufferPointer(rebasing: buffer[..<bytes]))
        }
        rowsLeft -= count
    }

    public func finish() throws(CodecError) {
        precondition(rowsLeft == 0, "the picture was finished \(rowsLeft) rows early")
        try remembering { () throws(CodecError) in
            try encoder.finish()
            try sink.flush()
        }
    }

    /// A library that gave up halfway is not asked again: later calls throw what the first failure threw.
    private func remembering(_ body: () throws(CodecError) -> Void) throws(CodecError) {
        if let failure { throw failure }
        do throws(CodecError) {
            try body()
        } catch {
            failure = error
            throw error
        }
    }
}
