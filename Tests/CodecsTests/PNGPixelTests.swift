import Codecs
import Dispatch
import Pixels
import Testing

@Suite struct PNGPixelTests {
    typealias Chunk = (name: String, data: [UInt8])

    /// Noise, 40 by 30, grey: what it is and what its rows are with their filter bytes.
    private static let pixels: [UInt8] = noise(Size(width: 40, height: 30), .gray, .uint8).bytes
    private static let rows: [UInt8] = (0..<30).flatMap { [0] + pixels[($0 * 40)...].prefix(40) }
    private static let front: Chunk = ihdr(width: 40, height: 30)
    private static let end: Chunk = ("IEND", [])

    private func file(_ stream: [UInt8], behind: [Chunk] = []) -> [UInt8] {
        png([Self.front, ("IDAT", stream)] + behind + [Self.end])
    }

    private func refusal(_ bytes: [UInt8]) -> CodecError? { codecError { _ = try Raster.decode(bytes) } }

    private func warnings(_ bytes: [UInt8]) throws -> [String] {
        let reader = try PictureReader(bytes: bytes)
        #expect(try reader.rows(7) == Self.pixels)
        return reader.warnings
    }

    @Test(arguments: [1, 2, 3, 7, 100])
    func `pixels are the same in chunks of any size, with empty ones between`(size: Int) throws {
        let stream = stored(Self.rows)
        let pieces: [Chunk] = stride(from: 0, to: stream.count, by: size).flatMap { start -> [Chunk] in
            [("IDAT", Array(stream[start..<min(start + size, stream.count)])), ("IDAT", [])]
        }
        let bytes = png([Self.front, ("IDAT", [])] + pieces + [Self.end])
        for chunkSize in [1, 5, 4096] {
            let reader = try PictureReader(bytes: bytes, chunkSize: chunkSize)
            #expect(try reader.rows(4) == Self.pixels)
            #expect(reader.warnings == [])
        }
    }

    @Test func `a wrong checksum, of a chunk or of the stream, is damage`() throws {
        let stream = stored(Self.rows)
        #expect(try warnings(file(stream)) == [])
        #expect(refusal(file(Array(stream.dropLast()) + [stream[stream.count - 1] ^ 1]))?.fault == .file)
        let halves: [Chunk] = [("IDAT", Array(stream[..<600])), ("IDAT", Array(stream[600...]))]
        let bytes = png([Self.front] + halves + [Self.end])
        // The signature, IHDR, and then both chunks with 12 bytes around their data; the last four of all are IEND's.
        let firstCRC = 8 + 25 + 8 + 600
        let secondCRC = bytes.count - 12 - 4
        for at in [firstCRC, secondCRC, bytes.count - 4] {
            var wrong = bytes
            wrong[at] ^= 0x40
            guard case .damaged(.png, let reason) = refusal(wrong) else {
                Issue.record("byte \(at) was let through")
                continue
            }
            #expect(reason.hasSuffix("CRC error"), "byte \(at)")
        }
    }

    @Test func `a file without its end is cut short, and what is behind the end is nobody's`() throws {
        let bytes = file(stored(Self.rows))
        #expect(refusal(Array(bytes.dropLast(12))) == .truncated(.png))
        #expect(try Raster.decode(bytes + [1, 2, 3]).bytes == Self.pixels)
    }

    @Test func `too little data is damage, too many pixels too, and bytes behind the stream a warning`() throws {
        let stream = stored(Self.rows)
        #expect(refusal(file(stored(Array(Self.rows.dropLast()))))?.fault == .file)
        #expect(refusal(file(stored(Self.rows + [0])))?.fault == .file)
        #expect(refusal(file(Array(stream.dropLast(2))))?.fault == .file)
        #expect(refusal(png([Self.front, Self.end]))?.fault == .file)
        #expect(try warnings(file(stream + [1, 2])) == ["IDAT: Extra compressed data"])
        #expect(try warnings(file(stream, behind: [("IDAT", [1])])) == ["IDAT: Extra compressed data"])
        #expect(try warnings(file(stream, behind: [("IDAT", [])])) == [])
    }

    @Test func `a chunk behind the pixels is skipped where PNG allows that`() throws {
        let stream = stored(Self.rows)
        #expect(try warnings(file(stream, behind: [("teSt", [1, 2]), ("tIME", [0])])) == [])
        #expect(refusal(file(stream, behind: [("TeSt", [1, 2])]))?.fault == .file)
        #expect(refusal(file(stream, behind: [Self.front]))?.fault == .file)
        #expect(refusal(file(stream, behind: [("PLTE", [1, 2, 3])]))?.fault == .file)
        #expect(refusal(file(stream, behind: [("teSt", []), ("IDAT", [1])]))?.fault == .file)
        #expect(refusal(file(stream, behind: [("teSt", []), ("IDAT", [])]))?.fault == .file)
        #expect(refusal(file(stream, behind: [("te$t", [])]))?.fault == .file)
        var bytes = file(stream, behind: [("teSt", [1, 2])])
        bytes[bytes.count - 13] ^= 1
        #expect(try warnings(bytes) == ["teSt: CRC error"])
    }

    @Test func `the head of the stream must be zlib's, without a dictionary; its window may be any`() throws {
        func head(_ method: Int, flags: Int = 0) -> [UInt8] {
            let missing = 31 - (method << 8 + flags) % 31
            return [UInt8(method), UInt8(flags + missing % 31)]
        }
        for window in 0...7 { #expect(try warnings(file(stored(Self.rows, head: head(window << 4 | 8)))) == []) }
        for wrong in [head(0x88), head(0x77), head(0x78, flags: 0x20), [0x78, 0x02]] {
            #expect(refusal(file(stored(Self.rows, head: wrong)))?.fault == .file, "\(wrong)")
        }
    }

    @Test func `a row with a filter PNG does not have is damage`() {
        var rows = Self.rows
        rows[41 * 29] = 5
        #expect(refusal(file(stored(rows))) == .damaged(.png, "a row has filter 5, and PNG has 0 to 4"))
    }

    @Test func `a match may reach back 32 KiB but not in front of the picture`() throws {
        // 128 rows of 256 bytes are as far as deflate looks back; matches repeat them past the decoder's window.
        let (period, height) = (32768, 2000)
        var generator = SeededGenerator(state: 5)
        let once = (0..<period).map { $0 % 256 == 0 ? 0 : UInt8.random(in: 0...255, using: &generator) }
        func stream(distance: Int) -> [UInt8] {
            var block = FixedBlock()
            for byte in once { block.literal(byte) }
            let (matches, rest) = (height * 256 - period).quotientAndRemainder(dividingBy: 258)
            for _ in 0..<matches { block.longMatch(distance: distance) }
            for at in (height * 256 - rest)..<(height * 256) { block.literal(once[at % period]) }
            block.end()
            let all = (0..<(height * 256)).map { once[$0 % period] }
            return [0x78, 0x01] + block.bytes + adler32(all)
        }
        func picture(_ stream: [UInt8]) -> [UInt8] {
            png([ihdr(width: 255, height: UInt32(height)), ("IDAT", stream), Self.end])
        }
        let bytes = try Raster.decode(picture(stream(distance: 32768))).bytes
        let expected = (0..<height).flatMap { y -> ArraySlice<UInt8> in
            let start = y % 128 * 256
            return once[(start + 1)..<(start + 256)]
        }
        #expect(bytes == expected)

        var early = FixedBlock()
        for byte in once.dropLast() { early.literal(byte) }
        early.longMatch(distance: 32768)
        early.end()
        #expect(refusal(picture([0x78, 0x01] + early.bytes + [0, 0, 0, 0]))?.fault == .file)
    }

    @Test(arguments: [(1, 0), (2, 0), (4, 0), (8, 0), (16, 0), (8, 2), (16, 2)])
    func `a transparent colour becomes alpha at every depth`(bits: Int, type: Int) throws {
        let (width, colors) = (21, type == 2 ? 3 : 1)
        let largest = 1 << bits - 1
        var generator = SeededGenerator(state: 9)
        let key = (0..<colors).map { _ in Int.random(in: 0...largest, using: &generator) }
        // Every third pixel is the key, the one behind it differs from it in the last sample only.
        let pixels = (0..<width).map { x -> [Int] in
            if x % 3 == 0 { return key }
            if x % 3 == 1 { return key.dropLast() + [key[colors - 1] ^ 1] }
            return key.map { _ in Int.random(in: 0...largest, using: &generator) }
        }
        var row: [UInt8] = [0]
        var (held, heldBits) = (0, 0)
        for sample in pixels.joined() {
            (held, heldBits) = (held << bits | sample, heldBits + bits)
            while heldBits >= 8 {
                heldBits -= 8
                row.append(UInt8(held >> heldBits & 255))
            }
        }
        if heldBits > 0 { row.append(UInt8(held << (8 - heldBits) & 255)) }
        let transparency: Chunk = ("tRNS", key.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] })
        let raster = try Raster.decode(
            png([
                ihdr(width: UInt32(width), height: 1, bits: UInt8(bits), type: UInt8(type)), transparency,
                ("IDAT", stored(row)), Self.end,
            ]))
        let full = bits == 16 ? 65535 : 255
        let expected = pixels.flatMap { pixel -> [Int] in
            pixel.map { $0 * full / largest } + [pixel == key ? 0 : full]
        }
        let found: [Int] = raster.bytes.withUnsafeBytes { bytes in
            bits == 16 ? bytes.bindMemory(to: UInt16.self).map(Int.init) : bytes.map(Int.init)
        }
        #expect(found == expected)
    }

    @Test(arguments: [PictureFormat.png, .jpeg, .pnm])
    func `rows may be read on another thread than the one that opened the picture`(format: PictureFormat) throws {
        let raster = noise(Size(width: 30, height: 20), .rgb, .uint8)
        let bytes = try raster.encoded(as: format)
        let reader = try PictureReader(bytes: bytes)
        nonisolated(unsafe) let lent = reader  // one thread at a time: each waits for the other
        let rows = UnsafeMutableRawBufferPointer.allocate(byteCount: 90 * 20, alignment: 16)
        nonisolated(unsafe) let out = rows
        defer { rows.deallocate() }
        for y in stride(from: 0, to: 20, by: 5) {
            let group = DispatchGroup()
            DispatchQueue.global().async(group: group) {
                try? lent.readRows(5, into: UnsafeMutableRawBufferPointer(rebasing: out[(y * 90)...]))
            }
            group.wait()
        }
        #expect(Array(rows) == (try Raster.decode(bytes)).bytes)
    }
}
