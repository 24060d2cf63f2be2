/// Everything known about a picture before its first row: what a decoder found, or what an encoder is to write.
public struct PictureHeader: Hashable, Sendable {
    public var size: Size
    public var channels: Channels
    public var depth: Depth
    public var metadata: Metadata

    public init(size: Size, channels: Channels, depth: Depth, metadata: Metadata = Metadata()) {
        self.size = size
        self.channels = channels
        self.depth = depth
        self.metadata = metadata
    }

    /// Bytes in one row: interleaved samples, native byte order, no gap at the end.
    public var bytesPerRow: Int { size.width * channels.count * depth.bytesPerSample }
}

/// What the samples of a pixel mean. Palettes and CMYK are resolved by the codec before they get here.
public enum Channels: Hashable, Sendable {
    case gray
    case grayAlpha
    case rgb
    case rgba
    /// Planes without a colour meaning, as an NPY array may hold: feature maps, five-band satellite pictures.
    case planes(Int)

    public var count: Int {
        switch self {
        case .gray: 1
        case .grayAlpha: 2
        case .rgb: 3
        case .rgba: 4
        case .planes(let count): count
        }
    }

    public var hasAlpha: Bool { self == .grayAlpha || self == .rgba }

    /// Channels that carry colour: all but alpha.
    public var colorCount: Int { hasAlpha ? count - 1 : count }
}

/// How a sample is stored. Integers stand for 0…1; floats are taken as they are.
public enum Depth: Hashable, Sendable {
    case uint8
    case uint16
    case float32

    public var bytesPerSample: Int {
        switch self {
        case .uint8: 1
        case .uint16: 2
        case .float32: 4
        }
    }
}
