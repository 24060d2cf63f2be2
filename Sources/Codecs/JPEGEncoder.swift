import CImageCodecs
import Pixels

/// Writes baseline JPEG, grey or YCbCr; quality and sampling are the input's own where it was a JPEG.
final class JPEGEncoder: RowEncoder {
    private static let defaultQuality = 90
    private static let largestSide = 65500

    private let sink: ByteSink
    /// Makes the head; the strips have their own.
    private let writer: OpaquePointer
    private let pixels: JPEGPixels
    private var ownWarnings: [String] = []

    init(_ header: PictureHeader, options: EncodingOptions, sink: ByteSink) throws(CodecError) {
        guard max(header.size.width, header.size.height) <= Self.largestSide else {
            throw .cannotStoreSize(.jpeg, header.size)
        }
        self.sink = sink
        let kept = header.metadata.jpeg
        var fields = kc_jpeg_header(header)
        fields.quality = Int32(options.jpegQuality ?? min(max(kept?.quality ?? Self.defaultQuality, 1), 100))
        let sampling = (options.jpegSampling ?? kept?.sampling ?? .s420).factors
        fields.luma_h = Int32(sampling.h)
        fields.luma_v = Int32(sampling.v)
        let layout = JPEGStripLayout(header, sampling: sampling)
        guard let writer = kc_jpeg_writer_create() else { throw .outOfMemory }
        self.writer = writer
        let status = kc_jpeg_writer_start(writer, &fields, UInt32(layout.restartInterval))
        var components = [kc_jpeg_component](repeating: kc_jpeg_component(), count: header.channels.count)
        if status == KC_OK { kc_jpeg_writer_scan(writer, &components) }
        pixels = JPEGPixels(header, layout, components: components, threads: options.threads, sink: sink)
        try check(status)
        try write(header.metadata, channels: header.channels)
        var head: UnsafePointer<UInt8>?
        var count = 0
        try check(kc_jpeg_writer_head(writer, &head, &count))
        try sink.write(UnsafeRawBufferPointer(start: head, count: count))
    }

    deinit { kc_jpeg_writer_destroy(writer) }

    var warnings: [String] { ownWarnings + kc_jpeg_writer_report(writer).pointee.warningLines }

    var backlog: (any Backlog)? { pixels.backlog }

    func encodeRows(_ count: Int, from rows: UnsafeRawBufferPointer) throws(CodecError) {
        try pixels.add(count, from: rows)
    }

    func finish() throws(CodecError) {
        try pixels.finish()
        try sink.write([0xFF, JPEGSegments.endOfImage])
    }

    private func write(_ metadata: Metadata, channels: Channels) throws(CodecError) {
        if let exif = metadata.exif, !exif.isEmpty {
            try segment(JPEGSegments.app1, JPEGSegments.exifMark + exif, what: "the EXIF block")
        }
        if let profile = metadata.iccProfile(fitting: channels) {
            try write(profile: profile)
        } else if metadata.iccProfile != nil {
            ownWarnings.append("the ICC profile describes other channels and was left out")
        }
        for text in metadata.texts {
            if text.keyword == Metadata.Text.xmpKeyword {
                try segment(JPEGSegments.app1, JPEGSegments.xmpMark + Array(text.text.utf8), what: "the XMP block")
            } else {
                // A JPEG comment has no keyword of its own: other texts carry theirs in front.
                let line = text.keyword == "Comment" ? text.text : "\(text.keyword): \(text.text)"
                try segment(JPEGSegments.comment, Array(line.utf8), what: "the text '\(text.keyword)'")
            }
        }
    }

    private func write(profile: [UInt8]) throws(CodecError) {
        let room = JPEGSegments.room - JPEGSegments.profileMark.count - 2
        let total = (profile.count + room - 1) / room
        guard total <= 255 else {
            ownWarnings.append("the ICC profile is too long for a JPEG and was left out")
            return
        }
        for index in 0..<total {
            let piece = profile[(index * room)..<min(profile.count, (index + 1) * room)]
            let bytes = JPEGSegments.profileMark + [UInt8(index + 1), UInt8(total)] + piece
            try segment(JPEGSegments.app2, bytes, what: "the ICC profile")
        }
    }

    private func segment(_ marker: Int32, _ bytes: [UInt8], what: String) throws(CodecError) {
        guard bytes.count <= JPEGSegments.room else {
            ownWarnings.append("\(what) is too long for a JPEG and was left out")
            return
        }
        try check(kc_jpeg_writer_segment(writer, marker, bytes, bytes.count))
    }

    private func check(_ status: kc_status) throws(CodecError) {
        if status != KC_OK {
            throw kc_jpeg_writer_report(writer).pointee.error(.jpeg, limits: Limits(), failure: nil)
        }
    }
}

extension kc_jpeg_header {
    fileprivate init(_ header: PictureHeader) {
        self.init()
        width = UInt32(header.size.width)
        height = UInt32(header.size.height)
        channels = UInt32(header.channels.count)
        density_unit = -1
        guard let density = header.metadata.density else { return }
        // JFIF knows no metres, and holds 16 bits.
        let isMetres = density.unit == .metre
        let x = isMetres ? (Double(density.x) * 0.0254).rounded() : Double(density.x)
        let y = isMetres ? (Double(density.y) * 0.0254).rounded() : Double(density.y)
        guard (1...65535).contains(x), (1...65535).contains(y) else { return }
        density_unit =
            switch density.unit {
            case .aspect: 0
            case .inch, .metre: 1
            case .centimetre: 2
            }
        density_x = Int32(x)
        density_y = Int32(y)
    }
}
