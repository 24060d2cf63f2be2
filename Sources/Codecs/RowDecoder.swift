import Pixels

/// One format's reading half. `PictureReader` counts the rows, so a decoder is never asked for one too many.
protocol RowDecoder: AnyObject {
    var header: PictureHeader { get }
    /// What was odd but did no harm to the picture.
    var warnings: [String] { get }

    func decodeRows(_ count: Int, into out: UnsafeMutableRawBufferPointer) throws(CodecError)
    /// After the last row: checks that the file ends as it should.
    func finish() throws(CodecError)
}

/// One format's writing half. `PictureWriter` counts the rows.
protocol RowEncoder: AnyObject {
    var warnings: [String] { get }

    func encodeRows(_ count: Int, from rows: UnsafeRawBufferPointer) throws(CodecError)
    /// After the last row: writes what is still held back, but leaves flushing the sink to its owner.
    func finish() throws(CodecError)

    var backlog: (any Backlog)? { get }
}

extension RowEncoder {
    var backlog: (any Backlog)? { nil }
}

extension Limits {
    /// Throws unless a picture of this size may be streamed: its pixels and one of its rows are within the limits.
    func check(_ header: PictureHeader) throws(CodecError) {
        let area = header.size.area
        guard let area, area <= maxPixels else { throw .overLimit(.pixels, found: area, allowed: maxPixels) }
        try checkMemory([header.size.width, header.channels.count, header.depth.bytesPerSample])
    }

    /// Throws unless the product of `factors`, in bytes, may be held at once.
    @discardableResult
    func checkMemory(_ factors: [Int]) throws(CodecError) -> Int {
        var product = 1
        for factor in factors {
            let (next, overflow) = product.multipliedReportingOverflow(by: factor)
            if overflow { throw .overLimit(.memory, found: nil, allowed: maxMemory) }
            product = next
        }
        guard product <= maxMemory else { throw .overLimit(.memory, found: product, allowed: maxMemory) }
        return product
    }

    /// Throws unless the whole picture may be held at once; returns its bytes.
    @discardableResult
    func checkWhole(_ header: PictureHeader) throws(CodecError) -> Int {
        try checkMemory([
            header.size.width, header.channels.count, header.depth.bytesPerSample, header.size.height,
        ])
    }
}

extension UnsafeMutableRawBufferPointer {
    /// The part that holds row `index` of rows `stride` bytes long.
    func row(_ index: Int, stride: Int) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(rebasing: self[(index * stride)..<((index + 1) * stride)])
    }
}
