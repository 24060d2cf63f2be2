import Pixels

/// Texts and EXIF behind a PNG's pixels, where ImageMagick puts them. Where the source can be read ahead they are known
/// before the first row, so that a stream can carry them along; from a pipe only after the last.
struct PNGTrailer {
    private static let wanted: Set<String> = ["tEXt", "zTXt", "iTXt", "eXIf"]
    private static let signatureSize = 8
    private static let ihdrSize = 25
    /// What the texts are read with: the signature and the header of the picture.
    static let frontSize = signatureSize + ihdrSize

    private(set) var texts: [Metadata.Text] = []
    private(set) var exif: [UInt8]?
    private(set) var warnings: [String] = []

    /// The wanted chunks, whole.
    private var kept: [UInt8] = []
    private var keptCount = 0

    /// Reads ahead, looking only at the heads of chunks. Whatever is odd ends the search: the decoder will say what is
    /// wrong.
    init(ahead source: ByteSource, limits: Limits) throws(CodecError) {
        var position = Self.signatureSize
        var isBehindPixels = false
        while let bytes = source.readAhead(at: position, count: PNGChunkHead.size), let head = try? PNGChunkHead(bytes)
        {
            let size = PNGChunkHead.size + head.length + PNGChunkHead.crcSize
            if head.name == "IEND" { break }
            if head.holdsPixels { isBehindPixels = true }
            if isBehindPixels, Self.wanted.contains(head.name) {
                try admit(head, limits: limits)
                guard let chunk = source.readAhead(at: position, count: size) else { return }
                kept += chunk
            }
            position += size
        }
        guard let front = source.readAhead(at: 0, count: Self.frontSize) else { return }
        try read(behind: front, limits: limits)
    }

    /// Reads from the last of the pixels to IEND, checking that all is as PNG wants it. `front` is given where the wanted
    /// chunks are not known yet.
    init(behind pixels: PNGChunks, front: [UInt8]?, limits: Limits) throws(CodecError) {
        var chunks = pixels
        var (isFirst, isBehindOthers) = (true, false)
        while true {
            let head = chunks.head
            let start = kept.count
            if front != nil, Self.wanted.contains(head.name) {
                try admit(head, limits: limits)
                kept += head.bytes
                while chunks.left > 0 { kept += try chunks.next() }
                kept += chunks.crc.bigEndianBytes
            }
            if try !chunks.finish() {
                if head.isCritical { throw .damaged(.png, "\(head.name): CRC error") }
                warnings.append("\(head.name): CRC error")
                kept.removeSubrange(start...)
            }
            switch head.name {
            case "IEND":
                if let front { try read(behind: front, limits: limits) }
                return
            case "IDAT":
                if isBehindOthers { throw .damaged(.png, "IDAT: out of place, other chunks stand between the pixels") }
                // Of the first, `PNGPixels` knows.
                if !isFirst && head.length > 0 { warnings.append("IDAT: Extra compressed data") }
            default:
                // PNG's own belong in front of the pixels, and others may not be skipped.
                if head.isCritical { throw .damaged(.png, "\(head.name): out of place, or not PNG's") }
                isBehindOthers = true
            }
            isFirst = false
            try chunks.advance()
        }
    }

    private mutating func admit(_ head: PNGChunkHead, limits: Limits) throws(CodecError) {
        keptCount += 1
        guard keptCount <= limits.maxChunks else { throw .overLimit(.chunks, found: nil, allowed: limits.maxChunks) }
        guard head.length <= limits.maxChunkBytes else {
            throw .overLimit(.chunkBytes, found: head.length, allowed: limits.maxChunkBytes)
        }
        let size = kept.count + PNGChunkHead.size + head.length + PNGChunkHead.crcSize
        guard size <= limits.maxMemory else { throw .overLimit(.memory, found: size, allowed: limits.maxMemory) }
    }

    /// Lets libpng read the chunks as if they stood in front of the pixels.
    private mutating func read(behind front: [UInt8], limits: Limits) throws(CodecError) {
        if kept.isEmpty { return }
        let palette: [UInt8] = [0, 0, 0, 3] + Array("PLTE".utf8) + [0, 0, 0, 0xA7, 0x7A, 0x3D, 0xDA]
        let pixels: [UInt8] = [0, 0, 0, 0] + Array("IDAT".utf8)
        // Without a palette libpng would refuse to begin the pixels of a palette picture; grey ones may have none.
        let isPalette = front[25] == 3
        defer { kept = [] }
        do throws(CodecError) {
            let copy = ByteSource(bytes: front + (isPalette ? palette : []) + kept + pixels)
            let metadata = try PNGDecoder(copy, limits: limits, isWhole: false).header.metadata
            texts = metadata.texts
            exif = metadata.exif
        } catch  where error.fault == .limit {
            throw error
        } catch {}
    }
}
