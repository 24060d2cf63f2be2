/// What travels with a picture and is none of a filter's business.
public struct Metadata: Hashable, Sendable {
    /// The ICC profile, uncompressed.
    public var iccProfile: [UInt8]?
    /// The EXIF block as a TIFF stream: without JPEG's `Exif\0\0`.
    public var exif: [UInt8]?
    public var density: Density?
    public var texts: [Text]
    /// What the samples mean where no profile says it.
    public var colorimetry: Colorimetry?
    /// How the picture was compressed, if it came from a JPEG: lets a JPEG be written as it was.
    public var jpeg: JPEGSettings?

    public init(
        iccProfile: [UInt8]? = nil, exif: [UInt8]? = nil, density: Density? = nil, texts: [Text] = [],
        colorimetry: Colorimetry? = nil, jpeg: JPEGSettings? = nil
    ) {
        self.iccProfile = iccProfile
        self.exif = exif
        self.density = density
        self.texts = texts
        self.colorimetry = colorimetry
        self.jpeg = jpeg
    }

    /// Samples per unit of length, across and down.
    public struct Density: Hashable, Sendable {
        public enum Unit: Hashable, Sendable {
            /// Only the ratio is known: the shape of a pixel.
            case aspect
            case inch
            case centimetre
            case metre
        }

        public var x: Int
        public var y: Int
        public var unit: Unit

        public init(x: Int, y: Int, unit: Unit) {
            self.x = x
            self.y = y
            self.unit = unit
        }
    }

    /// A keyword and its text: PNG's tEXt, zTXt and iTXt; a JPEG comment has the keyword `Comment`.
    public struct Text: Hashable, Sendable {
        public var keyword: String
        public var text: String
        public var language: String

        public init(keyword: String, text: String, language: String = "") {
            self.keyword = keyword
            self.text = text
            self.language = language
        }
    }
}
