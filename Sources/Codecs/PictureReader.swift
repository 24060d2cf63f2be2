import Pixels

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Reads a picture row by row: its header at once, a row's memory at a time.
///
///     let reader = try PictureReader(path: "photo.jpg")
///     reader.header.size                      // 4000x3000
///     try reader.readRows(16, into: band)     // the next 16 rows
///
/// PNG and baseline JPEG, PNM and C-ordered NPY stream, also from a pipe. Interlaced PNG, progressive JPEG, PFM (stored
/// bottom row first), CSV and Fortran-ordered NPY are held whole, within `Limits.maxMemory`. A file that is damaged, or shorter
/// than its picture, throws; after the last row the reader has checked the end of the file too.
///
/// A reader belongs to no thread: any may call it, whichever made it, as long as one call has returned before the next
/// begins.
public final class PictureReader: RowSource {
    public let format: PictureFormat
    private let decoder: any RowDecoder
    private var rowsLeft: Int
    private var failure: CodecError?

    /// Opens a file. `-` is no special name here: for standard input use `init(descriptor: 0)`.
    ///
    /// - Parameter readsIndices: takes the numbers in a palette PNG, and in a grey one of 1, 2 or 4 bits, for the samples:
    ///   in a mask they are classes.
    public convenience init(
        path: String, limits: Limits = Limits(), readsIndices: Bool = false
    ) throws(CodecError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(.open, errno: errno) }
        try self.init(
            ByteSource(descriptor: descriptor, isOwned: true), limits: limits, readsIndices: readsIndices)
    }

    /// Reads from a descriptor, which may be a pipe and stays open; bytes after the picture may have been consumed.
    public convenience init(descriptor: Int32, limits: Limits = Limits()) throws(CodecError) {
        try self.init(ByteSource(descriptor: descriptor, isOwned: false), limits: limits)
    }

    public convenience init(bytes: [UInt8], limits: Limits = Limits()) throws(CodecError) {
        try self.init(ByteSource(bytes: bytes), limits: limits)
    }

    /// For tests of streaming: memory that arrives at most `chunkSize` bytes at a time.
    package convenience init(bytes: [UInt8], chunkSize: Int, limits: Limits = Limits()) throws(CodecError) {
        try self.init(ByteSource(bytes: bytes, chunkSize: chunkSize), limits: limits)
    }

    private init(_ source: ByteSource, limits: Limits, readsIndices: Bool = false) throws(CodecError) {
        let magic = try source.peek(PictureFormat.longestMagic)
        if magic.isEmpty { throw .empty }
        guard let format = PictureFormat(firstBytes: magic) else { throw .unknownFormat(firstBytes: magic) }
        self.format = format
        decoder =
            switch format {
            case .png: try PNGDecoder(source, limits: limits, readsIndices: readsIndices)
            case .jpeg: try JPEGDecoder(source, limits: limits)
            case .pnm: try PNMDecoder(source, limits: limits)
            case .pfm: try PFMDecoder(source, limits: limits)
            case .npy: try NPYDecoder(source, limits: limits)
            case .csv: try CSVDecoder(source, limits: limits)
            #if TIFF
                case .tiff: try TIFFDecoder(source, limits: limits)
            #else
                case .tiff: throw .notBuiltIn(.tiff)
            #endif
            #if WebP
                case .webp: try WebPDecoder(source, limits: limits)
            #else
                case .webp: throw .notBuiltIn(.webp)
            #endif
            }
        rowsLeft = decoder.header.size.height
        earlyMetadata = decoder.header.metadata
    }

    /// Known before the first row. Of a PNG from a pipe, texts and EXIF behind the pixels are known after the
    /// last row.
    public var header: PictureHeader { decoder.header }

    /// Whether the last row brought texts or EXIF that `header` could not tell before the first.
    public var hasLateMetadata: Bool { rowsLeft == 0 && decoder.header.metadata != earlyMetadata }
    private let earlyMetadata: Metadata

    /// Odd things that did the picture no harm, in the decoder's words.
    public var warnings: [String] { decoder.warnings }

    /// As `RowSource` says; `buffer` is aligned as its samples are. After an error every further call throws it again.
    public func readRows(_ count: Int, into buffer: UnsafeMutableRawBufferPointer) throws(CodecError) {
        let bytes = count * header.bytesPerRow
        precondition(count >= 0 && count <= rowsLeft, "\(count) rows asked for, \(rowsLeft) are left")
        precondition(buffer.count >= bytes, "\(count) rows need \(bytes) bytes, the buffer has \(buffer.count)")
        if let failure { throw failure }
        if count == 0 { return }
        do throws(CodecError) {
            try decoder.decodeRows(count, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<bytes]))
            rowsLeft -= count
            if rowsLeft == 0 { try decoder.finish() }
        } catch {
            // A library that gave up halfway is not asked again.
            failure = error
            throw error
        }
    }
}
