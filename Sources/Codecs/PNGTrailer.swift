import Pixels

/// Texts and EXIF behind a PNG's pixels, where ImageMagick puts them, read ahead so that a stream can carry them along.
///
/// From a pipe they are only known after the last row.
struct PNGTrailer {
    private static let wanted: Set<String> = ["tEXt", "zTXt", "iTXt", "eXIf"]
    private static let headSize = 8
    private static let signatureSize = 8
    private static let ihdrSize = 25

    private(set) var texts: [Metadata.Text] = []
    private(set) var exif: [UInt8]?

    /// Looks only at the heads of chunks. Whatever is odd ends the search: the decoder will say what is wrong.
    init(_ source: ByteSource, limits: Limits) throws(CodecError) {
        guard source.canReadAhead else { return }
        var position = Self.signatureSize
        var chunks: [UInt8] = []
        var count = 0
        var isBehindPixels = false
        while let head = source.readAhead(at: position, count: Self.headSize) {
            let length = head[..<4].reduce(0) { $0 << 8 | Int($1) }
            let name = String(decoding: head[4...], as: UTF8.self)
            let size = Self.headSize + length + 4
            if name == "IEND" { break }
            if name == "IDAT" { isBehindPixels = true }
            if isBehindPixels, Self.wanted.contains(name) {
                count += 1
                guard count <= limits.maxChunks else {
                    throw .overLimit(.chunks, found: nil, allowed: limits.maxChunks)
                }
                guard length <= limits.maxChunkBytes else {
                    throw .overLimit(.chunkBytes, found: length, allowed: limits.maxChunkBytes)
                }
                guard chunks.count + size <= limits.maxMemory else {
                    throw .overLimit(.memory, found: chunks.count + size, allowed: limits.maxMemory)
                }
                guard let chunk = source.readAhead(at: position, count: size) else { return }
                chunks += chunk
            }
            position += size
        }
        if chunks.isEmpty { return }
        guard let front = source.readAhead(at: 0, count: Self.signatureSize + Self.ihdrSize) else { return }
        try read(chunks, behind: front, limits: limits)
    }

    /// Lets libpng read the chunks as if they stood in front of the pixels.
    private mutating func read(_ chunks: [UInt8], behind front: [UInt8], limits: Limits) throws(CodecError) {
        let palette: [UInt8] = [0, 0, 0, 3] + Array("PLTE".utf8) + [0, 0, 0, 0xA7, 0x7A, 0x3D, 0xDA]
        let pixels: [UInt8] = [0, 0, 0, 0] + Array("IDAT".utf8)
        // Without a palette libpng would refuse to begin the pixels of a palette picture; grey ones may have none.
        let isPalette = front[25] == 3
        do throws(CodecError) {
            let copy = ByteSource(bytes: front + (isPalette ? palette : []) + chunks + pixels)
            let metadata = try PNGDecoder(copy, limits: limits, isWhole: false).header.metadata
            texts = metadata.texts
            exif = metadata.exif
        } catch  where error.fault == .limit {
            throw error
        } catch {}
    }
}
