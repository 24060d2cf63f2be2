import Pixels

/// Writes P5 and P6, 8- or 16-bit, and P7 (PAM) for alpha and other channel counts.
final class PNMEncoder: RowEncoder {
    private let sink: ByteSink
    private let order: UpperByteFirst
    /// Where 16-bit samples are brought into order, a block at a time.
    private var block: [UInt8]
    private(set) var warnings: [String] = []

    private static let blockBytes = 128 * 1024

    init(_ header: PictureHeader, sink: ByteSink) throws(CodecError) {
        self.sink = sink
        order = UpperByteFirst(header.depth)
        block = order.isPlain ? [] : [UInt8](repeating: 0, count: Self.blockBytes)
        let size = header.size
        let largest = header.depth == .uint16 ? 65535 : 255
        let text =
            switch header.channels {
            case .gray: "P5\n\(size.width) \(size.height)\n\(largest)\n"
            case .rgb: "P6\n\(size.width) \(size.height)\n\(largest)\n"
            case .grayAlpha: Self.arbitraryMap(header, largest, tupleType: "GRAYSCALE_ALPHA")
            case .rgba: Self.arbitraryMap(header, largest, tupleType: "RGB_ALPHA")
            case .planes: Self.arbitraryMap(header, largest, tupleType: nil)
            }
        try sink.write(Array(text.utf8))
        warnings = header.metadata.lossWarnings(.pnm)
    }

    private static func arbitraryMap(_ header: PictureHeader, _ largest: Int, tupleType: String?) -> String {
        "P7\nWIDTH \(header.size.width)\nHEIGHT \(header.size.height)\nDEPTH \(header.channels.count)\n"
            + "MAXVAL \(largest)\n" + (tupleType.map { "TUPLTYPE \($0)\n" } ?? "") + "ENDHDR\n"
    }

    func encodeRows(_ count: Int, from rows: UnsafeRawBufferPointer) throws(CodecError) {
        if order.isPlain { return try sink.write(rows) }
        for start in stride(from: 0, to: rows.count, by: Self.blockBytes) {
            let part = UnsafeRawBufferPointer(rebasing: rows[start..<min(start + Self.blockBytes, rows.count)])
            try block.lendMutable { block throws(CodecError) in
                guard let samples = part.baseAddress, let out = block.bindMemory(to: UInt8.self).baseAddress else {
                    return
                }
                order.store(samples, part.count, into: out)
                try sink.write(UnsafeRawBufferPointer(rebasing: block[..<part.count]))
            }
        }
    }

    func finish() throws(CodecError) {}
}

extension Metadata {
    /// What formats that hold samples only leave out, if there is any.
    func lossWarnings(_ format: PictureFormat) -> [String] {
        let lost = [
            iccProfile == nil ? nil : "the ICC profile", exif == nil ? nil : "EXIF", texts.isEmpty ? nil : "texts",
        ].compactMap(\.self)
        return lost.isEmpty ? [] : ["\(format.name) has no room for " + lost.joined(separator: ", ")]
    }
}
