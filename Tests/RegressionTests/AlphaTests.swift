import Pixels
import Programs
import Testing

@Suite struct AlphaTests {
    @Test(arguments: [
        "[2]", "[-0.5]", "[1 1; 1 1]", "[0.1 0.1 0.1]", "high-boost 1.4", "sumpool 2", "l2pool 2 pad=same", "globall2",
        "globalsum | scale 0.01",
        "gaussian 1", "maxpool 2", "median 3", "rank 0.2 3", "sobel", "sharpen", "unsharp", "emboss",
        "laplacian border=reflect",
        "[1 2 3; 4 5 6] border=renorm", "[1 1 1]/3 border=keep", "[1 2; 3 4]/10 stride=2 dilate=2 flip",
    ])
    func `an opaque picture comes out as it would without alpha`(program: String) throws {
        let size = Size(width: 5, height: 4)
        var colours: [UInt8] = []
        var opaque: [UInt8] = []
        for index in 0..<60 {
            let value = UInt8((index * 89 + 31) % 85)
            colours.append(value)
            opaque.append(value)
            if index % 3 == 2 { opaque.append(255) }
        }
        let plain = try applied(program, colours, .rgb, size)
        let covered = try applied(program, opaque, .rgba, size)
        let found: [Int] = (0..<covered.bytes.count).filter { $0 % 4 != 3 }.map { Int(covered.bytes[$0]) }
        let apart = zip(found, plain.bytes).map { abs($0 - Int($1)) }.max()
        #expect(apart ?? 0 <= 1)
        #expect(stride(from: 3, to: covered.bytes.count, by: 4).allSatisfy { covered.bytes[$0] == 255 })
    }
}

func applied(
    _ program: String, _ bytes: [UInt8], _ channels: Channels, _ size: Size, options: RunOptions = RunOptions()
) throws -> Raster {
    let header = PictureHeader(size: size, channels: channels, depth: .uint8)
    let graph = try Catalogue().graph(for: SourceText(text: program))
    return try Plan(graph, for: header, options: options).applied(to: Raster(header: header, bytes: bytes))
}
