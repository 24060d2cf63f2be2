#if TIFF
    import CImageCodecs
    import Pixels

    /// Writes strips packed as zlib does after a predictor, or as they are with effort 0. The packed file is held, because
    /// its directory points into it.
    final class TIFFEncoder: RowEncoder {
        private let sink: ByteSink
        private let writer: OpaquePointer
        private let memory: Int
        private var ownWarnings: [String] = []

        init(_ header: PictureHeader, options: EncodingOptions, sink: ByteSink) throws(CodecError) {
            guard header.size.width <= Int(Int32.max), header.size.height <= Int(Int32.max) else {
                throw .cannotStoreSize(.tiff, header.size)
            }
            self.sink = sink
            memory = options.maxMemory
            var fields = kc_tiff_header(header)
            guard let writer = kc_tiff_writer_create(&fields, Int32(options.effort), UInt64(max(0, memory))) else {
                throw .outOfMemory
            }
            self.writer = writer
            try write(header.metadata, channels: header.channels)
        }

        deinit { kc_tiff_writer_destroy(writer) }

        var warnings: [String] { ownWarnings + kc_tiff_writer_report(writer).pointee.warningLines }

        func encodeRows(_ count: Int, from rows: UnsafeRawBufferPointer) throws(CodecError) {
            try check(kc_tiff_writer_rows(writer, rows.baseAddress?.assumingMemoryBound(to: UInt8.self), count))
        }

        func finish() throws(CodecError) {
            var bytes: UnsafePointer<UInt8>?
            var count = 0
            try check(kc_tiff_writer_finish(writer, &bytes, &count))
            try sink.write(UnsafeRawBufferPointer(start: bytes, count: count))
        }

        private func write(_ metadata: Metadata, channels: Channels) throws(CodecError) {
            if let profile = metadata.iccProfile(fitting: channels) {
                try check(kc_tiff_writer_icc(writer, profile, profile.count))
            } else if metadata.iccProfile != nil {
                ownWarnings.append("the ICC profile describes other channels and was left out")
            }
            if let exif = metadata.exif, exif != Metadata.exif(metadata.orientation) {
                ownWarnings.append("of EXIF, only how the picture lies and its density go into a TIFF")
            }
            for text in metadata.texts {
                guard let tag = Metadata.tiffTexts.first(where: { $0.keyword == text.keyword })?.tag else {
                    ownWarnings.append("TIFF has no place for the text '\(text.keyword.printable)'")
                    continue
                }
                let bytes = text.text.utf8.map { CChar(bitPattern: $0) } + [0]
                try check(kc_tiff_writer_text(writer, tag, bytes, bytes.count - 1))
            }
        }

        private func check(_ status: kc_status) throws(CodecError) {
            if status != KC_OK {
                throw kc_tiff_writer_report(writer).pointee
                    .error(.tiff, limits: Limits(maxMemory: memory), failure: nil)
            }
        }
    }

    extension kc_tiff_header {
        fileprivate init(_ header: PictureHeader) {
            self.init()
            width = UInt32(header.size.width)
            height = UInt32(header.size.height)
            colours = UInt32(header.channels.colorCount)
            has_alpha = header.channels.hasAlpha
            bits = UInt32(header.depth.bytesPerSample * 8)
            orientation = UInt16(header.metadata.orientation.rawValue)
            guard let density = header.metadata.density else { return }
            // TIFF knows no metres.
            let share: Float = density.unit == .metre ? 0.01 : 1
            density_unit =
                switch density.unit {
                case .aspect: 1
                case .inch: 2
                case .centimetre, .metre: 3
                }
            density_x = Float(density.x) * share
            density_y = Float(density.y) * share
        }
    }
#endif
