import CImageCodecs
import CLanes
import Pixels

/// PNG rows. Packed and palette samples become 8-bit ones and tRNS becomes alpha; colour is left as it is stored.
///
/// libpng reads what stands in front of the pixels, and interlaced pictures; other pixels are `PNGPixelReader`'s.
final class PNGDecoder: RowDecoder {
    private enum Rows {
        case notBegun
        case streamed(PNGPixelReader)
        case interlaced(UnsafePointer<UInt8>)
    }

    private let source: ByteSource
    private let limits: Limits
    private let reader: OpaquePointer
    private let isInterlaced: Bool
    private let samples: PNGSamples
    private let lanes: UnsafePointer<kern_lanes>
    /// The file's first bytes, where what is behind the pixels could not be read ahead.
    private let front: [UInt8]?
    private(set) var header: PictureHeader
    private var rows = Rows.notBegun
    private var rowsDone = 0
    private var ownWarnings: [String] = []

    /// `isWhole` is false for the excerpt `PNGTrailer` makes.
    init(
        _ source: ByteSource, limits: Limits, isWhole: Bool = true, readsIndices: Bool = false,
        lanes: UnsafePointer<kern_lanes> = highestLanes()
    ) throws(CodecError) {
        let canReadAhead = source.canReadAhead
        let trailer = isWhole && canReadAhead ? try PNGTrailer(ahead: source, limits: limits) : nil
        front = canReadAhead ? nil : try source.peek(PNGTrailer.frontSize)
        self.source = source
        self.limits = limits
        self.lanes = lanes
        let context = Unmanaged.passUnretained(source).toOpaque()
        guard let reader = kc_png_reader_create(context, refillFromSource, limits.forC) else { throw .outOfMemory }
        self.reader = reader
        var found = kc_png_header()
        guard kc_png_reader_header(reader, &found) == KC_OK, let storage = kc_png_reader_storage(reader) else {
            let error = kc_png_reader_report(reader).pointee.error(.png, limits: limits, failure: source.failure)
            kc_png_reader_destroy(reader)
            throw error
        }
        isInterlaced = found.interlaced
        if readsIndices && PNGSamples.hasIndices(storage) { found.channels = 1 }
        samples = PNGSamples(
            storage, width: Int(found.width), channels: Int(found.channels), readsIndices: readsIndices, lanes: lanes)
        header = PictureHeader(
            size: Size(width: Int(found.width), height: Int(found.height)),
            channels: Channels(pngCount: found.channels),
            depth: found.bits == 16 ? .uint16 : .uint8, metadata: Metadata(png: found, reader: reader))
        // From here on deinit runs, also when the next lines throw.
        try limits.check(header)
        if found.interlaced { try limits.checkWhole(header) }
        if let trailer { add(trailer) }
    }

    deinit { kc_png_reader_destroy(reader) }

    var warnings: [String] { kc_png_reader_report(reader).pointee.warningLines + ownWarnings }

    func decodeRows(_ count: Int, into out: UnsafeMutableRawBufferPointer) throws(CodecError) {
        let storedBytes = kc_png_reader_storage(reader).pointee.row_bytes
        switch rows {
        case .notBegun:
            rows = isInterlaced ? try readInterlaced() : .streamed(try beginPixels(storedBytes))
            return try decodeRows(count, into: out)
        case .streamed(let pixels) where samples.areAsStored:
            try pixels.readRows(count, into: out)
        case .streamed(let pixels):
            for index in 0..<count {
                try samples.convert(try pixels.readRow(), into: out.row(index, stride: header.bytesPerRow))
            }
        case .interlaced(let whole):
            for index in 0..<count {
                let row = UnsafeRawBufferPointer(start: whole + (rowsDone + index) * storedBytes, count: storedBytes)
                try samples.convert(row, into: out.row(index, stride: header.bytesPerRow))
            }
        }
        rowsDone += count
    }

    func finish() throws(CodecError) {
        guard case .streamed(let pixels) = rows else {
            try check(kc_png_reader_finish(reader))
            header.metadata.texts = Metadata.texts(of: reader)
            header.metadata.exif = Metadata.exif(of: reader)
            return
        }
        let trailer = try PNGTrailer(behind: try pixels.finish(), front: front, limits: limits)
        ownWarnings += pixels.warnings + trailer.warnings
        add(trailer)
    }

    /// Takes over from libpng, which stops in front of the first data of the pixels.
    private func beginPixels(_ rowBytes: Int) throws(CodecError) -> PNGPixelReader {
        var head = [UInt8](repeating: 0, count: PNGChunkHead.size)
        source.putBack(kc_png_reader_leave(reader, &head))
        return try PNGPixelReader(
            PNGChunks(source, inside: PNGChunkHead(head)), rowBytes: rowBytes, rows: header.size.height,
            step: samples.step, lanes: lanes, limits: limits)
    }

    private func readInterlaced() throws(CodecError) -> Rows {
        guard let whole = kc_png_reader_interlaced(reader) else {
            throw kc_png_reader_report(reader).pointee.error(.png, limits: limits, failure: source.failure)
        }
        return .interlaced(whole)
    }

    private func add(_ trailer: PNGTrailer) {
        header.metadata.texts += trailer.texts
        header.metadata.exif = header.metadata.exif ?? trailer.exif
    }

    private func check(_ status: kc_status) throws(CodecError) {
        if status != KC_OK {
            throw kc_png_reader_report(reader).pointee.error(.png, limits: limits, failure: source.failure)
        }
    }
}

/// The highest instruction level this machine has: all give the same bytes.
func highestLanes() -> UnsafePointer<kern_lanes> {
    var count = 0
    guard let all = kern_lanes_available(&count), let highest = all[count - 1] else {
        preconditionFailure("there is always a baseline")
    }
    return highest
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
