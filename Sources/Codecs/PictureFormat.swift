import Pixels

/// The formats kern knows. A file is told by its first bytes, never by its name.
///
/// TIFF and WebP are read and written only where kern was built with the package's traits of these names: `allCases` has
/// what this kern reads and writes.
public enum PictureFormat: String, Hashable, Sendable, CaseIterable {
    case png
    case jpeg
    case pnm
    case pfm
    case npy
    case csv
    case tiff
    case webp

    public static let allCases: [PictureFormat] = known.filter(\.isBuiltIn)

    private static let known: [PictureFormat] = [.png, .jpeg, .pnm, .pfm, .npy, .csv, .tiff, .webp]

    /// Whether this kern was built with it.
    public var isBuiltIn: Bool {
        switch self {
        case .png, .jpeg, .pnm, .pfm, .npy, .csv: return true
        case .tiff:
            #if TIFF
                return true
            #else
                return false
            #endif
        case .webp:
            #if WebP
                return true
            #else
                return false
            #endif
        }
    }

    /// As in sentences: `PNG`.
    public var name: String {
        switch self {
        case .png: "PNG"
        case .jpeg: "JPEG"
        case .pnm: "PNM"
        case .pfm: "PFM"
        case .npy: "NPY"
        case .csv: "CSV"
        case .tiff: "TIFF"
        case .webp: "WebP"
        }
    }

    /// Extensions that choose this format for an output, the usual one first.
    public var extensions: [String] {
        switch self {
        case .png: ["png"]
        case .jpeg: ["jpg", "jpeg", "jpe", "jfif"]
        case .pnm: ["pnm", "ppm", "pgm", "pbm", "pam"]
        case .pfm: ["pfm"]
        case .npy: ["npy"]
        case .csv: ["csv"]
        case .tiff: ["tif", "tiff"]
        case .webp: ["webp"]
        }
    }

    /// What a file begins with; each of these is enough. Nil is any byte. A CSV has none: it begins with a number.
    public var magics: [[UInt8?]] {
        switch self {
        case .png: [[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]]
        case .jpeg: [[0xFF, 0xD8, 0xFF]]
        case .pnm: (UInt8(ascii: "1")...UInt8(ascii: "7")).map { [UInt8(ascii: "P"), $0] }
        case .pfm: [Array("PF".utf8), Array("Pf".utf8)]
        case .npy: [[0x93] + Array("NUMPY".utf8)]
        case .csv: []
        case .tiff: [[0x49, 0x49, 42, 0], [0x4D, 0x4D, 0, 42], [0x49, 0x49, 43, 0], [0x4D, 0x4D, 0, 43]]
        case .webp: [Array("RIFF".utf8) + [nil, nil, nil, nil] + Array("WEBP".utf8)]
        }
    }

    static let longestMagic = 12

    /// The format a file with these first bytes has, or nil.
    public init?(firstBytes: [UInt8]) {
        func begins(with magic: [UInt8?]) -> Bool {
            magic.count <= firstBytes.count && zip(magic, firstBytes).allSatisfy { $0 == nil || $0 == $1 }
        }
        if let format = Self.known.first(where: { $0.magics.contains(where: begins) }) {
            self = format
        } else if Self.beginsWithNumbers(firstBytes) {
            self = .csv
        } else {
            return nil
        }
    }

    /// What some programs put before a text.
    package static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Whether it is text, and a number comes first.
    private static func beginsWithNumbers(_ firstBytes: [UInt8]) -> Bool {
        let text = firstBytes.starts(with: byteOrderMark) ? firstBytes.dropFirst(3) : firstBytes[...]
        guard let digit = text.firstIndex(where: { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            return false
        }
        return text[..<digit].allSatisfy { $0.isSpace || Array("+-.".utf8).contains($0) }
            && text.allSatisfy { $0.isSpace || 0x20..<0x7F ~= $0 }
    }

    /// The format an output of this name gets: `PictureFormat(pathExtensionOf: "out/a.PNG")` is `.png`.
    public init?(pathExtensionOf path: String) {
        guard let format = Self.known(pathExtensionOf: path), format.isBuiltIn else { return nil }
        self = format
    }

    /// As above, also where this kern was built without the format.
    public static func known(pathExtensionOf path: String) -> PictureFormat? {
        let name = path.split(separator: "/").last ?? ""
        guard let dot = name.lastIndex(of: ".") else { return nil }
        let suffix = name[name.index(after: dot)...].lowercased()
        return known.first { $0.extensions.contains(suffix) }
    }

    /// Whether this is the name of a picture among others: a table beside pictures is rather a list of them.
    public static func isPicture(named path: String) -> Bool {
        PictureFormat(pathExtensionOf: path).map { $0 != .csv } ?? false
    }

    /// Whether the format can hold these channels.
    public func stores(_ channels: Channels) -> Bool {
        switch (self, channels) {
        case (.npy, _), (.pnm, _), (.csv, _): true
        case (_, .planes): false
        case (.png, _), (.tiff, _), (.webp, _): true
        case (.jpeg, _), (.pfm, _): !channels.hasAlpha
        }
    }

    /// Whether the format can hold samples of this depth.
    public func stores(_ depth: Depth) -> Bool {
        switch (self, depth) {
        case (.npy, _), (.csv, _), (.tiff, _): true
        case (.pfm, _): depth == .float32
        case (.jpeg, _), (.webp, _): depth == .uint8
        case (.png, _), (.pnm, _): depth != .float32
        }
    }
}
