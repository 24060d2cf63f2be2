import CImageCodecs
import Pixels

/// JPEG's side segments: EXIF and XMP in APP1, the ICC profile in numbered pieces in APP2, comments in COM; and the
/// numbers of its markers.
struct JPEGSegments {
    static let app1: Int32 = 0xE1
    static let app2: Int32 = 0xE2
    static let comment: Int32 = 0xFE
    static let firstRestart: UInt8 = 0xD0
    static let endOfImage: UInt8 = 0xD9
    static let exifMark = Array("Exif\0\0".utf8)
    static let xmpMark = Array("http://ns.adobe.com/xap/1.0/\0".utf8)
    static let profileMark = Array("ICC_PROFILE\0".utf8)
    /// What a segment holds besides its length word.
    static let room = 65533

    private(set) var warnings: [String] = []
    private var exif: [UInt8]?
    private var profile: [UInt8]?
    private var texts: [Metadata.Text] = []

    init(_ reader: OpaquePointer) {
        var pieces: [(index: UInt8, total: UInt8, bytes: ArraySlice<UInt8>)] = []
        for index in 0..<kc_jpeg_reader_segment_count(reader) {
            var marker: Int32 = 0
            var count = 0
            let start = kc_jpeg_reader_segment(reader, index, &marker, &count)
            let bytes = Array(UnsafeBufferPointer(start: start, count: count))
            switch marker {
            case Self.app1 where exif == nil && bytes.starts(with: Self.exifMark):
                let block = Array(bytes.dropFirst(Self.exifMark.count))
                exif = block.isEmpty ? nil : block
            case Self.app1 where bytes.starts(with: Self.xmpMark):
                let text = String(decoding: bytes.dropFirst(Self.xmpMark.count), as: UTF8.self)
                texts.append(Metadata.Text(keyword: Metadata.Text.xmpKeyword, text: text))
            case Self.app2 where bytes.starts(with: Self.profileMark) && bytes.count >= Self.profileMark.count + 2:
                let rest = bytes.dropFirst(Self.profileMark.count)
                pieces.append((rest[rest.startIndex], rest[rest.startIndex + 1], rest.dropFirst(2)))
            case Self.comment:
                // Most are UTF-8 or plain ASCII; what is not valid UTF-8 is taken for Latin-1.
                let utf8 = String(decoding: bytes, as: UTF8.self)
                let text = utf8.unicodeScalars.contains("\u{FFFD}") ? String(latin1: bytes) : utf8
                texts.append(Metadata.Text(keyword: "Comment", text: text))
            default: break
            }
        }
        join(pieces)
    }

    private mutating func join(_ pieces: [(index: UInt8, total: UInt8, bytes: ArraySlice<UInt8>)]) {
        guard let first = pieces.first else { return }
        let sorted = pieces.sorted { $0.index < $1.index }
        let isWhole =
            sorted.count == Int(first.total) && sorted.allSatisfy { $0.total == first.total }
            && sorted.enumerated().allSatisfy { Int($1.index) == $0 + 1 }
        if isWhole {
            profile = sorted.flatMap(\.bytes)
        } else {
            warnings.append("the ICC profile is incomplete and was left out")
        }
    }

    /// For pictures turned into RGB: a profile for CMYK no longer describes them.
    mutating func dropProfile() {
        if profile != nil { warnings.append("the CMYK profile was left out, as the picture became RGB without it") }
        profile = nil
    }

    func metadata(_ found: kc_jpeg_header) -> Metadata {
        var metadata = Metadata(iccProfile: profile, exif: exif, texts: texts)
        if found.density_unit >= 0, found.density_x > 0, found.density_y > 0 {
            let unit: Metadata.Density.Unit = [1: .inch, 2: .centimetre][found.density_unit] ?? .aspect
            // 1x1 without a unit is what a writer puts who knows nothing.
            if unit != .aspect || found.density_x != found.density_y {
                metadata.density = Metadata.Density(x: Int(found.density_x), y: Int(found.density_y), unit: unit)
            }
        }
        if found.quality > 0 {
            metadata.jpeg = Metadata.JPEGSettings(
                quality: Int(found.quality), sampling: Metadata.JPEGSampling(h: Int(found.luma_h), v: Int(found.luma_v))
            )
        }
        return metadata
    }
}

extension Metadata.JPEGSampling {
    /// Luma samples per chroma sample, across and down.
    var factors: (h: Int, v: Int) {
        switch self {
        case .s444: (1, 1)
        case .s440: (1, 2)
        case .s422: (2, 1)
        case .s420: (2, 2)
        case .s411: (4, 1)
        case .s410: (4, 2)
        }
    }

    init?(h: Int, v: Int) {
        guard let match = Self.allCases.first(where: { $0.factors == (h, v) }) else { return nil }
        self = match
    }
}
