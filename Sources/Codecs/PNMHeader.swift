import Pixels

// The portable any-map: `P1`…`P6`, then width, height and (not for bitmaps) the largest sample value in decimal, then
// samples: in decimal (P1 P2 P3) or raw (P4 P5 P6), big-endian where the largest value is above 255.
// P1 and P4 are bitmaps, where 1 is black; P2 and P5 grey; P3 and P6 RGB. `#` comments out the rest of a line.
// `P7` (PAM) names its fields: WIDTH, HEIGHT, DEPTH, MAXVAL, TUPLTYPE, one a line, up to ENDHDR.

/// What stands in front of a PNM's samples.
struct PNMHeader: Hashable {
    enum Encoding: Hashable {
        case bitsInDecimal
        case packedBits
        case decimal
        case raw
    }

    var encoding: Encoding
    var size: Size
    var channels: Channels
    var maxValue: Int

    private static let longestHeader = 64 * 1024
    private static let largestSide = Int(Int32.max)

    var depth: Depth { maxValue > 255 ? .uint16 : .uint8 }

    init(from source: ByteSource) throws(CodecError) {
        _ = try source.readByte()
        guard let digit = try source.readByte() else { throw .truncated(.pnm) }
        if digit == UInt8(ascii: "7") {
            self = try Self.arbitraryMap(from: source)
            return
        }
        let isBitmap = digit == UInt8(ascii: "1") || digit == UInt8(ascii: "4")
        let isRGB = digit == UInt8(ascii: "3") || digit == UInt8(ascii: "6")
        encoding =
            switch digit {
            case UInt8(ascii: "1"): .bitsInDecimal
            case UInt8(ascii: "4"): .packedBits
            case UInt8(ascii: "2"), UInt8(ascii: "3"): .decimal
            default: .raw
            }
        channels = isRGB ? .rgb : .gray
        let width = try Self.number(from: source, "width")
        let height = try Self.number(from: source, "height")
        maxValue = isBitmap ? 1 : try Self.number(from: source, "largest sample value")
        size = Size(width: width, height: height)
        try check()
    }

    private init(encoding: Encoding, size: Size, channels: Channels, maxValue: Int) {
        self.encoding = encoding
        self.size = size
        self.channels = channels
        self.maxValue = maxValue
    }

    private func check() throws(CodecError) {
        if size.width == 0 { throw .damaged(.pnm, "the width is 0") }
        if size.height == 0 { throw .damaged(.pnm, "the height is 0") }
        if !(1...65535).contains(maxValue) {
            throw .damaged(.pnm, "the largest sample value is \(maxValue), not 1 to 65535")
        }
        if channels.count == 0 { throw .damaged(.pnm, "the depth is 0") }
    }

    /// The next decimal number, behind white space and comments; takes the one character that ends it.
    static func number(from source: ByteSource, _ what: String) throws(CodecError) -> Int {
        var byte = try source.readByte()
        while let current = byte, current.isSpace || current == UInt8(ascii: "#") {
            if current == UInt8(ascii: "#") { try skipLine(source) }
            byte = try source.readByte()
        }
        var value = 0
        var digits = 0
        while let current = byte, let digit = current.decimalDigit {
            value = value * 10 + digit
            digits += 1
            if value > largestSide { throw .damaged(.pnm, "the \(what) is out of range") }
            byte = try source.readByte()
        }
        if digits == 0 {
            if byte == nil { throw .truncated(.pnm) }
            throw .damaged(.pnm, "the \(what) is not a number")
        }
        if byte == UInt8(ascii: "#") {
            try skipLine(source)
        } else if let byte, !byte.isSpace {
            throw .damaged(.pnm, "the \(what) is not a number")
        }
        return value
    }

    private static func skipLine(_ source: ByteSource) throws(CodecError) {
        while let byte = try source.readByte(), byte != UInt8(ascii: "\n") {}
    }

    private static func arbitraryMap(from source: ByteSource) throws(CodecError) -> PNMHeader {
        var fields: [String: Int] = [:]
        var tupleType = ""
        var length = 0
        _ = try line(from: source, &length)
        while true {
            let line = try line(from: source, &length)
            let words = line.split(whereSeparator: \.isWhitespace)
            guard let name = words.first, !name.hasPrefix("#") else { continue }
            switch name {
            case "ENDHDR": return try arbitraryMap(fields, tupleType)
            case "WIDTH", "HEIGHT", "DEPTH", "MAXVAL":
                guard words.count == 2, let value = Int(words[1]), (0...largestSide).contains(value) else {
                    throw .damaged(.pnm, "\(name) is not a number in range")
                }
                fields[String(name)] = value
            case "TUPLTYPE": tupleType += (tupleType.isEmpty ? "" : " ") + words.dropFirst().joined(separator: " ")
            default: throw .damaged(.pnm, "the header has an unknown line")
            }
        }
    }

    private static func arbitraryMap(_ fields: [String: Int], _ tupleType: String) throws(CodecError) -> PNMHeader {
        func field(_ name: String) throws(CodecError) -> Int {
            guard let value = fields[name] else { throw .damaged(.pnm, "the header does not give \(name)") }
            return value
        }
        let depth = try field("DEPTH")
        let known: [String: Channels] = [
            "BLACKANDWHITE": .gray, "GRAYSCALE": .gray, "RGB": .rgb, "BLACKANDWHITE_ALPHA": .grayAlpha,
            "GRAYSCALE_ALPHA": .grayAlpha, "RGB_ALPHA": .rgba,
        ]
        // A tuple type nobody knows is legal; one channel is grey then and three are RGB.
        let guessed: Channels = depth == 1 ? .gray : depth == 3 ? .rgb : .planes(depth)
        let channels = known[tupleType] ?? guessed
        if channels.count != depth { throw .damaged(.pnm, "\(tupleType.printable) with a DEPTH of \(depth)") }
        let header = PNMHeader(
            encoding: .raw, size: Size(width: try field("WIDTH"), height: try field("HEIGHT")), channels: channels,
            maxValue: try field("MAXVAL"))
        try header.check()
        return header
    }

    private static func line(from source: ByteSource, _ length: inout Int) throws(CodecError) -> String {
        var bytes: [UInt8] = []
        while let byte = try source.readByte() {
            if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
            bytes.append(byte)
            length += 1
            if length > longestHeader { throw .damaged(.pnm, "the header has no end") }
        }
        throw .truncated(.pnm)
    }
}

extension UInt8 {
    var isSpace: Bool { self == 0x20 || (0x09...0x0D).contains(self) }

    var decimalDigit: Int? { (0x30...0x39).contains(self) ? Int(self) - 0x30 : nil }
}
