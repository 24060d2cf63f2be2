import Pixels

/// Writes P5 and P6, 8- or 16-bit, and P7 (PAM) for alpha and other channel counts.
final class PNMEncoder: RowEncoder {
    private let sink: ByteSink
    private let header: PictureHeader
    private var swapped: [UInt8] = []
    private(set) var warnings: [String] = []

    init(_ header: PictureHeader, sink: ByteSink) throws(CodecError) {
        self.sink = sink
        self.header = header
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
        if header.depth == .uint8 {
            try sink.write(rows)
            return
        }
        let stride = header.bytesPerRow
        for index in 0..<count {
            let row = UnsafeRawBufferPointer(rebasing: rows[(index * stride)..<((index + 1) * stride)])
            swapped.removeAll(keepingCapacity: true)
            for offset in Swift.stride(from: 0, to: stride, by: 2) {
                let sample = row.loadUnaligned(fromByteOffset: offset, as: UInt16.self)
                swapped.append(UInt8(sample >> 8))
                swapped.append(UInt8(truncatingIfNeeded: sample))
            }
            try sink.write(swapped)
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
