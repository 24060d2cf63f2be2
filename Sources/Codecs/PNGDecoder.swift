import CImageCodecs
import Pixels

/// PNG rows. Packed and palette samples become 8-bit ones and tRNS becomes alpha; colour is left as it is stored.
final class PNGDecoder: RowDecoder {
    private let source: ByteSource
    private let limits: Limits
    private let reader: OpaquePointer
    private(set) var header: PictureHeader
    private var hasStarted = false

    /// `isWhole` is false for the excerpt `PNGTrailer` makes.
    init(_ source: ByteSource, limits: Limits, isWhole: Bool = true) throws(CodecError) {
        let trailer = isWhole ? try PNGTrailer(source, limits: limits) : nil
        self.source = source
        self.limits = limits
        let context = Unmanaged.passUnretained(source).toOpaque()
        guard let reader = kc_png_reader_create(context, refillFromSource, limits.forC) else { throw .outOfMemory }
        self.reader = reader
        var found = kc_png_header()
        guard kc_png_reader_header(reader, &found) == KC_OK else {
            let error = kc_png_reader_report(reader).pointee.error(.png, limits: limits, failure: source.failure)
            kc_png_reader_destroy(reader)
            throw error
        }
        header = PictureHeader(
            size: Size(width: Int(found.width), height: Int(found.height)),
            channels: Channels(pngCount: found.channels),
            depth: found.bits == 16 ? .uint16 : .uint8, metadata: Metadata(png: found, reader: reader))
        // From here on deinit runs, also when the next lines throw.
        try limits.check(header)
        if found.interlaced { try limits.checkWhole(header) }
        if let trailer {
            header.metadata.texts += trailer.texts
            header.metadata.exif = header.metadata.exif ?? trailer.exif
        }
    }

    deinit { kc_png_reader_destroy(reader) }

    var warnings: [String] { kc_png_reader_report(reader).pointee.warningLines }

    func decodeRows(_ count: Int, into out: UnsafeMutableRawBufferPointer) throws(CodecError) {
        if !hasStarted {
            hasStarted = true
            try check(kc_png_reader_start(reader))
        }
        try check(kc_png_reader_rows(reader, out.baseAddress?.assumingMemoryBound(to: UInt8.self), count))
    }

    func finish() throws(CodecError) {
        try check(kc_png_reader_finish(reader))
        header.metadata.texts = Metadata.texts(of: reader)
        header.metadata.exif = Metadata.exif(of: reader)
    }

    private func check(_ status: kc_status) throws(CodecError) {
        if status != KC_OK {
            throw kc_png_reader_report(reader).pointee.error(.png, limits: limits, failure: source.failure)
        }
    }
}

extension Channels {
    fileprivate init(pngCount: UInt32) {
        switch pngCount {
        case 1: self = .gray
        case 2: self = .grayAlpha
        case 3: self = .rgb
        default: self = .rgba
        }
    }
}

extension Metadata {
    fileprivate init(png: kc_png_header, reader: OpaquePointer) {
        self.init(exif: Self.exif(of: reader), texts: Self.texts(of: reader))
        var count = 0
        if let icc = kc_png_reader_icc(reader, &count), count > 0 {
            iccProfile = Array(UnsafeBufferPointer(start: icc, count: count))
        }
        if png.has_density, png.density_x > 0, png.density_y > 0 {
            density = Density(
                x: Int(png.density_x), y: Int(png.density_y), unit: png.density_in_metres ? .metre : .aspect)
        }
        if png.srgb_intent >= 0 {
            colorimetry = .sRGB(intent: Int(png.srgb_intent))
        } else if png.gamma > 0 || png.has_chromaticities {
            colorimetry = .measured(
                gamma: png.gamma > 0 ? Int(png.gamma) : nil,
                chromaticities: png.has_chromaticities ? png.chromaticityList : nil)
        }
    }

    fileprivate static func exif(of reader: OpaquePointer) -> [UInt8]? {
        var count = 0
        guard let exif = kc_png_reader_exif(reader, &count), count > 0 else { return nil }
        return Array(UnsafeBufferPointer(start: exif, count: count))
    }

    fileprivate static func texts(of reader: OpaquePointer) -> [Text] {
        (0..<kc_png_reader_text_count(reader)).compactMap { index in
            let text = kc_png_reader_text(reader, index)
            guard let keyword = text.keyword else { return nil }
            let bytes = UnsafeRawBufferPointer(start: text.text, count: text.text == nil ? 0 : text.text_length)
            return Text(
                keyword: String(latin1: UnsafeRawBufferPointer(start: keyword, count: keyword.length)),
                text: text.is_utf8 ? String(decoding: bytes, as: UTF8.self) : String(latin1: bytes),
                language: text.is_utf8 ? text.language.map { String(cString: $0) } ?? "" : "")
        }
    }
}

extension kc_png_header {
    fileprivate var chromaticityList: [Int] {
        withUnsafeBytes(of: chromaticities) { $0.bindMemory(to: Int32.self).map(Int.init) }
    }
}

extension UnsafePointer<CChar> {
    /// Characters before the zero.
    fileprivate var length: Int {
        var count = 0
        while self[count] != 0 { count += 1 }
        return count
    }
}

extension String {
    /// Text in ISO 8859-1, where every byte is its own Unicode scalar.
    init(latin1 bytes: some Sequence<UInt8>) {
        self = String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    }

    /// The text's ISO 8859-1 bytes, or nil where it has other characters.
    var latin1: [UInt8]? {
        var bytes: [UInt8] = []
        for scalar in unicodeScalars {
            guard let byte = UInt8(exactly: scalar.value) else { return nil }
            bytes.append(byte)
        }
        return bytes
    }
}
