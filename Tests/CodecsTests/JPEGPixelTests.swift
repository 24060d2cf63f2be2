import CLanes
import Codecs
import Pixels
import Testing

/// Baseline pixels are decoded by loops of our own. libjpeg decodes them where the scan's header has something that counts for
/// progressive pictures alone: it passes over it.
@Suite struct JPEGPixelTests {
    /// The same picture, which libjpeg decodes.
    private func forLibrary(_ file: [UInt8]) throws -> [UInt8] {
        var file = file
        var at = 2
        while file[at + 1] != 0xDA {
            at += 2 + Int(file[at + 2]) << 8 + Int(file[at + 3])
            try #require(at + 4 < file.count && file[at] == 0xFF)
        }
        let components = Int(file[at + 4])
        file[at + 5 + 2 * components + 1] = 62
        return file
    }

    private func decodeTelling(_ file: [UInt8], chunkSize: Int = 1 << 16) throws -> (Raster, warnings: [String]) {
        let reader = try PictureReader(bytes: file, chunkSize: chunkSize)
        return (try reader.readAll(), reader.warnings)
    }

    private func library(_ file: [UInt8]) throws -> Raster {
        let (raster, warnings) = try decodeTelling(forLibrary(file))
        #expect(warnings.contains { $0.contains("quential") }, "\(warnings)")
        return raster
    }

    /// Smooth with some noise, or noise alone.
    private func picture(_ size: Size, _ channels: Channels, isSmooth: Bool) -> Raster {
        var raster = noise(size, channels, .uint8, seed: UInt64(size.width * 64 + size.height))
        guard isSmooth else { return raster }
        for index in raster.bytes.indices {
            let (y, x) = index.quotientAndRemainder(dividingBy: raster.header.bytesPerRow)
            raster.bytes[index] = UInt8(truncatingIfNeeded: x * 3 + y * 5 + Int(raster.bytes[index]) / 64)
        }
        return raster
    }

    @Test(arguments: Metadata.JPEGSampling.allCases + [nil])
    func `pictures of every size are those of libjpeg`(sampling: Metadata.JPEGSampling?) throws {
        for height in 1...35 {
            for width in 1...35 {
                let size = Size(width: width, height: height)
                let options = EncodingOptions(
                    jpegQuality: [2, 40, 92, 100][(width + height) % 4], jpegSampling: sampling ?? .s420)
                let raster = picture(size, sampling == nil ? .gray : .rgb, isSmooth: (width + height / 2) % 3 > 0)
                let file = try raster.encoded(as: .jpeg, options: options)
                let (own, theirs) = (try Raster.decode(file), try library(file))
                if own.bytes != theirs.bytes { Issue.record("\(size) \(options)") }
            }
        }
    }

    @Test(arguments: [Metadata.JPEGSampling.s444, .s440, .s422, .s420])
    func `pictures with restarts are those of libjpeg`(sampling: Metadata.JPEGSampling) throws {
        for quality in [15, 100] {
            let raster = picture(Size(width: 1311, height: 1003), .rgb, isSmooth: quality == 15)
            let options = EncodingOptions(jpegQuality: quality, jpegSampling: sampling)
            let file = try raster.encoded(as: .jpeg, options: options)
            let isSame = try Raster.decode(file).bytes == library(file).bytes
            #expect(isSame)
        }
        let file = try picture(Size(width: 700, height: 90), .rgb, isSmooth: false).encoded(as: .jpeg)
        let whole = try Raster.decode(file)
        for chunkSize in [1, 7, 4096] { #expect(try decodeTelling(file, chunkSize: chunkSize).0 == whole) }
    }

    /// What libjpeg decodes without a word is decoded to the same, or is a fault that it lets pass: a run beyond its block.
    @Test(arguments: ["420.jpg", "422.jpg", "444.jpg", "gray.jpg", "restart.jpg"])
    func `damaged scans are refused, or what libjpeg makes of them`(name: String) throws {
        let whole = try fixture(name)
        var generator = SeededGenerator(state: 11)
        let scan = try #require(whole.indices.last { whole[$0...].starts(with: [0xFF, 0xDA]) }) + 14
        var refused = 0
        var decoded = 0
        for _ in 0..<1500 {
            var file = whole
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let at = Int.random(in: scan..<file.count, using: &generator)
                switch generator.next() % 4 {
                case 0: file[at] = [0, 0xFF, 0xD0, 0xD9][Int(generator.next() % 4)]
                case 1: file.remove(at: at)
                case 2: file.insert(UInt8(truncatingIfNeeded: generator.next()), at: at)
                default: file[at] ^= 1 << UInt8(generator.next() % 8)
                }
            }
            guard let own = try? Raster.decode(file) else {
                refused += 1
                continue
            }
            guard let theirs = try? library(file) else {
                Issue.record("libjpeg finds a fault that we do not")
                continue
            }
            decoded += 1
            let isSame = own.bytes == theirs.bytes
            #expect(isSame)
        }
        #expect(refused > 300 && decoded > 100, "\(refused) refused, \(decoded) decoded")
    }

    /// Where a marker's segment begins, or nil.
    private func place(of marker: UInt8, in file: [UInt8], where isIt: (Int) -> Bool = { _ in true }) -> Int? {
        var at = 2
        while at + 4 < file.count, file[at + 1] != 0xDA {
            if file[at + 1] == marker, isIt(at) { return at }
            at += 2 + Int(file[at + 2]) << 8 + Int(file[at + 3])
        }
        return nil
    }

    @Test(arguments: [0x00, 0x10])
    func `a code that has a word of ones alone is refused, as libjpeg does`(table: UInt8) throws {
        var file = try fixture("444.jpg")
        let at = try #require(place(of: 0xC4, in: file) { file[$0 + 4] == table })
        let counts = at + 5
        let longest = try #require((0..<16).last { file[counts + $0] > 0 })
        var code = 0
        for length in 0...longest { code = code << 1 + Int(file[counts + length]) }
        #expect(code == 1 << (longest + 1) - 1, "all words but that of ones")
        file[counts + longest] += 1
        let length = Int(file[at + 2]) << 8 + Int(file[at + 3])
        file.insert(5, at: at + 2 + length)
        (file[at + 2], file[at + 3]) = (UInt8((length + 1) >> 8), UInt8(truncatingIfNeeded: length + 1))
        #expect(codecError { _ = try Raster.decode(file) } == .damaged(.jpeg, "Bogus Huffman table definition"))
    }

    @Test(arguments: [0x22, 0x44, 0x33, 0x41, 0x14])
    func `more than ten blocks in a unit are refused, as libjpeg does`(factors: UInt8) throws {
        var file = try fixture("444.jpg")
        let frame = try #require(place(of: 0xC0, in: file))
        for component in 0..<3 { file[frame + 11 + 3 * component] = factors }
        let error = CodecError.damaged(.jpeg, "Sampling factors too large for interleaved scan")
        #expect(codecError { _ = try Raster.decode(file) } == error)
        // Blocks of a single component come one by one.
        var gray = try fixture("gray.jpg")
        gray[try #require(place(of: 0xC0, in: gray)) + 11] = factors
        #expect(try Raster.decode(gray).bytes == library(gray).bytes)
    }

    /// libjpeg leaves coefficients of a first try behind there, but not where it has to go byte by byte.
    @Test func `several bytes of ones before a zero are one`() throws {
        let whole = try noise(Size(width: 56, height: 40), .rgb, .uint8).encoded(
            as: .jpeg, options: EncodingOptions(jpegSampling: .s444))
        let scan = try #require(whole.indices.last { whole[$0...].starts(with: [0xFF, 0xDA]) })
        let at = try #require(whole.indices[(scan + 14)...].first { whole[$0...].starts(with: [0xFF, 0]) })
        let plain = try Raster.decode(whole)
        for count in [1, 3, 70] {
            let file = whole[..<at] + [UInt8](repeating: 0xFF, count: count) + whole[at...]
            #expect(try Raster.decode(Array(file)).bytes == plain.bytes)
            #expect(try decodeTelling(forLibrary(Array(file)), chunkSize: 1).0.bytes == plain.bytes)
        }
    }

    @Test func `every end of a scan that is cut short is told of`() throws {
        let whole = try fixture("420.jpg")
        for count in (whole.count - 300)..<whole.count {
            let error = codecError { _ = try Raster.decode(Array(whole[..<count])) }
            #expect(error == .truncated(.jpeg), "\(count) of \(whole.count) bytes")
        }
        // The picture's end too early is no file that is cut short.
        let early = Array(whole[..<(whole.count - 90)]) + [0xFF, 0xD9]
        #expect(codecError { _ = try Raster.decode(early) }?.fault == .file)
        #expect(codecError { _ = try Raster.decode(early) } != .truncated(.jpeg))
    }

    @Test func `padding in front of the end is a warning, other bytes are damage`() throws {
        let whole = try fixture("444.jpg")
        func ending(_ bytes: [UInt8]) -> [UInt8] { whole.dropLast(2) + bytes }
        let plain = try Raster.decode(whole)
        let (padded, warnings) = try decodeTelling(ending([0, 0, 0, 0xFF, 0xD9]))
        #expect(padded.bytes == plain.bytes)
        #expect(warnings == ["Corrupt JPEG data: 3 extraneous bytes before marker 0xd9"])
        #expect(codecError { _ = try Raster.decode(ending([0, 1, 0, 0xFF, 0xD9])) }?.fault == .file)
        #expect(try Raster.decode(ending([0xFF, 0xFF, 0xFF, 0xD9])).bytes == plain.bytes)
        // Segments behind the pixels belong to nobody.
        #expect(try Raster.decode(ending([0xFF, 0xFE, 0, 4, 1, 2, 0xFF, 0xD9])).bytes == plain.bytes)
        #expect(codecError { _ = try Raster.decode(ending([0xFF, 0xFE, 0, 1, 0xFF, 0xD9])) }?.fault == .file)
        #expect(codecError { _ = try Raster.decode(ending([0xFF, 0xD8, 0xFF, 0xD9])) }?.fault == .file)
        #expect(codecError { _ = try Raster.decode(ending([])) } == .truncated(.jpeg))
    }

    @Test func `every level makes the same of blocks`() {
        var generator = SeededGenerator(state: 5)
        let count = 37
        let room = count + Int(KERN_BLOCK_SLACK)
        for most: Int16 in [0, 2, 60, 1000] {
            var blocks = [Int16](repeating: 0, count: 64 * room)
            var detailed = [UInt8](repeating: 0, count: room)
            for block in 0..<count {
                blocks[64 * block] = Int16.random(in: -1024...1024, using: &generator)
                detailed[block] = UInt8(generator.next() % 3 / 2)
                guard detailed[block] == 1 else { continue }
                for place in 1..<64 where generator.next() % 3 == 0 {
                    blocks[64 * block + place] = Int16.random(in: -most...most, using: &generator)
                }
            }
            let factors = (0..<64).map { UInt16($0 / 4 + 1) }
            let pitch = 8 * room
            let all = Level.all.map { level in
                var out = [UInt8](repeating: 0, count: 8 * pitch)
                level.loops.pointee.unblock(&out, pitch, blocks, detailed, count, factors)
                return (0..<8).map { out[($0 * pitch)..<($0 * pitch + 8 * count)] }
            }
            for rows in all { #expect(rows == all[0]) }
        }
    }

    @Test(arguments: Level.all)
    func `chroma is stretched and colours are made as the formulas say`(level: Level) {
        var generator = SeededGenerator(state: 8)
        let slack = Int(KERN_BLOCK_SLACK)
        for count in 1...70 {
            // Edges are repeated.
            func row() -> [UInt8] {
                var row = (0..<(count + 2 * slack)).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
                row[slack - 1] = row[slack]
                row[slack + count] = row[slack + count - 1]
                return row
            }
            let (near, far, other) = (row(), row(), row())
            func at(_ row: [UInt8], _ x: Int) -> Int { Int(row[slack + x]) }
            func column(_ x: Int) -> Int { 3 * at(near, x) + at(far, x) }
            func made(
                _ length: Int, _ make: (UnsafeMutablePointer<UInt8>, UnsafePointer<UInt8>, UnsafePointer<UInt8>) -> Void
            )
                -> [UInt8]
            {
                var out = [UInt8](repeating: 7, count: length + 2 * slack)
                near.withUnsafeBufferPointer { near in
                    far.withUnsafeBufferPointer { far in
                        out.withUnsafeMutableBufferPointer { out in
                            guard let a = near.baseAddress, let b = far.baseAddress, let to = out.baseAddress else {
                                return
                            }
                            make(to, a + slack, b + slack)
                        }
                    }
                }
                return Array(out[..<length])
            }
            let loops = level.loops.pointee
            let across = made(2 * count) { out, near, _ in loops.stretch_across(out, near, count) }
            let both = made(2 * count) { out, near, far in loops.stretch_both(out, near, far, count) }
            let down = made(count) { out, near, far in loops.stretch_down(out, near, far, count, 1) }
            for x in 0..<count {
                #expect(Int(across[2 * x]) == (3 * at(near, x) + at(near, x - 1) + 1) / 4)
                #expect(Int(across[2 * x + 1]) == (3 * at(near, x) + at(near, x + 1) + 2) / 4)
                #expect(Int(both[2 * x]) == (3 * column(x) + column(x - 1) + 8) / 16)
                #expect(Int(both[2 * x + 1]) == (3 * column(x) + column(x + 1) + 7) / 16)
                #expect(Int(down[x]) == (column(x) + 1) / 4)
            }
            var rgb = [UInt8](repeating: 7, count: 3 * count + 1)
            near.withUnsafeBufferPointer { luma in
                far.withUnsafeBufferPointer { blue in
                    other.withUnsafeBufferPointer { red in
                        guard let y = luma.baseAddress, let cb = blue.baseAddress, let cr = red.baseAddress else {
                            return
                        }
                        loops.rgb_of_ycc(&rgb, y + slack, cb + slack, cr + slack, count)
                    }
                }
            }
            func fixed(_ factor: Double) -> Int { Int((factor * 65536).rounded()) }
            for x in 0..<count {
                let (y, cb, cr) = (at(near, x), at(far, x) - 128, at(other, x) - 128)
                let wanted = [
                    y + (fixed(1.402) * cr + 32768) >> 16,
                    y + (-fixed(0.34414) * cb - fixed(0.71414) * cr + 32768) >> 16,
                    y + (fixed(1.772) * cb + 32768) >> 16,
                ]
                #expect(Array(rgb[(3 * x)..<(3 * x + 3)]) == wanted.map { UInt8(min(max($0, 0), 255)) })
            }
            #expect(rgb[3 * count] == 7)
        }
    }
}
