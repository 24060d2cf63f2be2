import Pixels

/// The formats kern reads and writes. A file is told by its first bytes, never by its name.
public enum PictureFormat: String, Hashable, Sendable, CaseIterable {
    case png
    case jpeg
    case pnm
    case pfm
    case npy

    /// As in sentences: `PNG`.
    public var name: String {
        switch self {
        case .png: "PNG"
        case .jpeg: "JPEG"
        case .pnm: "PNM"
        case .pfm: "PFM"
        case .npy: "NPY"
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
        }
    }

    /// What a file begins with; each of these is enough.
    public var magics: [[UInt8]] {
        switch self {
        case .png: [[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]]
        case .jpeg: [[0xFF, 0xD8, 0xFF]]
        case .pnm: (UInt8(ascii: "1")...UInt8(ascii: "7")).map { [UInt8(ascii: "P"), $0] }
        case .pfm: [Array("PF".utf8), Array("Pf".utf8)]
        case .npy: [[0x93] + Array("NUMPY".utf8)]
        }
    }

    static let longestMagic = 8

    /// The format a file with these first bytes has, or nil.
    public init?(firstBytes: [UInt8]) {
        guard let format = Self.allCases.first(where: { $0.magics.contains { firstBytes.starts(with: $0) } }) else {
            return nil
        }
        self = format
    }

    /// The format an output of this name gets: `PictureFormat(pathExtensionOf: "out/a.PNG")` is `.png`.
    public init?(pathExtensionOf path: String) {
        let name = path.split(separator: "/").last ?? ""
        guard let dot = name.lastIndex(of: ".") else { return nil }
        let suffix = name[name.index(after: dot)...].lowercased()
        guard let format = Self.allCases.first(where: { $0.extensions.contains(suffix) }) else { return nil }
        self = format
    }

    /// Whether the format can hold these channels.
    public func stores(_ channels: Channels) -> Bool {
        switch (self, channels) {
        case (.npy, _), (.pnm, _): true
        case (.png, .planes), (.jpeg, .planes), (.pfm, .planes): false
        case (.png, _): true
        case (.jpeg, _), (.pfm, _): !channels.hasAlpha
        }
    }

    /// Whether the format can hold samples of this depth.
    public func stores(_ depth: Depth) -> Bool {
        switch (self, depth) {
        case (.npy, _): true
        case (.pfm, _): depth == .float32
        case (.jpeg, _): depth == .uint8
        case (.png, _), (.pnm, _): depth != .float32
        }
    }
}
