import CImageCodecs
import Pixels

/// JPEG rows: grey stays grey, YCbCr and CMYK become RGB. A progressive file's coefficients are held whole.
final class JPEGDecoder: RowDecoder {
    private let source: ByteSource
    private let limits: Limits
    private let reader: OpaquePointer
    let header: PictureHeader
    private let ownWarnings: [String]
    private var hasStarted = false

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

    var warnings: [String] { ownWarnings + kc_jpeg_reader_report(reader).pointee.warningLines }

    func decodeRows(_ count: Int, into out: UnsafeMutableRawBufferPointer) throws(CodecError) {
        if !hasStarted {
            hasStarted = true
            try check(kc_jpeg_reader_start(reader))
        }
        try check(kc_jpeg_reader_rows(reader, out.baseAddress?.assumingMemoryBound(to: UInt8.self), count))
    }

    func finish() throws(CodecError) { try check(kc_jpeg_reader_finish(reader)) }

    private func check(_ status: kc_status) throws(CodecError) {
        if status != KC_OK {
            throw kc_jpeg_reader_report(reader).pointee.error(.jpeg, limits: limits, failure: source.failure)
        }
    }
}
