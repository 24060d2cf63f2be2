#if TIFF
    import Codecs
    import Glibc
    import Pixels
    import Testing

    /// Built with the trait TIFF: `scripts/test --traits TIFF,WebP`.
    @Suite struct TIFFTests {
        static let held = [
            "tiles", "apart", "apart-tiles", "white", "big", "floats", "associated", "bilevel", "palette",
        ]

        @Test(arguments: held) func `what others wrote is read sample for sample`(name: String) throws {
            let raster = try Raster.decode(fixture("\(name).tif"))
            let expected = try Raster.decode(fixture("\(name).tif.npy"))
            #expect(raster.header.size == expected.header.size)
            #expect(raster.header.depth == expected.header.depth)
            #expect(raster.header.channels.count == expected.header.channels.count)
            #expect(raster.bytes == expected.bytes)
            let slow = try PictureReader(bytes: fixture("\(name).tif"), chunkSize: 3).readAll()
            #expect(slow.bytes == expected.bytes)
        }

        @Test(arguments: [Channels.gray, .grayAlpha, .rgb, .rgba], [Depth.uint8, .uint16, .float32])
        func `what is written comes back`(channels: Channels, depth: Depth) throws {
            for size in [
                Size(1), Size(width: 7, height: 5), Size(width: 300, height: 400), Size(width: 70_000, height: 2),
            ] {
                var raster = noise(size, channels, depth)
                raster.header.metadata.density = Metadata.Density(x: 118, y: 59, unit: .centimetre)
                raster.header.metadata.texts = [Metadata.Text(keyword: "Description", text: "caf\u{E9}")]
                raster.header.metadata.exif = Metadata.exif(.turnedLeft)
                for effort in [0, 2, 9] {
                    let bytes = try raster.encoded(as: .tiff, options: EncodingOptions(effort: effort))
                    let back = try Raster.decode(bytes)
                    #expect(back.header == raster.header, "\(size) effort \(effort)")
                    #expect(back.bytes == raster.bytes, "\(size) effort \(effort)")
                }
            }
        }

        @Test func `profile, density, texts and how it lies survive`() throws {
            let metadata = try Raster.decode(fixture("metadata.tif")).header.metadata
            #expect(metadata.iccProfile?.count == 588)
            #expect(metadata.density == Metadata.Density(x: 300, y: 150, unit: .inch))
            #expect(metadata.orientation == .turnedRight || metadata.orientation == .turnedLeft)
            #expect(metadata.texts.map(\.keyword) == ["Description", "Software"])
            let again = try Raster.decode(try Raster.decode(fixture("metadata.tif")).encoded(as: .tiff))
            #expect(again.header.metadata == metadata)
        }

        @Test(arguments: ["tiles", "apart", "white", "bilevel", "palette", "metadata"])
        func `a file cut anywhere is refused`(name: String) throws {
            let bytes = try fixture("\(name).tif")
            var accepted: [Int] = []
            let whole = try Raster.decode(bytes)
            for count in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 1500)) {
                guard let raster = try? Raster.decode(Array(bytes[..<count])) else { continue }
                // What nothing points to may be missing.
                if raster != whole { accepted.append(count) }
            }
            #expect(accepted.isEmpty, "cut to \(accepted.prefix(5))")
        }

        @Test(arguments: held) func `a mutated file is decoded or refused within the limits`(name: String) throws {
            var generator = SeededGenerator(state: 5)
            let good = try fixture("\(name).tif")
            for _ in 0..<1500 {
                var bytes = good
                for _ in 0..<Int.random(in: 1...4, using: &generator) {
                    let place = Bool.random(using: &generator) ? min(bytes.count, 300) : bytes.count
                    bytes[Int.random(in: 0..<place, using: &generator)] = .random(in: 0...255, using: &generator)
                }
                if let error = codecError({
                    _ = try Raster.decode(bytes, limits: Limits(maxPixels: 1 << 22, maxMemory: 1 << 24))
                }) {
                    let sentence = error.message(for: "a.tif")
                    #expect(!sentence.contains("\n"))
                }
            }
        }

        @Test func `a header that claims too much is refused before anything is allocated`() throws {
            var bytes = try fixture("white.tif")
            // The width is the first entry of the directory, which stands behind the header.
            #expect(Array(bytes[10..<14]) == [0, 1, 4, 0])
            bytes.replaceSubrange(18..<22, with: [0xFF, 0xFF, 0xFF, 0x7F])
            let error = codecError { _ = try Raster.decode(bytes) }
            guard case .overLimit = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }

        @Test func `what a TIFF may hold and kern does not read is named`() throws {
            var bytes = try fixture("white.tif")
            for place in stride(from: 10, to: min(bytes.count - 12, 300), by: 12)
            where bytes[place] == 6 && bytes[place + 1] == 1 {
                bytes[place + 8] = 5
            }
            #expect(codecError { _ = try Raster.decode(bytes) } == .unsupported(.tiff, "its pixels are CMYK"))
        }
    }
#endif
