#if WebP
    import CImageCodecs
    import Pixels

    #if canImport(Glibc)
        import Glibc
    #else
        import Darwin
    #endif

    /// WebP rows, lossy or lossless. The file and the picture are held whole; animations are refused.
    final class WebPDecoder: RowDecoder {
        private let file: [UInt8]
        private let limits: Limits
        private let found: kc_webp_header
        let header: PictureHeader
        let warnings: [String] = []
        private var picture: [UInt8] = []
        private var rowsDone = 0

        init(_ source: ByteSource, limits: Limits) throws(CodecError) {
            let file = try source.readAll(most: limits.maxMemory)
            self.file = file
            self.limits = limits
            var found = kc_webp_header()
            var report = kc_report()
            guard kc_webp_read_header(file, file.count, &found, &report) == KC_OK else {
                throw report.error(.webp, limits: limits, failure: nil)
            }
            self.found = found
            header = PictureHeader(
                size: Size(width: Int(found.width), height: Int(found.height)),
                channels: found.has_alpha ? .rgba : .rgb, depth: .uint8,
                metadata: try Metadata(webp: file, limits: limits))
            try limits.check(header)
            try limits.checkWhole(header)
        }

        func decodeRows(_ count: Int, into out: UnsafeMutableRawBufferPointer) throws(CodecError) {
            let stride = header.bytesPerRow
            if picture.isEmpty { picture = try decoded(stride * header.size.height) }
            out.copyBytes(from: picture[(rowsDone * stride)..<((rowsDone + count) * stride)])
            rowsDone += count
        }

        func finish() {}

        private func decoded(_ size: Int) throws(CodecError) -> [UInt8] {
            var fields = found
            var report = kc_report()
            var status = KC_OK
            let rows = [UInt8](unsafeUninitializedCapacity: size) { room, count in
                status = kc_webp_read_rows(file, file.count, &fields, room.baseAddress, &report)
                count = status == KC_OK ? size : 0
            }
            if status != KC_OK { throw report.error(.webp, limits: limits, failure: nil) }
            return rows
        }
    }

    extension Metadata {
        fileprivate init(webp file: [UInt8], limits: Limits) throws(CodecError) {
            self.init()
            iccProfile = try Self.block(KC_WEBP_ICC, of: file, limits)
            if let block = try Self.block(KC_WEBP_EXIF, of: file, limits) {
                // Some writers put JPEG's mark in front.
                let mark = JPEGSegments.exifMark
                exif = block.starts(with: mark) ? Array(block.dropFirst(mark.count)) : block
            }
            if let xmp = try Self.block(KC_WEBP_XMP, of: file, limits) {
                texts = [Text(keyword: Text.xmpKeyword, text: String(decoding: xmp, as: UTF8.self))]
            }
        }

        private static func block(
            _ block: some BinaryInteger, of file: [UInt8], _ limits: Limits
        ) throws(CodecError) -> [UInt8]? {
            var count = 0
            guard let bytes = kc_webp_read_block(file, file.count, Int32(block), &count) else { return nil }
            defer { free(bytes) }
            guard count <= limits.maxChunkBytes else {
                throw .overLimit(.chunkBytes, found: count, allowed: limits.maxChunkBytes)
            }
            return count == 0 ? nil : Array(UnsafeBufferPointer(start: bytes, count: count))
        }
    }
#endif
