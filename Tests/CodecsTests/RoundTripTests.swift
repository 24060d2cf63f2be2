import Codecs
import Pixels
import Testing

@Suite struct RoundTripTests {
    static let sizes = [(1, 1), (1, 7), (7, 1), (2, 3), (9, 8), (17, 5), (33, 31)].map { Size(width: $0, height: $1) }
    static let channels: [Channels] = [.gray, .grayAlpha, .rgb, .rgba, .planes(2), .planes(5)]

    @Test(arguments: [PictureFormat.png, .pnm, .pfm, .npy])
    func `a lossless format gives back what it was given`(format: PictureFormat) throws {
        for channels in Self.channels where format.stores(channels) {
            for depth in [Depth.uint8, .uint16, .float32] where format.stores(depth) {
                for size in Self.sizes {
                    let raster = noise(size, channels, depth)
                    let back = try Raster.decode(raster.encoded(as: format))
                    // NPY does not say what a second channel means.
                    let expected = format == .npy && channels == .grayAlpha ? .planes(2) : channels
                    #expect(back.header.channels == expected)
                    #expect(back.header.depth == depth && back.header.size == size)
                    #expect(back.bytes == raster.bytes, "\(format) \(channels) \(depth) \(size)")
                }
            }
        }
    }

    @Test(arguments: 0...9)
    func `every PNG effort is lossless`(effort: Int) throws {
        let raster = noise(Size(width: 40, height: 30), .rgb, .uint16)
        #expect(try Raster.decode(raster.encoded(as: .png, options: EncodingOptions(effort: effort))) == raster)
    }

    @Test(arguments: [Channels.gray, .rgb])
    func `JPEG at quality 100 without subsampling is near`(channels: Channels) throws {
        let options = EncodingOptions(jpegQuality: 100, jpegSampling: .s444)
        for size in Self.sizes {
            let header = PictureHeader(size: size, channels: channels, depth: .uint8)
            let bytes = (0..<(size.height * header.bytesPerRow)).map { at in
                let level = at * 5 % 256 / 2 + 64
                return UInt8(level)
            }
            let raster = Raster(header: header, bytes: bytes)
            let back = try Raster.decode(raster.encoded(as: .jpeg, options: options))
            let worst = zip(back.bytes, bytes).map { abs(Int($0) - Int($1)) }.max()
            #expect((worst ?? 999) <= 3, "\(size)")
        }
    }

    @Test(arguments: Metadata.JPEGSampling.allCases)
    func `a JPEG is written with the sampling and quality asked for`(sampling: Metadata.JPEGSampling) throws {
        for quality in [1, 10, 49, 50, 75, 90, 95, 100] {
            let options = EncodingOptions(jpegQuality: quality, jpegSampling: sampling)
            let bytes = try noise(Size(width: 40, height: 24), .rgb, .uint8).encoded(as: .jpeg, options: options)
            let settings = try PictureReader(bytes: bytes).header.metadata.jpeg
            #expect(settings == Metadata.JPEGSettings(quality: quality, sampling: sampling))
        }
    }

    @Test func `a JPEG keeps its quality and sampling when written again`() throws {
        let first = try PictureReader(bytes: fixture("quality35.jpg")).readAll()
        #expect(first.header.metadata.jpeg == Metadata.JPEGSettings(quality: 35, sampling: .s444))
        let second = try Raster.decode(first.encoded(as: .jpeg))
        #expect(second.header.metadata.jpeg == first.header.metadata.jpeg)
    }

    @Test func `what a format cannot store is refused with the reason`() {
        let size = Size(width: 2, height: 2)
        func refusal(_ format: PictureFormat, _ channels: Channels, _ depth: Depth) -> CodecError? {
            codecError { _ = try noise(size, channels, depth).encoded(as: format) }
        }
        #expect(refusal(.jpeg, .rgba, .uint8) == .cannotStoreChannels(.jpeg, .rgba))
        #expect(refusal(.jpeg, .rgb, .uint16) == .cannotStoreDepth(.jpeg, .uint16))
        #expect(refusal(.png, .planes(5), .uint8) == .cannotStoreChannels(.png, .planes(5)))
        #expect(refusal(.png, .rgb, .float32) == .cannotStoreDepth(.png, .float32))
        #expect(refusal(.pnm, .gray, .float32) == .cannotStoreDepth(.pnm, .float32))
        #expect(refusal(.pfm, .gray, .uint8) == .cannotStoreDepth(.pfm, .uint8))
        #expect(refusal(.pfm, .rgba, .float32) == .cannotStoreChannels(.pfm, .rgba))
        let wide = PictureHeader(size: Size(width: 65501, height: 1), channels: .gray, depth: .uint8)
        #expect(
            codecError { _ = try PictureWriter(.jpeg, wide, to: ByteSink()) } == .cannotStoreSize(.jpeg, wide.size))
    }
}
