import Convolution
import Pixels
import Steps
import Testing

/// Where things may be: the search for regions, and how boxes differ.
struct RegionTests {
    private func regions(_ picture: Planes, count: Int = 50, side: Int = 320, threads: Int = 1) throws -> [Box] {
        let step = try makeStep("regions", ["count": .integer(count), "side": .integer(side)])
        let search = try RegionSearch(#require(step as? RegionsStep))
        return search.regions(in: picture, on: Machine(threads: threads))
    }

    /// A grey or coloured picture with a rectangle in it that is lighter.
    private func picture(_ size: Size, _ box: Box, channels: Int, step: Float = 0.4) -> Planes {
        var planes = Planes(shape: Shape(channels: channels, size: size), filledWith: 0.3)
        for c in 0..<channels {
            for y in Int(box.top)..<Int(box.bottom) {
                for x in Int(box.left)..<Int(box.right) { planes[c: c, y: y, x: x] += step * Float(c + 1) / 2 }
            }
        }
        return planes
    }

    @Test(arguments: [1, 3, 4]) func `a rectangle is among the regions, wherever it lies`(channels: Int) throws {
        for box in [
            Box(left: 10, top: 20, width: 12, height: 9), Box(left: 0, top: 0, width: 8, height: 30),
            Box(left: 40, top: 25, width: 24, height: 15),
        ] {
            let found = try regions(picture(Size(width: 64, height: 40), box, channels: channels))
            let best = found.map { $0.overlap(with: box) }.max() ?? 0
            #expect(best > 0.85, "\(box): \(best)")
        }
    }

    @Test func `a large picture is searched in a small copy, and boxes are in its own pixels`() throws {
        let box = Box(left: 300, top: 120, width: 160, height: 200)
        let found = try regions(picture(Size(width: 800, height: 500), box, channels: 3), side: 80)
        #expect((found.map { $0.overlap(with: box) }.max() ?? 0) > 0.8)
    }

    @Test func `a long and narrow picture is not searched in a line of pixels`() throws {
        let step = try #require(makeStep("regions", ["side": .integer(100)]) as? RegionsStep)
        for (size, copy) in [
            (Size(width: 90, height: 100), Size(width: 90, height: 100)),
            (Size(width: 800, height: 600), Size(width: 100, height: 75)),
            (Size(width: 1000, height: 50), Size(width: 447, height: 22)),
            (Size(width: 3000, height: 10), Size(width: 1732, height: 6)),
            (Size(width: 1, height: 9), Size(width: 1, height: 9)),
            (Size(width: 1_000_000, height: 1), Size(width: 100_000, height: 1)),
        ] { #expect(step.searchedSize(of: size) == copy) }
        let box = Box(left: 700, top: 3, width: 14, height: 12)
        let found = try regions(picture(Size(width: 900, height: 20), box, channels: 3), side: 200)
        #expect((found.map { $0.overlap(with: box) }.max() ?? 0) > 0.7)
    }

    @Test func `no more than asked for, none twice, all inside, and the same with any threads`() throws {
        let size = Size(width: 70, height: 50)
        var planes = Planes(shape: Shape(channels: 3, size: size))
        for index in 0..<size.width * size.height * 3 {
            let (x, y) = (index % size.width, index / size.width % size.height)
            planes[c: index / (size.width * size.height), y: y, x: x] =
                Float((x / 9 * 37 + y / 7 * 61 + index % 3) % 11) / 11
        }
        let found = try regions(planes, count: 40)
        #expect(found.count == 40)
        for (index, box) in found.enumerated() {
            #expect(box.left >= 0 && box.top >= 0 && box.right <= 70 && box.bottom <= 50 && box.area > 0)
            #expect(found[..<index].allSatisfy { $0.overlap(with: box) <= 0.8 })
        }
        #expect(try regions(planes, count: 40, threads: 3) == found)
        #expect(try Array(regions(planes, count: 7)) == Array(found.prefix(7)))
    }

    @Test
    func `pictures of a pixel, of a line, of nothing to see and of no numbers have regions or none, and no trouble`()
        throws
    {
        for size in [
            Size(1), Size(width: 9, height: 1), Size(width: 1, height: 300), Size(3), Size(width: 40, height: 4),
        ] {
            for channels in [1, 2, 3] {
                for value in [Float(0.5), .nan, .infinity, -1e38] {
                    let planes = Planes(shape: Shape(channels: channels, size: size), filledWith: value)
                    let found = try regions(planes)
                    // All of one piece: the whole picture, where that is not too narrow.
                    #expect(found == (size.width >= 4 && size.height >= 4 ? [Box(size)] : []))
                }
            }
        }
    }

    @Test func `offsets lead back to the box they came from`() {
        for (index, region) in boxes.enumerated() {
            for box in boxes.dropFirst(index) {
                let back = BoxOffsets(from: region, to: box).box(from: region)
                #expect(back.overlap(with: box) > 0.99999, "\(region) → \(box): \(back)")
            }
        }
        // Logarithms of 2 and of 1/2, times 5; a middle that lies a quarter of the region's width to the right, times 10.
        let offsets = BoxOffsets(
            from: Box(left: 0, top: 0, width: 20, height: 20), to: Box(left: -5, top: 5, width: 40, height: 10))
        #expect(offsets.x == 2.5 && offsets.y == 0)
        #expect(abs(offsets.width - 3.4657359) < 1e-6 && abs(offsets.height + 3.4657359) < 1e-6)
    }

    private var boxes: [Box] {
        [(0, 0, 3, 4), (10, 2, 30, 5), (5.5, 7.25, 3, 16), (-3, 1, 12, 12), (20, 30, 40, 40)].map {
            Box(left: $0.0, top: $0.1, width: $0.2, height: $0.3)
        }
    }

    @Test func `what a net says that has learned nothing makes no box without bounds`() {
        let region = Box(left: 1, top: 2, width: 10, height: 20)
        let huge = BoxOffsets(x: 0, y: 0, width: 1e30, height: -1e30).box(from: region)
        #expect(huge.width == 160 && huge.height == 1.25)
    }

    @Test func `overlap is what two have in common over what either has`() {
        let box = Box(left: 2, top: 3, width: 4, height: 4)
        #expect(box.overlap(with: box) == 1)
        #expect(box.overlap(with: Box(left: 4, top: 3, width: 4, height: 4)) == 8.0 / 24)
        #expect(box.overlap(with: Box(left: 6, top: 3, width: 4, height: 4)) == 0)
        #expect(box.overlap(with: Box(left: 3, top: 4, width: 1, height: 2)) == 2.0 / 16)
        #expect(Box(left: 3, top: 4, width: 1, height: 2).share(inside: box) == 1)
        #expect(box.share(inside: Box(left: 4, top: 3, width: 40, height: 40)) == 0.5)
        #expect(box.share(inside: Box(left: 6, top: 3, width: 4, height: 4)) == 0)
        #expect("\(Box(left: 1.4, top: 2.5, width: 3.2, height: 4))" == "4x4+1+3")
        #expect(
            Box(left: -2, top: 3, width: 5, height: 40).clamped(to: Size(10))
                == Box(left: 0, top: 3, width: 3, height: 7))
    }

    @Test
    func `a region is brought to the size as a picture that were cut out, and beyond the picture its edge goes on`()
        throws
    {
        let shape = Shape(channels: 1, height: 6, width: 7)
        let planes = Planes(shape: shape, samples: (0..<42).map { Float($0 * 13 % 17) })
        for fit in ["stretch", "crop", "pad"] {
            let input = try #require(
                makeStep("input", ["shape": .text("3x2x1"), "fit": .text(fit)]) as? InputStep)
            for (left, top, width, height) in [(0, 0, 7, 6), (1, 2, 5, 3), (2, 1, 2, 4), (6, 5, 1, 1)] {
                var part = Planes(shape: Shape(channels: 1, height: height, width: width))
                for y in 0..<height {
                    for x in 0..<width { part[c: 0, y: y, x: x] = planes[c: 0, y: top + y, x: left + x] }
                }
                let whole = try input.resampling(of: Box(Size(width: width, height: height)), in: part.shape)
                var expected = Planes(shape: whole.output)
                whole.run(part, rows: 0..<2, into: &expected, on: Machine(threads: 1))
                let box = Box(
                    left: Double(left), top: Double(top), width: Double(width), height: Double(height))
                let region = try input.resampling(of: box, in: shape)
                var found = Planes(shape: region.output)
                region.run(planes, rows: 0..<2, into: &found, on: Machine(threads: 1))
                // Where pixels grow, those beside the region show through at its rim.
                if width >= 3, height >= 2 || fit == "pad" {
                    for (a, b) in zip(GradientCheck.samples(found), GradientCheck.samples(expected)) {
                        #expect(abs(a - b) < 1e-5)
                    }
                }
            }
            let beyond = try input.resampling(of: Box(left: -40, top: -50, width: 30, height: 20), in: shape)
            var corner = Planes(shape: beyond.output)
            beyond.run(planes, rows: 0..<2, into: &corner, on: Machine(threads: 1))
            #expect(GradientCheck.samples(corner).allSatisfy { $0 == 0 || $0 == planes[c: 0, y: 0, x: 0] })
        }
    }
}
