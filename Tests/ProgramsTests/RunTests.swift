import Pixels
import Programs
import Testing

func run(_ program: String, _ raster: Raster, options: RunOptions = RunOptions()) throws -> Raster {
    let graph = try Catalogue().graph(for: SourceText(text: program))
    return try Plan(graph, for: raster.header, options: options).applied(to: raster)
}

func gray(_ width: Int, _ bytes: [UInt8]) -> Raster {
    Raster(
        header: PictureHeader(
            size: Size(width: width, height: bytes.count / width), channels: .gray, depth: .uint8), bytes: bytes)
}

struct RunTests {
    @Test func `a literal kernel is laid over the picture as it is written`() throws {
        let impulse = gray(5, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
        #expect(
            try run("[1 2 3; 4 5 6; 7 8 9]", impulse).bytes
                == [0, 0, 0, 0, 0, 0, 90, 80, 70, 0, 0, 60, 50, 40, 0, 0, 30, 20, 10, 0, 0, 0, 0, 0, 0])
        #expect(
            try run("[1 2 3; 4 5 6; 7 8 9] flip", impulse).bytes
                == [0, 0, 0, 0, 0, 0, 10, 20, 30, 0, 0, 40, 50, 60, 0, 0, 70, 80, 90, 0, 0, 0, 0, 0, 0])
    }

    @Test func `every kernel of the catalogue runs on a tiny picture of each kind`() throws {
        for entry in Catalogue.builtIn {
            for channels in [Channels.gray, .grayAlpha, .rgb, .rgba] {
                for size in [Size(1), Size(width: 3, height: 7)] {
                    let header = PictureHeader(size: size, channels: channels, depth: .uint16)
                    let bytes = (0..<header.bytesPerRow * size.height).map { UInt8(truncatingIfNeeded: $0 &* 37) }
                    let result = try run(entry.name, Raster(header: header, bytes: bytes))
                    #expect(result.header.size == size, "\(entry.name)")
                }
            }
        }
    }
}
