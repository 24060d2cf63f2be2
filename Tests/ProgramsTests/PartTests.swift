import Pixels
import Programs
import Steps
import Testing

/// Regions, masks and channels: inside as the program makes it of the whole picture, outside as it was.
struct PartTests {
    private func picture(_ channels: Channels, _ size: Size = Size(width: 23, height: 31), depth: Depth = .uint8)
        -> Raster
    {
        let header = PictureHeader(size: size, channels: channels, depth: depth)
        var state: UInt64 = 7
        let bytes = (0..<header.bytesPerRow * size.height).map { _ -> UInt8 in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 33)
        }
        return Raster(header: header, bytes: bytes)
    }

    private func plan(_ program: String, _ raster: Raster, _ options: RunOptions) throws -> Plan {
        try Plan(
            Catalogue().graph(for: SourceText(text: program)), for: raster.header, options: options)
    }

    @Test(arguments: [Channels.gray, .grayAlpha, .rgb, .rgba], [AlphaRule.weight, .keep, .channel])
    func `a region is the whole result inside and the picture outside, byte for byte`(
        channels: Channels, alpha: AlphaRule
    ) throws {
        for depth in [Depth.uint8, .uint16] {
            let raster = picture(channels, depth: depth)
            // A whole 8-bit picture may run in fixed point, which a part of one does not: the same engine for both.
            let whole = try run("gaussian 1.5", raster, options: RunOptions(alpha: alpha, method: .separable))
            for region in [
                Region(size: Size(width: 5, height: 4), x: 3, y: 9), Region(size: Size(1), x: 22, y: 30),
                Region(size: Size(99), x: 0, y: 0), Region(size: Size(width: 99, height: 1), x: 7, y: 0),
            ] {
                let part = try run(
                    "gaussian 1.5", raster, options: RunOptions(alpha: alpha, region: region, method: .separable))
                let places = try #require(region.places(in: raster.header.size))
                let (row, pixel) = (raster.header.bytesPerRow, raster.header.bytesPerRow / raster.header.size.width)
                for index in raster.bytes.indices {
                    let isInside = places.rows.contains(index / row) && places.columns.contains(index % row / pixel)
                    guard part.bytes[index] != (isInside ? whole : raster).bytes[index] else { continue }
                    Issue.record("\(region) of \(channels), byte \(index)")
                    break
                }
            }
        }
    }

    @Test func `a region streams: no more rows are held than without one, and a few`() throws {
        let raster = picture(.rgb, Size(width: 64, height: 9000))
        let region = Region(size: Size(width: 10, height: 8000), x: 4, y: 500)
        let without = try plan("gaussian 3", raster, RunOptions())
        let with = try plan("gaussian 3", raster, RunOptions(region: region))
        #expect(with.memory < 3 * without.memory)
        #expect(with.nodes.allSatisfy { !$0.isHeldWhole })
    }

    @Test(arguments: [
        "gaussian 3", "gaussian 3 | sobel", "sobel | median 3", "add { box 5 } { gaussian 2 | laplacian }",
    ])
    func `a filter does not make the rows that lie far above or below a region`(program: String) throws {
        let raster = picture(.rgb, Size(width: 16, height: 2000))
        let region = Region(size: Size(width: 10, height: 20), x: 4, y: 1500)
        let plan = try plan(program, raster, RunOptions(region: region))
        for node in plan.nodes where node.text != region.description && !node.text.hasPrefix("inside") {
            #expect(node.rowsMade < 100, "\(node.text) makes \(node.rowsMade) rows")
        }
        let whole = try run(program, raster, options: RunOptions())
        let part = try run(program, raster, options: RunOptions(region: region))
        let row = raster.header.bytesPerRow
        for y in 1500..<1520 {
            let inside = (y * row + 4 * 3)..<(y * row + 14 * 3)
            #expect(part.bytes[inside] == whole.bytes[inside], "row \(y)")
        }
        #expect(part.bytes[..<(1500 * row)] == raster.bytes[..<(1500 * row)])
    }

    @Test func `a mask blends by its grey, and at black and white exactly`() throws {
        let raster = gray(4, [10, 20, 30, 40])
        let mask = gray(4, [0, 255, 51, 102])
        let options = RunOptions(mask: mask.header)
        let blended = try plan("invert", raster, options).applied(to: raster, mask: mask)
        // 30 + 0.2 (225 − 30) = 69, 40 + 0.4 (215 − 40) = 110
        #expect(blended.bytes == [10, 235, 69, 110])
    }

    @Test func `what a mask lets through is cut off before it is blended`() throws {
        let raster = gray(2, [100, 100])
        let mask = gray(2, [255, 51])
        let blended = try plan("scale 9", raster, RunOptions(mask: mask.header)).applied(to: raster, mask: mask)
        #expect(blended.bytes == [255, 131])
    }

    @Test func `colour that is invisible does not shine through a mask, and pixels outside keep it`() throws {
        let header = PictureHeader(size: Size(width: 2, height: 1), channels: .rgba, depth: .uint8)
        // Opaque green, and red that is not seen.
        let raster = Raster(header: header, bytes: [0, 200, 0, 255, 255, 0, 0, 0])
        let mask = gray(2, [128, 0])
        // The program swaps the two pixels.
        let options = RunOptions(mask: mask.header, border: .wrap)
        let blended = try plan("[0 0 1]", raster, options).applied(to: raster, mask: mask)
        #expect(Array(blended.bytes[0..<3]) == [0, 200, 0])
        #expect(Array(blended.bytes[4...]) == [255, 0, 0, 0])
    }

    @Test func `chosen channels change and the others stay`() throws {
        let raster = picture(.rgba)
        let part = try run("invert", raster, options: RunOptions(channels: .some([2, 0])))
        for index in raster.bytes.indices {
            let isChosen = [0, 2].contains(index % 4)
            #expect(part.bytes[index] == (isChosen ? 255 - raster.bytes[index] : raster.bytes[index]), "byte \(index)")
        }
    }

    @Test func `luma alone changes brightness by the same in every channel`() throws {
        let raster = Raster(
            header: PictureHeader(size: Size(1), channels: .rgb, depth: .uint8), bytes: [100, 50, 20])
        #expect(try run("offset 20/255", raster, options: RunOptions(channels: .luma)).bytes == [120, 70, 40])
        let grey = picture(.gray)
        #expect(try run("sobel", grey, options: RunOptions(channels: .luma)).bytes == run("sobel", grey).bytes)
    }

    @Test func `a result of one channel goes back into all of them`() throws {
        let raster = Raster(
            header: PictureHeader(size: Size(width: 2, height: 1), channels: .rgb, depth: .uint8),
            bytes: [255, 0, 0, 1, 2, 3])
        let region = Region(size: Size(1), x: 0, y: 0)
        #expect(try run("gray", raster, options: RunOptions(region: region)).bytes == [76, 76, 76, 1, 2, 3])
    }

    @Test func `what cannot go back is refused with the sizes`() throws {
        let raster = picture(.rgb)
        let region = Region(size: Size(3), x: 0, y: 0)
        func refusal(_ program: String, _ options: RunOptions) -> String {
            do {
                _ = try plan(program, raster, options)
                return "planned"
            } catch {
                return "\(error)"
            }
        }
        #expect(
            refusal("avgpool 2", RunOptions(region: region)).contains("the program makes 11x15 of 23x31; leave out"))
        #expect(refusal("channel r,g", RunOptions(region: region)).contains("makes 2 channels of 3"))
        #expect(
            refusal("invert", RunOptions(region: Region(size: Size(3), x: 23, y: 0)))
                == "the region 3x3+23+0 lies outside the picture, which is 23x31")
        #expect(
            refusal("invert", RunOptions(mask: gray(2, [0, 0]).header))
                == "the mask is 2x1, but the picture is 23x31; a mask is as large as its picture")
        #expect(refusal("invert", RunOptions(channels: .some([3]))).contains("there is no channel 3"))
    }

    @Test(arguments: 1...3) func `threads change no byte of a masked region`(threads: Int) throws {
        let raster = picture(.rgba, Size(width: 150, height: 2000))
        let mask = picture(.gray, Size(width: 150, height: 2000))
        var options = RunOptions(
            channels: .some([0, 1]), region: Region(size: Size(width: 70, height: 1500), x: 30, y: 100),
            mask: mask.header)
        options.machine.threads = 4
        let several = try plan("gaussian 2 | sobel", raster, options).applied(to: raster, mask: mask)
        options.machine.threads = threads
        #expect(try plan("gaussian 2 | sobel", raster, options).applied(to: raster, mask: mask) == several)
    }
}
