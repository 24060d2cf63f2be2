#if WebP
    import Codecs
    import Pixels
    import Testing

    /// Built with the trait WebP: `scripts/test --traits TIFF,WebP`.
    @Suite struct WebPTests {
        static let held = ["lossless", "lossy", "lossy-alpha", "metadata"]

        @Test(arguments: held) func `what others wrote is read sample for sample`(name: String) throws {
            let raster = try Raster.decode(fixture("\(name).webp"))
            let expected = try Raster.decode(fixture("\(name).webp.npy"))
            #expect(raster.header.size == expected.header.size)
            #expect(raster.bytes == expected.bytes)
        }

        @Test(arguments: [Channels.gray, .grayAlpha, .rgb, .rgba])
        func `without a quality nothing is lost, also under clear pixels`(channels: Channels) throws {
            let raster = noise(Size(width: 61, height: 23), channels, .uint8)
            let back = try Raster.decode(try raster.encoded(as: .webp))
            let step = channels.count
            let spread = channels.colorCount == 3
            let expected =
                spread
                ? raster.bytes
                : stride(from: 0, to: raster.bytes.count, by: step).flatMap { at in
                    [UInt8](repeating: raster.bytes[at], count: 3) + (step == 2 ? [raster.bytes[at + 1]] : [])
                }
            // Alpha that is opaque everywhere would be left out.
            #expect(back.bytes == expected)
        }

        @Test func `a quality makes it smaller and changes it a little`() throws {
            let raster = try Raster.decode(fixture("lossy.webp"))
            let small = try raster.encoded(as: .webp, options: EncodingOptions(jpegQuality: 50))
            let large = try raster.encoded(as: .webp, options: EncodingOptions(jpegQuality: 98))
            #expect(small.count < large.count)
            let back = try Raster.decode(large)
            let distance = zip(back.bytes, raster.bytes).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
            #expect(distance > 0 && distance < 6 * raster.bytes.count)
        }

        @Test func `profile and EXIF survive`() throws {
            let picture = try Raster.decode(fixture("metadata.webp"))
            #expect(picture.header.metadata.iccProfile?.count == 588)
            #expect(
                picture.header.metadata.orientation == .turnedRight
                    || picture.header.metadata.orientation == .turnedLeft)
            let back = try Raster.decode(try picture.encoded(as: .webp))
            #expect(back == picture)
        }

        @Test(arguments: held) func `a file cut anywhere is refused`(name: String) throws {
            let bytes = try fixture("\(name).webp")
            for count in 0..<bytes.count {
                let error = codecError { _ = try Raster.decode(Array(bytes[..<count])) }
                #expect(error?.fault == .file, "cut to \(count) of \(bytes.count): \(String(describing: error))")
            }
        }

        @Test(arguments: held) func `a mutated file is decoded or refused within the limits`(name: String) throws {
            var generator = SeededGenerator(state: 5)
            let good = try fixture("\(name).webp")
            for _ in 0..<1500 {
                var bytes = good
                for _ in 0..<Int.random(in: 1...4, using: &generator) {
                    let place = Bool.random(using: &generator) ? min(bytes.count, 60) : bytes.count
                    bytes[Int.random(in: 0..<place, using: &generator)] = .random(in: 0...255, using: &generator)
                }
                _ = codecError {
                    _ = try Raster.decode(bytes, limits: Limits(maxPixels: 1 << 22, maxMemory: 1 << 24))
                }
            }
        }

        @Test func `an animation is refused, and a picture that is too wide`() throws {
            let moving = try fixture("moving.webp")
            #expect(codecError { _ = try Raster.decode(moving) } == .unsupported(.webp, "it is an animation"))
            let wide = noise(Size(width: 16384, height: 1), .rgb, .uint8)
            #expect(codecError { _ = try wide.encoded(as: .webp) } == .cannotStoreSize(.webp, wide.header.size))
            let limits = Limits(maxMemory: 1000)
            #expect(codecError { _ = try Raster.decode(fixture("lossy.webp"), limits: limits) }?.fault == .limit)
        }
    }
#endif
