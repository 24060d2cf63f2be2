import Codecs
import Pixels
import Testing

@Suite struct CSVTests {
    private func refusal(_ text: String, limits: Limits = Limits()) -> String? {
        codecError { _ = try Raster.decode(Array(text.utf8), limits: limits) }?.message(for: "m.csv")
    }

    @Test(arguments: [
        ("1,2,3\n4,5,6\n", 3, [1, 2, 3, 4, 5, 6] as [Float]), ("1 2\n 3   4 \n", 2, [1, 2, 3, 4]),
        ("1\t2\n3\t4", 2, [1, 2, 3, 4]), ("0,5;1\n2;-3,25\n", 2, [0.5, 1, 2, -3.25]), ("7", 1, [7]),
        ("\n\n-1e-3 , +.5\r\n", 2, [-0.001, 0.5]), ("\u{FEFF}1;2\r\n3;4\r\n\r\n", 2, [1, 2, 3, 4]),
    ])
    func `a table of numbers is a grey picture of them`(text: String, width: Int, samples: [Float]) throws {
        let raster = try Raster.decode(Array(text.utf8))
        #expect(raster.header.size == Size(width: width, height: samples.count / width))
        #expect(raster.header.channels == .gray && raster.header.depth == .float32)
        #expect(raster.floats == samples)
    }

    @Test func `blank lines part channels`() throws {
        let raster = try Raster.decode(Array("1,2\n3,4\n\n\n5,6\n7,8\n\n9,10\n11,12\n\n".utf8))
        #expect(raster.header.channels == .rgb && raster.header.size == Size(2))
        #expect(raster.floats == [1, 5, 9, 2, 6, 10, 3, 7, 11, 4, 8, 12])
        #expect(try Raster.decode(Array("1\n\n2".utf8)).header.channels == .planes(2))
    }

    @Test(arguments: [
        ("1,2\n3\n", "line 2 has 1 number, and those before it 2"), ("1,,2", "number 2 of line 1 is empty"),
        ("1,2,\n", "number 3 of line 1 is empty"), ("1,2\n3,x", "number 2 of line 2 is 'x', which is no number"),
        ("0,dog.png\n", "number 2 of line 1 is 'dog.png', which is no number"), ("1 2\n\n1 2\n3 4", "part 1 row and 2"),
        ("1e999,1", "at column 0, row 0"), ("1,nan", "at column 1, row 0"), ("a,b\n1,2\n", "none of"),
        ("\n\n", "none of"),
        ("-", "none of"), ("1,2\u{0}", "none of"),
    ])
    func `what is no table of numbers is refused with the place`(text: String, part: String) {
        #expect(refusal(text)?.contains(part) == true, "\(refusal(text) ?? "read")")
    }

    @Test func `a table is held to the limits`() {
        let text = String(repeating: "1,2,3,4\n", count: 1000)
        #expect(refusal(text) == nil)
        #expect(refusal(text, limits: Limits(maxMemory: 23_999))?.contains("--max-memory") == true)
        #expect(refusal(text, limits: Limits(maxMemory: 24_000)) == nil)
        #expect(refusal(text, limits: Limits(maxPixels: 3999))?.contains("--max-pixels") == true)
    }

    @Test(arguments: [Channels.gray, .rgb, .rgba, .planes(2), .planes(5)])
    func `floats are read back as they were written`(channels: Channels) throws {
        var raster = noise(Size(width: 7, height: 9), channels, .float32)
        raster.bytes.withUnsafeMutableBytes {
            let values = $0.bindMemory(to: Float.self)
            for index in values.indices {
                values[index] = Float(bitPattern: UInt32(truncatingIfNeeded: index &* 2_654_435_761))
                if !values[index].isFinite || values[index] == 0 { values[index] = 1 / Float(index + 3) }
            }
        }
        for rows in [1, 4, 9] {
            let sink = ByteSink()
            let writer = try PictureWriter(.csv, raster.header, to: sink)
            let rowBytes = raster.header.bytesPerRow
            for first in stride(from: 0, to: 9, by: rows) {
                let count = min(rows, 9 - first)
                try raster.bytes.withUnsafeBytes {
                    try writer.writeRows(
                        count, from: UnsafeRawBufferPointer(rebasing: $0[first * rowBytes..<(first + count) * rowBytes])
                    )
                }
            }
            try writer.finish()
            #expect(try Raster.decode(sink.bytes) == raster)
        }
    }

    @Test func `whole numbers are written as such`() throws {
        func text(_ depth: Depth, _ bytes: [UInt8]) throws -> String {
            let header = PictureHeader(
                size: Size(width: bytes.count / depth.bytesPerSample, height: 1), channels: .gray, depth: depth)
            return String(decoding: try Raster(header: header, bytes: bytes).encoded(as: .csv), as: UTF8.self)
        }
        #expect(try text(.uint8, [0, 7, 255]) == "0,7,255\n")
        #expect(try text(.uint16, [1, 1, 255, 255]) == "257,65535\n")
        let floats = littleEndian([Float(1), -2.5, -0, 1e-9, 3e10].map(\.bitPattern))
        #expect(try text(.float32, floats) == "1,-2.5,0,1e-09,3e+10\n")
    }
}
