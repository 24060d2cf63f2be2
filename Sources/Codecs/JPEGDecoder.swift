import CImageCodecs
import Pixels

/// JPEG rows: grey stays grey, YCbCr and CMYK become RGB. A progressive file's coefficients are held whole.
///
/// libjpeg reads what stands in front of the pixels, and pictures that are not baseline; other pixels are `JPEGPixelReader`'s.
final class JPEGDecoder: RowDecoder {
    private enum Rows {
        case notBegun
        case own(JPEGPixelReader)
        case library
    }

    private let source: ByteSource
    private let limits: Limits
    private let reader: OpaquePointer
    let header: PictureHeader
    private let ownWarnings: [String]
    private var rows = Rows.notBegun

    init(_ source: ByteSource, limits: Limits) throws(CodecError) {
        self.source = source
        self.limits = limits
        let context = Unmanaged.passUnretained(source).toOpaque()
        guard let reader = kc_jpeg_reader_create(context, refillFromSource, limits.forC) else { throw .outOfMemory }
        self.reader = reader
        var found = kc_jpeg_header()
        guard kc_jpeg_reader_header(reader, &found) == KC_OK else {
            let error = kc_jpeg_reader_report(reader).pointee.error(.jpeg, limits: limits, failure: source.failure)
            kc_jpeg_reader_destroy(reader)
            throw error
        }
        var segments = JPEGSegments(reader)
        if found.was_cmyk { segments.dropProfile() }
        ownWarnings = segments.warnings
        header = PictureHeader(
            size: Size(width: Int(found.width), height: Int(found.height)),
            channels: found.channels == 1 ? .gray : .rgb,
            depth: .uint8, metadata: segments.metadata(found))
        // From here on deinit runs, also when the next lines throw.
        try limits.check(header)
        if let profile = header.metadata.iccProfile, profile.count > limits.maxChunkBytes {
            throw .overLimit(.chunkBytes, found: profile.count, allowed: limits.maxChunkBytes)
        }
        if found.holds_whole { try limits.checkMemory([Int(clamping: found.coefficient_bytes)]) }
    }

    deinit { kc_jpeg_reader_destroy(reader) }

    var warnings: [String] {
        var all = ownWarnings + kc_jpeg_reader_report(reader).pointee.warningLines
        if case .own(let pixels) = rows { all += pixels.warnings }
        return all
    }

    func decodeRows(_ count: Int, into out: UnsafeMutableRawBufferPointer) throws(CodecError) {
        switch rows {
        case .notBegun:
            rows = try begin()
            return try decodeRows(count, into: out)
        case .own(let pixels): try pixels.readRows(count, into: out)
        case .library:
            try check(kc_jpeg_reader_rows(reader, out.baseAddress?.assumingMemoryBound(to: UInt8.self), count))
        }
    }

    func finish() throws(CodecError) {
        if case .own(let pixels) = rows { return try pixels.finish() }
        try check(kc_jpeg_reader_finish(reader))
    }

    private func begin() throws(CodecError) -> Rows {
        if let pixels = try ownPixels() {
            source.putBack(kc_jpeg_reader_leave(reader))
            return .own(pixels)
        }
        try check(kc_jpeg_reader_start(reader))
        return .library
    }

    /// nil where libjpeg has to read them.
    private func ownPixels() throws(CodecError) -> JPEGPixelReader? {
        var components = [kc_jpeg_component](repeating: kc_jpeg_component(), count: 3)
        var interval: UInt32 = 0
        guard kc_jpeg_reader_scan(reader, &components, &interval) else { return nil }
        return try JPEGPixelReader(
            source, Array(components.prefix(header.channels.count)), interval: Int(interval), size: header.size,
            lanes: highestLanes(), limits: limits)
    }

    private func check(_ status: kc_status) throws(CodecError) {
        if status != KC_OK {
            throw kc_jpeg_reader_report(reader).pointee.error(.jpeg, limits: limits, failure: source.failure)
        }
    }
}
