/// What a file may cost before it is refused. Every limit is checked from the header, before anything is allocated.
public struct Limits: Hashable, Sendable {
    /// Pixels in a picture.
    public var maxPixels: Int
    /// Bytes held at once: a row, an interlaced or progressive picture, a picture read whole.
    public var maxMemory: Int
    /// Bytes in one text, profile or EXIF block, uncompressed.
    public var maxChunkBytes: Int
    /// Text, profile and other side blocks in a file.
    public var maxChunks: Int
    /// Scans of a progressive JPEG.
    public var maxScans: Int

    public init(
        maxPixels: Int = 1_000_000_000, maxMemory: Int = 1 << 30, maxChunkBytes: Int = 8 << 20, maxChunks: Int = 1000,
        maxScans: Int = 500
    ) {
        self.maxPixels = maxPixels
        self.maxMemory = maxMemory
        self.maxChunkBytes = maxChunkBytes
        self.maxChunks = maxChunks
        self.maxScans = maxScans
    }
}

/// One of `Limits`, and the only place that knows the flag which raises it.
public enum Limit: Hashable, Sendable, CaseIterable {
    case pixels
    case memory
    case chunkBytes
    case chunks
    case scans

    public var flag: String {
        switch self {
        case .pixels: "--max-pixels"
        case .memory: "--max-memory"
        case .chunkBytes: "--max-chunk-bytes"
        case .chunks: "--max-chunks"
        case .scans: "--max-scans"
        }
    }

    /// The field of `Limits` it stands for.
    public var keyPath: WritableKeyPath<Limits, Int> & Sendable {
        switch self {
        case .pixels: \.maxPixels
        case .memory: \.maxMemory
        case .chunkBytes: \.maxChunkBytes
        case .chunks: \.maxChunks
        case .scans: \.maxScans
        }
    }
}
