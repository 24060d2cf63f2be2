#if WebP
    import CImageCodecs
    import Pixels

    #if canImport(Glibc)
        import Glibc
    #else
        import Darwin
    #endif

    /// Writes WebP: without loss, or with the quality that was asked for. Grey is written as RGB, for there is no grey WebP.
    /// The picture is held whole.
    final class WebPEncoder: RowEncoder {
        private static let largestSide = 16383

        private let sink: ByteSink
        private let header: PictureHeader
        private let options: EncodingOptions
        private(set) var warnings: [String] = []
        private var rows: [UInt8] = []

        init(_ header: PictureHeader, options: EncodingOptions, sink: ByteSink) throws(CodecError) {
            guard max(header.size.width, header.size.height) <= Self.largestSide else {
                throw .cannotStoreSize(.webp, header.size)
            }
            self.sink = sink
            self.header = header
            self.options = options
            let stored = header.channels.hasAlpha ? 4 : 3
            try Limits(maxMemory: options.maxMemory).checkMemory([header.size.width, header.size.height, stored])
            if header.metadata.iccProfile != nil, profile == nil {
                warnings.append("the ICC profile describes other channels and was left out")
            }
            if header.metadata.texts.contains(where: { $0.keyword != Metadata.Text.xmpKeyword }) {
                warnings.append("WebP has no room for texts")
            }
            if header.metadata.density != nil, header.metadata.exif == nil {
                warnings.append("WebP has no room for the density")
            }
        }

        func encodeRows(_ count: Int, from rows: UnsafeRawBufferPointer) throws(CodecError) {
            guard header.channels.colorCount == 1 else {
                self.rows.append(contentsOf: rows)
                return
            }
            let step = header.channels.count
            for place in stride(from: 0, to: rows.count, by: step) {
                for _ in 0..<3 { self.rows.append(rows[place]) }
                if step == 2 { self.rows.append(rows[place + 1]) }
            }
        }

        func finish() throws(CodecError) {
            var fields = kc_webp_header()
            fields.width = UInt32(header.size.width)
            fields.height = UInt32(header.size.height)
            fields.has_alpha = header.channels.hasAlpha
            let xmp = header.metadata.texts.first { $0.keyword == Metadata.Text.xmpKeyword }
            let blocks = [profile ?? [], header.metadata.exif ?? [], xmp.map { Array($0.text.utf8) } ?? []]
            var report = kc_report()
            var count = 0
            let file = Self.lending(blocks) { blocks in
                kc_webp_write(
                    rows, &fields, Int32(options.jpegQuality ?? 0), Int32(min(options.effort, 6)), blocks, &count,
                    &report)
            }
            guard let file else { throw report.error(.webp, limits: Limits(), failure: nil) }
            defer { free(file) }
            try sink.write(UnsafeRawBufferPointer(start: file, count: count))
        }

        private var profile: [UInt8]? { header.metadata.iccProfile(fitting: header.channels.hasAlpha ? .rgba : .rgb) }

        private static func lending<Result>(
            _ blocks: [[UInt8]], _ body: ([kc_webp_block]) -> Result
        ) -> Result {
            blocks[0].withUnsafeBufferPointer { icc in
                blocks[1].withUnsafeBufferPointer { exif in
                    blocks[2].withUnsafeBufferPointer { xmp in
                        body([icc, exif, xmp].map { kc_webp_block(bytes: $0.baseAddress, count: $0.count) })
                    }
                }
            }
        }
    }
#endif
