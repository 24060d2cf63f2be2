import Codecs
import Pixels
import Testing

/// The bytes of an NPY file with this header text.
func npy(_ dict: String, _ data: [UInt8], version: UInt8 = 1) -> [UInt8] {
    let count = dict.utf8.count
    var bytes: [UInt8] = [0x93]
    bytes += "NUMPY".utf8
    bytes += [version, 0, UInt8(count & 255), UInt8(count >> 8)]
    if version > 1 { bytes += [0, 0] }
    bytes += dict.utf8
    return bytes + data
}

func npy(_ type: String, _ shape: String, _ data: [UInt8], fortran: Bool = false) -> [UInt8] {
    npy("{'descr': '\(type)', 'fortran_order': \(fortran ? "True" : "False"), 'shape': \(shape), }\n", data)
}

func littleEndian(_ values: some Sequence<some FixedWidthInteger>) -> [UInt8] {
    values.flatMap { value in withUnsafeBytes(of: value.littleEndian) { Array($0) } }
}

func bigEndian(_ values: some Sequence<some FixedWidthInteger>) -> [UInt8] {
    values.flatMap { value in withUnsafeBytes(of: value.bigEndian) { Array($0) } }
}

extension Raster {
    /// The samples of a float picture.
    var floats: [Float] { bytes.withUnsafeBytes { $0.bindMemory(to: Float.self).map(\.self) } }
}

@Suite struct NPYTests {
    private func refusal(_ bytes: [UInt8]) -> CodecError? { codecError { _ = try Raster.decode(bytes) } }

    @Test(arguments: [
        ("|i1", [0xFF, 5] as [UInt8], [-1, 5] as [Float]), ("<i2", littleEndian([-300, 7] as [Int16]), [-300, 7]),
        (">i2", bigEndian([-300, 7] as [Int16]), [-300, 7]),
        ("<i4", littleEndian([-70000, 7] as [Int32]), [-70000, 7]),
        (">i8", bigEndian([1 << 40, -7] as [Int64]), [1_099_511_627_776, -7]),
        ("<u4", littleEndian([4_000_000_000, 7] as [UInt32]), [4_000_000_000, 7]),
        ("<u8", littleEndian([1 << 63, 7] as [UInt64]), [9_223_372_036_854_775_808, 7]),
        ("<f4", littleEndian([Float(0.5), -2].map(\.bitPattern)), [0.5, -2]),
        (">f4", bigEndian([Float(0.5), -2].map(\.bitPattern)), [0.5, -2]),
        ("<f8", littleEndian([0.1, -2].map(\.bitPattern)), [0.1, -2]),
        (">f8", bigEndian([0.1, -2].map(\.bitPattern)), [0.1, -2]),
    ])
    func `numbers of every type are taken as they are`(type: String, data: [UInt8], expected: [Float]) throws {
        let raster = try Raster.decode(npy(type, "(1, 2)", data))
        #expect(raster.header.depth == .float32 && raster.header.channels == .gray)
        #expect(raster.floats == expected)
    }

    @Test func `8 and 16 bits stay and bools become black and white`() throws {
        #expect(try Raster.decode(npy("|u1", "(1, 3)", [0, 7, 255])).bytes == [0, 7, 255])
        let wide = try Raster.decode(npy(">u2", "(2, 1)", [1, 2, 3, 4]))
        #expect(wide.header.depth == .uint16)
        #expect(wide.bytes.withUnsafeBytes { $0.bindMemory(to: UInt16.self).map(\.self) } == [258, 772])
        #expect(try Raster.decode(npy("|b1", "(1, 3)", [0, 1, 2])).bytes == [0, 255, 255])
    }

    @Test(arguments: [
        ("(2, 3)", Size(width: 3, height: 2), Channels.gray), ("(2, 3, 1)", Size(width: 3, height: 2), .gray),
        ("(1, 2, 3)", Size(width: 2, height: 1), .rgb), ("(1, 1, 6)", Size(width: 1, height: 1), .planes(6)),
        ("(3,2,1,)", Size(width: 2, height: 3), .gray), ("(3 , 1, 2)", Size(width: 1, height: 3), .planes(2)),
    ])
    func `a shape is height, width and channels`(shape: String, size: Size, channels: Channels) throws {
        let header = try Raster.decode(npy("|u1", shape, [1, 2, 3, 4, 5, 6])).header
        #expect(header.size == size && header.channels == channels)
    }

    @Test func `Fortran order is put right`() throws {
        // numpy.asfortranarray([[[1, 2], [3, 4], [5, 6]], [[7, 8], [9, 10], [11, 12]]]), shape (2, 3, 2)
        let stored: [UInt8] = [1, 7, 3, 9, 5, 11, 2, 8, 4, 10, 6, 12]
        #expect(try Raster.decode(npy("|u1", "(2, 3, 2)", stored, fortran: true)).bytes == (1...12).map { UInt8($0) })
    }

    @Test func `versions 2 and 3 are read and 4 is not`() throws {
        let dict = "{'shape': (1, 1), \"descr\": \"|u1\", 'fortran_order': False}"
        #expect(try Raster.decode(npy(dict, [9], version: 2)).bytes == [9])
        #expect(try Raster.decode(npy(dict, [9], version: 3)).bytes == [9])
        #expect(refusal(npy(dict, [9], version: 4)) == .unsupported(.npy, "version 4 of the format"))
    }

    @Test(arguments: ["<f2", "<c8", "|S3", "|O", "<U1", "f4", "<f16", "", "<\u{1B}4"])
    func `types that are no samples are named`(type: String) {
        let error = refusal(npy(type, "(1, 1)", [0, 0, 0, 0]))
        #expect(error?.fault == .unsupported)
        #expect(error?.message(for: "a.npy").contains("\u{1B}") == false)
    }

    @Test(arguments: ["()", "(3,)", "(1, 1, 1, 1)"])
    func `other dimensions are refused`(shape: String) {
        #expect(refusal(npy("|u1", shape, [1, 2, 3]))?.fault == .unsupported)
    }

    @Test(arguments: ["{", "{}", "[]", "", "{'descr': '|u1'}", "{'descr': '|u1', 'fortran_order': 1, 'shape': (1, 1)}"])
    func `a header that is no header is refused`(dict: String) {
        #expect(refusal(npy(dict, [1]))?.fault == .file)
    }

    @Test func `records are refused`() {
        let dict = "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1, 1), }"
        #expect(refusal(npy(dict, [1, 2, 3, 4])) == .unsupported(.npy, "records instead of numbers"))
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity, 1e39])
    func `a number that is not finite is refused with its place`(value: Double) {
        let data = littleEndian([0, 1, 2, 3, 4, 5, 6, 7, value, 9, 10, 11].map(\.bitPattern))
        #expect(refusal(npy("<f8", "(2, 2, 3)", data)) == .nonFinite(.npy, column: 0, row: 1, channel: 2))
    }

    @Test func `bytes after the last sample are refused`() {
        #expect(refusal(npy("|u1", "(1, 1)", [1, 2])) == .damaged(.npy, "1 bytes follow the last sample"))
    }

    @Test func `what is written is what NumPy writes`() throws {
        let header = PictureHeader(size: Size(width: 3, height: 2), channels: .rgb, depth: .uint16)
        let bytes = try Raster(header: header, bytes: [UInt8](repeating: 1, count: 36)).encoded(as: .npy)
        #expect(bytes.count == 128 + 36)
        let text = String(decoding: bytes[10..<128], as: UTF8.self)
        #expect(text.hasPrefix("{'descr': '<u2', 'fortran_order': False, 'shape': (2, 3, 3), } "))
        #expect(text.hasSuffix(" \n"))
    }
}

@Suite struct PFMTests {
    private func refusal(_ text: String, _ data: [UInt8]) -> CodecError? {
        codecError { _ = try Raster.decode(Array(text.utf8) + data) }
    }

    @Test func `the bottom row comes first, in either byte order`() throws {
        let bits = [Float(1), 2, 3, 4].map(\.bitPattern)
        let little = try Raster.decode(Array("Pf\n2 2\n-1.0\n".utf8) + littleEndian(bits))
        let big = try Raster.decode(Array("Pf\n2 2\n1e0\n".utf8) + bigEndian(bits))
        #expect(little.floats == [3, 4, 1, 2])
        #expect(big == little)
    }

    @Test func `colour has three channels`() throws {
        let raster = try Raster.decode(Array("PF 1 1 -1\n".utf8) + littleEndian([Float(1), 2, 3].map(\.bitPattern)))
        #expect(raster.header.channels == .rgb && raster.floats == [1, 2, 3])
    }

    @Test(arguments: ["Pf 0 1 -1\n", "Pf 1 x -1\n", "Pf 1 1 0\n", "Pf 1 1 nan\n", "Pf 1 1 x\n", "Pfx 1 1 -1\n"])
    func `a PFM that is wrong is refused`(text: String) {
        #expect(refusal(text, [0, 0, 0, 0])?.fault == .file)
    }

    @Test func `a number that is not finite is refused with its place in the picture`() {
        let data = littleEndian([Float(1), 2, .nan, 4].map(\.bitPattern))
        #expect(refusal("Pf 2 2 -1\n", data) == .nonFinite(.pfm, column: 0, row: 0, channel: 0))
    }

    @Test func `bytes after the last sample are refused`() {
        #expect(refusal("Pf 1 1 -1\n", [0, 0, 0, 0, 0]) == .damaged(.pfm, "1 bytes follow the last sample"))
    }

    @Test func `a picture too big to be turned over is refused before it is written`() {
        let header = PictureHeader(size: Size(width: 1000, height: 1000), channels: .rgb, depth: .float32)
        let error = codecError {
            _ = try PictureWriter(.pfm, header, options: EncodingOptions(maxMemory: 1000), to: ByteSink())
        }
        #expect(error == .overLimit(.memory, found: 12_000_000, allowed: 1000))
    }
}
