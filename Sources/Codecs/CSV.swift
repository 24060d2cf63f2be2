import Pixels

// CSV: a row of the picture is a line of numbers, taken as they are, 1 for white; between them commas, tabs, blanks, or semicolons, and
// then a comma may be a decimal point. A blank line parts one channel from the next.

/// A table of numbers as a picture; held whole, because its last line tells how high it is.
final class CSVDecoder: RowDecoder {
    let header: PictureHeader
    let warnings: [String] = []
    /// (channel, row, column)
    private let samples: [Float]
    private var rowsDone = 0

    init(_ source: ByteSource, limits: Limits) throws(CodecError) {
        let text = try source.readAll(most: limits.maxMemory)
        var table = CSVTable(limits, besides: text.count)
        for line in text.split(separator: .lineFeed, omittingEmptySubsequences: false) { try table.add(line) }
        let size = try table.size()
        header = PictureHeader(
            size: size, channels: Channels(arrays: table.samples.count / (size.area ?? 1)), depth: .float32)
        samples = table.samples
        try limits.check(header)
    }

    func decodeRows(_ count: Int, into out: UnsafeMutableRawBufferPointer) throws(CodecError) {
        let (width, height, channels) = (header.size.width, header.size.height, header.channels.count)
        for index in 0..<count {
            let row = out.row(index, stride: header.bytesPerRow)
            let values = row.bindMemory(to: Float.self)
            for c in 0..<channels {
                for x in 0..<width { values[x * channels + c] = samples[(c * height + rowsDone) * width + x] }
            }
            try row.checkFinite(.csv, row: rowsDone, channels: channels)
            rowsDone += 1
        }
    }

    func finish() {}
}

/// Lines of numbers as they come, all of one length.
private struct CSVTable {
    private(set) var samples: [Float] = []
    private let most: Int
    private let maxMemory: Int
    private var width = 0
    /// Rows of each channel so far.
    private var heights = [0]
    private var lines = 0

    init(_ limits: Limits, besides text: Int) {
        maxMemory = limits.maxMemory
        most = (maxMemory - text) / 4
    }

    mutating func add(_ bytes: ArraySlice<UInt8>) throws(CodecError) {
        lines += 1
        var line = bytes
        if lines == 1, line.starts(with: PictureFormat.byteOrderMark) { line = line.dropFirst(3) }
        while line.last?.isSpace == true { line.removeLast() }
        while line.first?.isSpace == true, line.first != .tab { line.removeFirst() }
        if line.isEmpty {
            if heights[heights.count - 1] > 0 { heights.append(0) }
            return
        }
        let first = samples.count
        try addCells(of: line)
        let count = samples.count - first
        if width == 0 { width = count }
        guard count == width else {
            throw .damaged(
                .csv, "line \(lines) has \(count) number\(count == 1 ? "" : "s"), and those before it \(width)")
        }
        heights[heights.count - 1] += 1
    }

    private mutating func addCells(of line: ArraySlice<UInt8>) throws(CodecError) {
        let separator = [UInt8(ascii: ";"), .tab, UInt8(ascii: ",")].first(where: line.contains)
        let hasDecimalCommas = separator == UInt8(ascii: ";")
        let cells = line.split(separator: separator ?? UInt8(ascii: " "), omittingEmptySubsequences: separator == nil)
        guard cells.count <= most - samples.count else { throw .overLimit(.memory, found: nil, allowed: maxMemory) }
        for (index, cell) in cells.enumerated() {
            let text = String(
                decoding: cell.map { hasDecimalCommas && $0 == UInt8(ascii: ",") ? UInt8(ascii: ".") : $0 },
                as: UTF8.self
            )
            .filter { !$0.isWhitespace }
            guard let value = Float(text) else {
                let what = text.isEmpty ? "is empty" : "is '\(String(text.prefix(20)).printable)', which is no number"
                throw .damaged(.csv, "number \(index + 1) of line \(lines) \(what)")
            }
            samples.append(value)
        }
    }

    func size() throws(CodecError) -> Size {
        let heights = heights.filter { $0 > 0 }
        guard let height = heights.first else { throw .damaged(.csv, "it has no numbers") }
        guard let other = heights.firstIndex(where: { $0 != height }) else { return Size(width: width, height: height) }
        throw .damaged(
            .csv,
            "blank lines part \(height) row\(height == 1 ? "" : "s") and \(heights[other]), and each channel has as many as the first"
        )
    }
}

/// Writes numbers with commas between them: whole ones as they are in 8 and 16 bits, floats so that they are read back the same.
/// Channels come one after another, so all but the first are held until the end.
final class CSVEncoder: RowEncoder {
    private let sink: ByteSink
    private let header: PictureHeader
    /// What is still to be written of the second channel and on.
    private var held: [[UInt8]]
    let warnings: [String]

    /// So many bytes a number may take in the text.
    private static let longestNumber = 16

    init(_ header: PictureHeader, options: EncodingOptions, sink: ByteSink) throws(CodecError) {
        self.sink = sink
        self.header = header
        warnings = header.metadata.lossWarnings(.csv)
        held = Array(repeating: [], count: header.channels.count - 1)
        try Limits(maxMemory: options.maxMemory).checkMemory([
            header.size.width, header.size.height, held.count, Self.longestNumber,
        ])
    }

    func encodeRows(_ count: Int, from rows: UnsafeRawBufferPointer) throws(CodecError) {
        for index in 0..<count {
            for c in 0..<header.channels.count {
                let line =
                    (0..<header.size.width).map {
                        number(at: (index * header.size.width + $0) * header.channels.count + c, of: rows)
                    }
                    .joined(separator: ",") + "\n"
                if c == 0 { try sink.write(Array(line.utf8)) } else { held[c - 1] += line.utf8 }
            }
        }
    }

    private func number(at index: Int, of rows: UnsafeRawBufferPointer) -> String {
        switch header.depth {
        case .uint8: return String(rows[index])
        case .uint16: return String(rows.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self))
        case .float32:
            let value = rows.loadUnaligned(fromByteOffset: 4 * index, as: Float.self)
            let text = value == 0 ? "0" : "\(value)"
            return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
        }
    }

    func finish() throws(CodecError) {
        for channel in held { try sink.write([.lineFeed] + channel) }
    }
}

extension UInt8 {
    fileprivate static let lineFeed = UInt8(ascii: "\n")
    fileprivate static let tab = UInt8(ascii: "\t")
}
