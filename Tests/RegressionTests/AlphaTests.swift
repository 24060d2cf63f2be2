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

    /// A picture in dim colours, and behind its right third others that nothing shows.
    private func picture(hidden: (Int) -> UInt8) -> [UInt8] {
        (0..<12 * 8).flatMap { index -> [UInt8] in
            let (x, y) = (index % 12, index / 12)
            if x >= 8 { return [hidden(index), hidden(index + 1), hidden(index + 2), 0] }
            let level = 90 + 5 * x + 3 * y
            return [UInt8(level), UInt8(level / 2), UInt8(200 - level), y == 3 ? 100 : 255]
        }
    }

    @Test(arguments: [
        "rescale", "standardise | scale 0.2 | offset 0.5", "hysteresis", "sobel | hysteresis", "canny",
        "invert | rescale",
        "gray | rescale 0.2 0.7", "gaussian 1 | rescale", "globalmax", "median 3 | standardise | abs", "resize 5x3",
        "input 6x4x3", "input 12x8x3", "lrn 3", "softmax", "gray | input 5x5x1 | rescale",
    ])
    func `colours that nothing shows have no say`(program: String) throws {
        let size = Size(width: 12, height: 8)
        func seen(_ picture: [UInt8], _ options: RunOptions) throws -> [UInt8] {
            let result = try applied(program, picture, .rgba, size, options: options)
            let count = result.header.channels.count
            guard result.header.channels.hasAlpha else { return result.bytes }
            return result.bytes.indices.map { at in
                result.bytes[at / count * count + count - 1] == 0 ? 0 : result.bytes[at]
            }
        }
        var rescaled = RunOptions()
        rescaled.range = .rescale
        for options in [RunOptions(), rescaled] {
            let black = try seen(picture { _ in 0 }, options)
            #expect(Set(black).count > 1 || program == "globalmax")
            #expect(try seen(picture { _ in 255 }, options) == black)
            #expect(try seen(picture { UInt8($0 * 89 % 256) }, options) == black)
        }
    }

    @Test func `the visible colours go from end to end, whatever lies behind`() throws {
        let size = Size(width: 4, height: 1)
        let pixels: [UInt8] = [100, 255, 150, 128, 0, 0, 255, 0]
        #expect(try applied("rescale", pixels, .grayAlpha, size).bytes == [0, 255, 255, 128, 0, 0, 0, 0])
        var options = RunOptions()
        options.alpha = .keep
        #expect(try applied("rescale", pixels, .grayAlpha, size, options: options).bytes == pixels)
    }
}

func applied(
    _ program: String, _ bytes: [UInt8], _ channels: Channels, _ size: Size, options: RunOptions = RunOptions()
) throws -> Raster {
    let header = PictureHeader(size: size, channels: channels, depth: .uint8)
    let graph = try Catalogue().graph(for: SourceText(text: program))
    return try Plan(graph, for: header, options: options).applied(to: Raster(header: header, bytes: bytes))
}
