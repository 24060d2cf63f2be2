import Codecs
import Glibc
import Pixels
import Testing

@Suite struct StreamTests {
    @Test(arguments: SmallFile.all)
    func `rows do not depend on how many come at once or how the bytes arrive`(file: SmallFile) throws {
        let expected = try Raster.decode(file.bytes)
        for chunkSize in [1, 2, 7, 64, 4096] {
            for rowsAtOnce in [1, 2, 3, 1000] {
                let reader = try PictureReader(bytes: file.bytes, chunkSize: chunkSize)
                let count = min(rowsAtOnce, reader.header.size.height)
                #expect(try reader.rows(count) == expected.bytes, "\(chunkSize) bytes, \(count) rows")
            }
        }
    }

    @Test(arguments: [PictureFormat.png, .jpeg, .pnm, .pfm, .npy])
    func `the file does not depend on how many rows are given at once`(format: PictureFormat) throws {
        let raster = noise(Size(width: 13, height: 11), .rgb, format == .pfm ? .float32 : .uint8)
        let expected = try raster.encoded(as: format)
        let stride = raster.header.bytesPerRow
        for rowsAtOnce in [1, 2, 5] {
            let sink = ByteSink()
            let writer = try PictureWriter(format, raster.header, to: sink)
            for y in Swift.stride(from: 0, to: 11, by: rowsAtOnce) {
                let count = min(rowsAtOnce, 11 - y)
                try Array(raster.bytes[(y * stride)..<((y + count) * stride)]).withUnsafeBytes {
                    try writer.writeRows(count, from: $0)
                }
            }
            try writer.finish()
            #expect(sink.bytes == expected)
        }
    }

    @Test(arguments: [PictureFormat.png, .jpeg, .pnm, .pfm, .npy])
    func `pictures pass through pipes`(format: PictureFormat) throws {
        // Small enough for a pipe's buffer, so that one thread can write and then read.
        let raster = noise(Size(width: 40, height: 60), .rgb, format == .pfm ? .float32 : .uint8)
        let expected = try Raster.decode(raster.encoded(as: format))
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        defer { close(ends[0]) }
        let writer = try PictureWriter(format, raster.header, to: ByteSink(descriptor: ends[1]))
        try raster.bytes.withUnsafeBytes { try writer.writeRows(60, from: $0) }
        try writer.finish()
        close(ends[1])
        #expect(try PictureReader(descriptor: ends[0]).readAll() == expected)
    }

    @Test(arguments: SmallFile.all)
    func `a file cut short is refused when it comes through a pipe`(file: SmallFile) throws {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        defer { close(ends[0]) }
        let cut = file.bytes.dropLast(file.testDescription.hasPrefix("plain") ? 3 : 1)
        #expect(Array(cut).withUnsafeBytes { write(ends[1], $0.baseAddress, $0.count) } == cut.count)
        close(ends[1])
        #expect(codecError { _ = try PictureReader(descriptor: ends[0]).readAll() }?.fault == .file)
    }

    @Test func `a full disk is reported`() throws {
        let descriptor = open("/dev/full", O_WRONLY)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        for format in [PictureFormat.png, .jpeg, .pnm, .npy] {
            let raster = noise(Size(width: 400, height: 900), .rgb, .uint8)
            let error = codecError {
                let writer = try PictureWriter(format, raster.header, to: ByteSink(descriptor: descriptor))
                try raster.bytes.withUnsafeBytes { try writer.writeRows(900, from: $0) }
                try writer.finish()
            }
            #expect(error == .system(.write, errno: ENOSPC), "\(format)")
        }
    }

    @Test func `a reader that went away is reported`() throws {
        signal(SIGPIPE, SIG_IGN)
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        close(ends[0])
        defer { close(ends[1]) }
        let raster = noise(Size(width: 4, height: 4), .rgb, .uint8)
        let writer = try PictureWriter(.png, raster.header, to: ByteSink(descriptor: ends[1]))
        try raster.bytes.withUnsafeBytes { try writer.writeRows(4, from: $0) }
        #expect(codecError { try writer.finish() } == .system(.write, errno: EPIPE))
    }

    @Test func `a missing file and a folder are the world's errors`() {
        #expect(codecError { _ = try PictureReader(path: "/nowhere/a.png") } == .system(.open, errno: ENOENT))
        #expect(codecError { _ = try PictureReader(path: "/tmp") } == .system(.read, errno: EISDIR))
    }

    @Test func `after an error the reader throws it again`() throws {
        let bytes = Array(try fixture("420.jpg").dropLast(100))
        let reader = try PictureReader(bytes: bytes)
        let first = codecError { _ = try reader.rows(33) }
        let again = codecError { _ = try reader.rows(1) }
        #expect(first == .truncated(.jpeg))
        #expect(again == first)
    }
}
