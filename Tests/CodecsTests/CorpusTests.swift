import Codecs
import Pixels
import Testing

/// One line of Fixtures/expected.txt.
struct ExpectedPicture: CustomTestStringConvertible, Sendable {
    let file: String
    /// Width, height, channels, bits and CRC-32; nil where the file must be refused.
    let samples: [String]?

    var testDescription: String { file }

    static let all: [ExpectedPicture] = {
        let text = String(decoding: fileBytes("\(testFolder)/Fixtures/expected.txt") ?? [], as: UTF8.self)
        return text.split(separator: "\n").map { line in
            let words = line.split(separator: " ").map(String.init)
            return ExpectedPicture(file: words[0], samples: words[1] == "refused" ? nil : Array(words[1...]))
        }
    }()

    func bytes() throws -> [UInt8] {
        if file.hasPrefix("Fixtures/") { return try fixture(String(file.dropFirst("Fixtures/".count))) }
        guard let bytes = fileBytes("\(sharedFolder ?? "")/corpus/\(file)") else { throw MissingFixture(name: file) }
        return bytes
    }
}

func summary(_ raster: Raster) -> [String] {
    let crc = String(crc32(raster.bytes), radix: 16)
    return [
        "\(raster.header.size.width)", "\(raster.header.size.height)", "\(raster.header.channels.count)",
        "\(raster.header.depth.bytesPerSample * 8)", String(repeating: "0", count: 8 - crc.count) + crc,
    ]
}

@Suite struct CorpusTests {
    static let own = ExpectedPicture.all.filter { $0.file.hasPrefix("Fixtures/") }
    static let shared = ExpectedPicture.all.filter { !$0.file.hasPrefix("Fixtures/") }

    @Test func `the list of expected pictures is whole`() {
        #expect(Self.own.count == 10)
        #expect(Self.shared.count == 190)
        #expect(Self.shared.filter { $0.samples == nil }.count == 14)
    }

    @Test(arguments: own)
    func `a fixture decodes to the samples Pillow finds`(expected: ExpectedPicture) throws {
        #expect(summary(try Raster.decode(expected.bytes())) == expected.samples)
    }

    @Test(.enabled(if: sharedFolder != nil, "no shared/corpus beside the checkout; set KERN_SHARED"), arguments: shared)
    func `a picture of the corpus decodes to the samples other decoders find, or is refused`(
        expected: ExpectedPicture
    ) throws {
        let bytes = try expected.bytes()
        if let samples = expected.samples {
            #expect(summary(try Raster.decode(bytes)) == samples)
        } else {
            let error = codecError { _ = try Raster.decode(bytes) }
            #expect(error?.fault == .file, "\(String(describing: error))")
        }
    }
}
