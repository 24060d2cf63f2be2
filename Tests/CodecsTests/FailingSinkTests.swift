import Codecs
import Dispatch
import Glibc
import Pixels
import Testing

/// A reader that goes away while strips are underway: the error comes out, and nothing waits for ever.
@Suite struct FailingSinkTests {
    /// Writes into a pipe whose reader closes it after so many bytes.
    private func failure(_ format: PictureFormat, _ raster: Raster, threads: Int, after bytes: Int) throws
        -> CodecError?
    {
        signal(SIGPIPE, SIG_IGN)
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let reading = ends[0]
        let isClosed = DispatchSemaphore(value: 0)
        DispatchQueue(label: "reader").async {
            var left = bytes
            var buffer = [UInt8](repeating: 0, count: 4096)
            while left > 0 {
                let count = read(reading, &buffer, min(left, buffer.count))
                if count <= 0 { break }
                left -= count
            }
            close(reading)
            isClosed.signal()
        }
        defer {
            close(ends[1])
            isClosed.wait()
        }
        let writer: PictureWriter
        do {
            writer = try PictureWriter(
                format, raster.header, options: EncodingOptions(threads: threads), to: ByteSink(descriptor: ends[1]))
        } catch {
            return error
        }
        let stride = raster.header.bytesPerRow
        let height = raster.header.size.height
        var first = 0
        func goOn() throws {
            while first < height {
                try raster.bytes.withUnsafeBytes {
                    try writer.writeRows(
                        10, from: UnsafeRawBufferPointer(rebasing: $0[(first * stride)..<((first + 10) * stride)]))
                }
                first += 10
            }
            try writer.finish()
        }
        let error = codecError(goOn)
        #expect(codecError(goOn) == error, "what failed once says so again")
        return error
    }

    @Test(arguments: [PictureFormat.png, .jpeg])
    func `a reader that goes away is reported wherever it happens`(format: PictureFormat) throws {
        let raster = noise(Size(width: 1500, height: 800), .rgb, .uint8)
        let all = try raster.encoded(as: format).count
        for threads in [1, 2, 8] {
            for bytes in [0, 1, 50_000, all / 4, all / 2, all * 3 / 4] {
                let error = try failure(format, raster, threads: threads, after: bytes)
                #expect(error == .system(.write, errno: EPIPE), "\(threads) threads, after \(bytes) bytes")
            }
        }
    }

    @Test(arguments: [PictureFormat.png, .jpeg])
    func `a writer that is dropped halfway leaves nothing waiting`(format: PictureFormat) throws {
        let raster = noise(Size(width: 1500, height: 800), .rgb, .uint8)
        for rows in [0, 1, 200, 790] {
            for threads in [1, 2, 8] {
                let sink = ByteSink()
                let writer = try PictureWriter(
                    format, raster.header, options: EncodingOptions(threads: threads), to: sink)
                try raster.bytes.withUnsafeBytes { try writer.writeRows(rows, from: $0) }
                #expect(sink.bytes.count < raster.bytes.count)
            }
        }
    }
}
