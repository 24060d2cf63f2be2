import Pixels

/// NPY rows. C order streams; Fortran order is held whole. What follows the last sample is refused.
final class NPYDecoder: RowDecoder {
    let header: PictureHeader
    let warnings: [String] = []
    private let source: ByteSource
    private let layout: NPYHeader
    private var whole: [UInt8] = []
    private var stored: [UInt8] = []
    private var rowsDone = 0
    private let samplesPerRow: Int

    init(_ source: ByteSource, limits: Limits) throws(CodecError) {
        self.source = source
        layout = try NPYHeader(from: source)
        let (size, channels) = try layout.layout()
        header = PictureHeader(size: size, channels: channels, depth: layout.depth)
        try limits.check(header)
        try limits.checkMemory([size.width, channels.count, layout.bytesPerItem])
        samplesPerRow = size.width * channels.count
        let (total, overflow) = (samplesPerRow * layout.bytesPerItem).multipliedReportingOverflow(by: size.height)
        if layout.isFortranOrder { try limits.checkMemory([samplesPerRow, layout.bytesPerItem, size.height]) }
        if let remaining = source.remaining {
            if overflow || remaining < total { throw .truncated(.npy) }
            if remaining > total { throw .damaged(.npy, "\(remaining - total) bytes follow the last sample") }
        }
    }

    func decodeRows(_ count: Int, into out: UnsafeMutableRawBufferPointer) throws(CodecError) {
        for index in 0..<count {
            let row = out.row(index, stride: header.bytesPerRow)
            try fetchRow()
            convert(row)
            if header.depth == .float32 {
                try row.checkFinite(.npy, row: rowsDone, channels: header.channels.count)
            }
            rowsDone += 1
        }
    }

    func finish() throws(CodecError) {
        if try source.readByte() != nil { throw .damaged(.npy, "bytes follow the last sample") }
    }

    /// Puts the next row's items into `stored`, in their own byte order.
    private func fetchRow() throws(CodecError) {
        let item = layout.bytesPerItem
        if stored.isEmpty { stored = [UInt8](repeating: 0, count: samplesPerRow * item) }
        guard layout.isFortranOrder else {
            let got = try stored.lendMutable { bytes throws(CodecError) in try source.read(into: bytes) }
            guard got == stored.count else { throw .truncated(.npy) }
            return
        }
        let (width, height, channels) = (header.size.width, header.size.height, header.channels.count)
        if whole.isEmpty {
            guard let bytes = try source.readBytes(stored.count * height) else { throw .truncated(.npy) }
            whole = bytes
        }
        // whole (c, w, h) · stored (w, c)
        for x in 0..<width {
            for c in 0..<channels {
                let from = ((c * width + x) * height + rowsDone) * item
                let to = (x * channels + c) * item
                for byte in 0..<item { stored[to + byte] = whole[from + byte] }
            }
        }
    }

    private func convert(_ row: UnsafeMutableRawBufferPointer) {
        switch (layout.kind, layout.bytesPerItem) {
        case (.bool, _):
            for index in row.indices { row[index] = stored[index] == 0 ? 0 : 255 }
        case (.unsigned, 1): row.copyBytes(from: stored)
        case (.unsigned, 2): copyItems(row, UInt16.self) { $0 }
        case (.unsigned, 4): copyItems(row, UInt32.self) { Float($0) }
        case (.unsigned, _): copyItems(row, UInt64.self) { Float($0) }
        case (.signed, 1): copyItems(row, UInt8.self) { Float(Int8(bitPattern: $0)) }
        case (.signed, 2): copyItems(row, UInt16.self) { Float(Int16(bitPattern: $0)) }
        case (.signed, 4): copyItems(row, UInt32.self) { Float(Int32(bitPattern: $0)) }
        case (.signed, _): copyItems(row, UInt64.self) { Float(Int64(bitPattern: $0)) }
        case (.float, 4): copyItems(row, UInt32.self) { Float(bitPattern: $0) }
        case (.float, _): copyItems(row, UInt64.self) { Float(Double(bitPattern: $0)) }
        }
    }

    private func copyItems<Item: FixedWidthInteger, Sample>(
        _ row: UnsafeMutableRawBufferPointer, _: Item.Type, _ sample: (Item) -> Sample
    ) {
        let out = row.bindMemory(to: Sample.self)
        stored.withUnsafeBytes { bytes in
            for index in 0..<samplesPerRow {
                let raw = bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Item>.size, as: Item.self)
                out[index] = sample(layout.isBigEndian ? Item(bigEndian: raw) : Item(littleEndian: raw))
            }
        }
    }
}

/// Writes NPY in C order: `|u1`, `<u2` or `<f4` as the depth is; (h, w) for grey, else (h, w, c).
final class NPYEncoder: RowEncoder {
    private let sink: ByteSink
    private let depth: Depth
    let warnings: [String]

    init(_ header: PictureHeader, sink: ByteSink) throws(CodecError) {
        self.sink = sink
        depth = header.depth
        warnings = header.metadata.lossWarnings(.npy)
        let type =
            switch header.depth {
            case .uint8: "|u1"
            case .uint16: "<u2"
            case .float32: "<f4"
            }
        let channels = header.channels == .gray ? "" : ", \(header.channels.count)"
        let shape = "(\(header.size.height), \(header.size.width)\(channels))"
        var text = "{'descr': '\(type)', 'fortran_order': False, 'shape': \(shape), }"
        // Magic, version and length take 10 bytes; NumPy pads the whole to a multiple of 64.
        text += String(repeating: " ", count: 63 - (text.utf8.count + 10) % 64) + "\n"
        let length = UInt16(text.utf8.count)
        try sink.write([0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 255), UInt8(length >> 8)])
        try sink.write(Array(text.utf8))
    }

    func encodeRows(_ count: Int, from rows: UnsafeRawBufferPointer) throws(CodecError) {
        #if _endian(little)
            try sink.write(rows)
        #else
            let size = depth.bytesPerSample
            try sink.write((0..<rows.count).map { rows[$0 / size * size + size - 1 - $0 % size] })
        #endif
    }

    func finish() throws(CodecError) {}
}
