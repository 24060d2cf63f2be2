import Pixels

extension PictureReader {
    /// Reads all rows of a picture of which none was read yet.
    public func readAll(limits: Limits = Limits()) throws(CodecError) -> Raster {
        let total = try limits.checkWhole(header)
        let stride = header.bytesPerRow
        let height = header.size.height
        let rowsAtOnce = max(1, min(height, (4 << 20) / stride))
        let band = UnsafeMutableRawBufferPointer.allocate(byteCount: rowsAtOnce * stride, alignment: 64)
        defer { band.deallocate() }
        var bytes: [UInt8] = []
        var done = 0
        while done < height {
            let count = min(rowsAtOnce, height - done)
            try readRows(count, into: band)
            // The first band proves the file is no bare header; from then on one allocation serves all.
            if done == 0 { bytes.reserveCapacity(total) }
            bytes.append(contentsOf: band[..<(count * stride)])
            done += count
        }
        return Raster(header: header, bytes: bytes)
    }
}

extension Raster {
    /// Decodes a whole picture from memory; its first bytes tell the format.
    public static func decode(_ bytes: [UInt8], limits: Limits = Limits()) throws(CodecError) -> Raster {
        try PictureReader(bytes: bytes, limits: limits).readAll(limits: limits)
    }

    /// Decodes a whole picture from a file.
    public static func read(path: String, limits: Limits = Limits()) throws(CodecError) -> Raster {
        try PictureReader(path: path, limits: limits).readAll(limits: limits)
    }

    /// The picture as a file of the given format.
    public func encoded(
        as format: PictureFormat, options: EncodingOptions = EncodingOptions()
    ) throws(CodecError) -> [UInt8] {
        let sink = ByteSink()
        let writer = try PictureWriter(format, header, options: options, to: sink)
        try bytes.lend { bytes throws(CodecError) in try writer.writeRows(header.size.height, from: bytes) }
        try writer.finish()
        return sink.bytes
    }
}
