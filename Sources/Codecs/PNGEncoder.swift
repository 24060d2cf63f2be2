import CImageCodecs
import Pixels

/// Writes 8- and 16-bit grey, RGB and either with alpha; never a palette, never interlaced.
///
/// libpng writes everything around the pixels.
final class PNGEncoder: RowEncoder {
    private let sink: ByteSink
    private let writer: OpaquePointer
    private let pixels: PNGPixelWriter
    private var ownWarnings: [String] = []

    init(_ header: PictureHeader, options: EncodingOptions, sink: ByteSink) throws(CodecError) {
        guard header.size.width <= Int(Int32.max), header.size.height <= Int(Int32.max) else {
            throw .cannotStoreSize(.png, header.size)
        }
        self.sink = sink
        pixels = try PNGPixelWriter(header, options: options, sink: sink)
        let context = Unmanaged.passUnretained(sink).toOpaque()
        guard let writer = kc_png_writer_create(context, drainToSink) else { throw .outOfMemory }
        self.writer = writer
        var fields = kc_png_header(header)
        try check(kc_png_writer_header(writer, &fields))
        try write(header.metadata, channels: header.channels)
        try check(kc_png_writer_start(writer))
    }

    deinit { kc_png_writer_destroy(writer) }

    var warnings: [String] { ownWarnings + kc_png_writer_report(writer).pointee.warningLines }

    var backlog: (any Backlog)? { pixels.backlog }

    func encodeRows(_ count: Int, from rows: UnsafeRawBufferPointer) throws(CodecError) {
        try pixels.add(count, from: rows)
    }

    func finish() throws(CodecError) {
        try pixels.finish()
        try check(kc_png_writer_finish(writer))
    }

    private func write(_ metadata: Metadata, channels: Channels) throws(CodecError) {
        if let profile = metadata.iccProfile(fitting: channels) {
            try check(kc_png_writer_icc(writer, profile, profile.count))
        } else if metadata.iccProfile != nil {
            ownWarnings.append("the ICC profile describes other channels and was left out")
        }
        if let exif = metadata.exif, !exif.isEmpty { try check(kc_png_writer_exif(writer, exif, exif.count)) }
        for text in metadata.texts { try write(text) }
    }

    private func write(_ text: Metadata.Text) throws(CodecError) {
        guard let keyword = text.keyword.latin1, (1...79).contains(keyword.count), !keyword.contains(0) else {
            ownWarnings.append("the text '\(text.keyword)' has a keyword PNG does not allow and was left out")
            return
        }
        let latin1 = text.language.isEmpty && text.keyword != Metadata.Text.xmpKeyword ? text.text.latin1 : nil
        let bytes = (latin1 ?? Array(text.text.utf8)).filter { $0 != 0 }
        let status = (keyword + [0]).withCString { keyword in
            (bytes + [0]).withCString { characters in
                text.language.withCString { language in
                    var chunk = kc_png_text(
                        keyword: keyword, text: characters, text_length: bytes.count, language: language,
                        is_utf8: latin1 == nil)
                    return kc_png_writer_text(writer, &chunk)
                }
            }
        }
        try check(status)
    }

    private func check(_ status: kc_status) throws(CodecError) {
        if status != KC_OK {
            throw kc_png_writer_report(writer).pointee.error(.png, limits: Limits(), failure: sink.failure)
        }
    }
}

extension Metadata.Text {
    /// The keyword under which PNG keeps XMP; JPEG's XMP segment becomes a text of this name.
    static let xmpKeyword = "XML:com.adobe.xmp"
}

extension Metadata {
    /// The ICC profile, if it describes pictures with these channels.
    func iccProfile(fitting channels: Channels) -> [UInt8]? {
        guard let iccProfile, iccProfile.count >= 20 else { return nil }
        let space = channels.colorCount == 1 ? "GRAY" : "RGB "
        return Array(iccProfile[16..<20]) == Array(space.utf8) ? iccProfile : nil
    }

    /// Density in PNG's terms: samples per metre, or their ratio.
    fileprivate var pngDensity: (x: UInt32, y: UInt32, inMetres: Bool)? {
        guard let density else { return nil }
        func perMetre(_ value: Int) -> Double {
            switch density.unit {
            case .inch: Double(value) / 0.0254
            case .centimetre: Double(value) * 100
            case .aspect, .metre: Double(value)
            }
        }
        let x = perMetre(density.x).rounded()
        let y = perMetre(density.y).rounded()
        guard (1...Double(Int32.max)).contains(x), (1...Double(Int32.max)).contains(y) else { return nil }
        return (UInt32(x), UInt32(y), density.unit != .aspect)
    }
}

extension kc_png_header {
    fileprivate init(_ header: PictureHeader) {
        self.init()
        width = UInt32(header.size.width)
        height = UInt32(header.size.height)
        channels = UInt32(header.channels.count)
        bits = header.depth == .uint16 ? 16 : 8
        srgb_intent = -1
        if let density = header.metadata.pngDensity {
            has_density = true
            density_in_metres = density.inMetres
            density_x = density.x
            density_y = density.y
        }
        guard header.metadata.iccProfile(fitting: header.channels) == nil else { return }
        switch header.metadata.colorimetry {
        case .sRGB(let intent): srgb_intent = Int32(clamping: intent)
        case .measured(let gamma, let values):
            self.gamma = Int32(clamping: gamma ?? 0)
            if let values, values.count == 8 {
                has_chromaticities = true
                withUnsafeMutableBytes(of: &chromaticities) { raw in
                    let slots = raw.bindMemory(to: Int32.self)
                    for (slot, value) in zip(slots.indices, values) { slots[slot] = Int32(clamping: value) }
                }
            }
        case nil: break
        }
    }
}

extension [UInt8] {
    /// The bytes as a C string; they end in a zero already.
    fileprivate func withCString<Result>(_ body: (UnsafePointer<CChar>?) -> Result) -> Result {
        withUnsafeBytes { body($0.bindMemory(to: CChar.self).baseAddress) }
    }
}
