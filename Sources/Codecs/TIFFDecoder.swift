#if TIFF
    import CImageCodecs
    import Pixels

    // A TIFF is a directory of tags that point anywhere into the file. libtiff reads it; strips with whole pixels stream,
    // tiles and strips of single channels are held a band at a time. From a pipe the file itself is held.

    /// TIFF rows: bilevel, grey, palette and RGB, 1 to 16 bits or floats, with alpha; of several pages the first.
    final class TIFFDecoder: RowDecoder {
        private let source: ByteSource
        private let limits: Limits
        private let reader: OpaquePointer
        let header: PictureHeader
        private var rowsDone = 0

        init(_ stream: ByteSource, limits: Limits) throws(CodecError) {
            let source =
                stream.canReadAhead ? stream : ByteSource(bytes: try stream.readAll(most: limits.maxMemory))
            self.source = source
            self.limits = limits
            let context = Unmanaged.passUnretained(source).toOpaque()
            guard let size = source.remaining,
                let reader = kc_tiff_reader_create(context, readFromSource, UInt64(size), limits.forC)
            else { throw .outOfMemory }
            self.reader = reader
            var found = kc_tiff_header()
            guard kc_tiff_reader_header(reader, &found) == KC_OK else {
                let error = kc_tiff_reader_report(reader).pointee.error(.tiff, limits: limits, failure: source.failure)
                kc_tiff_reader_destroy(reader)
                throw error
            }
            header = PictureHeader(
                size: Size(width: Int(found.width), height: Int(found.height)),
                channels: Channels(found), depth: found.bits == 8 ? .uint8 : found.bits == 16 ? .uint16 : .float32,
                metadata: Metadata(found, reader))
            // From here on deinit runs, also when the next lines throw.
            try limits.check(header)
            try limits.checkMemory([Int(clamping: found.held_bytes)])
            if let profile = header.metadata.iccProfile, profile.count > limits.maxChunkBytes {
                throw .overLimit(.chunkBytes, found: profile.count, allowed: limits.maxChunkBytes)
            }
        }

        deinit { kc_tiff_reader_destroy(reader) }

        var warnings: [String] { kc_tiff_reader_report(reader).pointee.warningLines }

        func decodeRows(_ count: Int, into out: UnsafeMutableRawBufferPointer) throws(CodecError) {
            let start = out.baseAddress?.assumingMemoryBound(to: UInt8.self)
            guard kc_tiff_reader_rows(reader, start, count) == KC_OK else {
                throw kc_tiff_reader_report(reader).pointee.error(.tiff, limits: limits, failure: source.failure)
            }
            if header.depth == .float32 {
                for index in 0..<count {
                    try out.row(index, stride: header.bytesPerRow)
                        .checkFinite(.tiff, row: rowsDone + index, channels: header.channels.count)
                }
            }
            rowsDone += count
        }

        func finish() {}
    }

    private let readFromSource: kc_read_at = { context, place, bytes, count in
        guard let context else { return -1 }
        let source = Unmanaged<ByteSource>.fromOpaque(context).takeUnretainedValue()
        guard let place = Int(exactly: place) else { return 0 }
        do throws(CodecError) {
            return try source.read(at: place, into: UnsafeMutableRawBufferPointer(start: bytes, count: count))
        } catch {
            source.failure = error
            return -1
        }
    }

    extension Channels {
        fileprivate init(_ found: kc_tiff_header) {
            switch (found.colours, found.has_alpha) {
            case (1, false): self = .gray
            case (1, true): self = .grayAlpha
            case (_, false): self = .rgb
            case (_, true): self = .rgba
            }
        }
    }

    extension Metadata {
        /// TIFF's tags for texts, by the keywords PNG has for them.
        static let tiffTexts: [(tag: Int32, keyword: String)] = [
            (Int32(KC_TIFF_DESCRIPTION), "Description"), (Int32(KC_TIFF_SOFTWARE), "Software"),
            (Int32(KC_TIFF_ARTIST), "Author"), (Int32(KC_TIFF_COPYRIGHT), "Copyright"),
            (Int32(KC_TIFF_XMP), Text.xmpKeyword),
        ]

        fileprivate init(_ found: kc_tiff_header, _ reader: OpaquePointer) {
            self.init()
            var count = 0
            if let profile = kc_tiff_reader_icc(reader, &count), count > 0 {
                iccProfile = Array(UnsafeBufferPointer(start: profile, count: count))
            }
            for (tag, keyword) in Self.tiffTexts {
                guard let bytes = kc_tiff_reader_text(reader, tag, &count), count > 0 else { continue }
                let text = String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
                texts.append(Text(keyword: keyword, text: text))
            }
            if let orientation = Orientation(rawValue: UInt8(clamping: found.orientation)), orientation != .upright {
                exif = Metadata.exif(orientation)
            }
            let (x, y) = (found.density_x.rounded(), found.density_y.rounded())
            if (2...3).contains(found.density_unit), x >= 1, y >= 1, x < 1e9, y < 1e9 {
                density = Density(x: Int(x), y: Int(y), unit: found.density_unit == 2 ? .inch : .centimetre)
            }
        }
    }
#endif
