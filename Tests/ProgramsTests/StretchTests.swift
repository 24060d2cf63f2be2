import Convolution
import Pixels
import Programs
import Steps
import Testing

/// Plans whose rows the threads make in stretches, each through all steps by itself.
@Suite(.enabled(if: Machine.coreCount > 1, "stretches need two cores"))
struct StretchTests {
    /// So narrow and tall that it has the bytes of many stretches and the pixels of few.
    private func picture(_ channels: Channels, _ depth: Depth, height: Int = 45_000) -> Raster {
        let width = 148 / (channels.count * (depth == .uint8 ? 1 : 2))
        let header = PictureHeader(size: Size(width: width, height: height), channels: channels, depth: depth)
        return Raster(
            header: header,
            bytes: (0..<header.bytesPerRow * height).map {
                UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 13)
            })
    }

    private func plan(
        _ program: String, _ header: PictureHeader, threads: Int, _ change: (inout RunOptions) -> Void = { _ in }
    ) throws -> Plan {
        var options = RunOptions(machine: Machine(threads: threads))
        change(&options)
        let graph = try Catalogue().graph(for: SourceText(text: program))
        return try Plan(graph, for: header, options: options)
    }

    @Test(arguments: [
        "gaussian | sharpen | sobel", "gaussian 1 | median 3 | gamma 0.8", "sobel border=reflect | box 3",
        "maxpool 3 | sharpen", "sharpen | maxpool 5 stride=1 pad=same | sharpen", "gaussian 1 | avgpool 2 | gaussian 1",
        "[1 2 3; 4 5 6; 7 8 9]/45 dilate=3 | relu",
        "[1 2 1; 2 4 2; 1 2 1]/16 stride=2x3 | laplacian", "add { gaussian 1 } { sobel }",
        "resize 18x20000 | sharpen | unsharp",
        "gaussian 1 | crop 20x36000 at=3,500 | sharpen", "[2] stride=1x3 | gaussian | sharpen",
    ])
    func `stretches change no byte`(_ program: String) throws {
        for (channels, depth) in [(Channels.gray, Depth.uint8), (.rgba, .uint8), (.rgb, .uint16)] {
            let raster = picture(channels, depth)
            let plan = try plan(program, raster.header, threads: 2)
            #expect(plan.stretch != nil, "\(program) \(channels) \(depth)")
            let expected = try self.plan(program, raster.header, threads: 1).applied(to: raster)
            #expect(try plan.applied(to: raster) == expected, "\(program) \(channels) \(depth)")
        }
    }

    @Test func `stretches count the raw rows they come from, and where all that is too much the rows come as before`()
        throws
    {
        let raster = picture(.rgb, .uint8)
        let program = "disk 5 | disk 5"
        let stretched = try plan(program, raster.header, threads: 2)
        let held = stretched.memory - stretched.explanation.reduce(0) { $0 + $1.bytesHeld }
        #expect(stretched.stretch != nil && held > 2 * raster.header.bytesPerRow * (stretched.stretch ?? 0))
        let tight = try plan(program, raster.header, threads: 2) { $0.maxMemory = stretched.memory - 1 }
        #expect(tight.stretch == nil && tight.memory < stretched.memory)
        #expect(try tight.applied(to: raster) == stretched.applied(to: raster))
    }

    @Test func `a region and a mask are the same in stretches`() throws {
        let raster = picture(.gray, .uint8)
        let mask = raster
        for region in [nil, Region(size: Size(width: 20, height: 25_000), x: 3, y: 19_000)] {
            var results: [Raster] = []
            for threads in [1, 2] {
                let plan = try plan("gaussian | sharpen | sobel", raster.header, threads: threads) {
                    $0.region = region
                    $0.mask = mask.header
                }
                #expect((plan.stretch != nil) == (threads > 1))
                results.append(try plan.applied(to: raster, mask: mask))
            }
            #expect(results[0] == results[1])
        }
    }

    @Test func `what stretches hold is counted where windows see all that they can`() throws {
        let header = PictureHeader(size: Size(width: 4096, height: 4096), channels: .rgb, depth: .uint8)
        // At the top the border repeats rows: windows that stay inside hold as many there as any in the middle.
        let same = try plan("motion 61 90 | sharpen", header, threads: 2)
        let inside = try plan("motion 61 90 pad=valid | sharpen", header, threads: 2)
        #expect(same.stretch != nil && same.stretch == inside.stretch)
        #expect(same.memory >= inside.memory)
    }

    @Test(arguments: [
        "median 101", "sharpen | median 9", "gaussian 1 | rank 0.3 31", "sharpen | maxpool 101 stride=1 pad=same",
    ])
    func `ranks that begin anew for some rows are not cut into stretches`(_ program: String) throws {
        let header = PictureHeader(size: Size(width: 4096, height: 4096), channels: .rgb, depth: .uint8)
        #expect(try plan(program, header, threads: 2).stretch == nil)
    }

    @Test(arguments: [1, 2])
    func `a step that begins slowly makes a band of rows although few are asked for`(threads: Int) throws {
        let header = PictureHeader(size: Size(width: 2048, height: 4096), channels: .gray, depth: .uint8)
        let program = "gaussian 1 | maxpool 101 stride=1 pad=same | subtract { } { gaussian 2 }"
        func rowsHeld(_ plan: Plan) -> Int { plan.explanation[2].rowsHeld }
        let ahead = try plan(program, header, threads: threads)
        #expect(ahead.explanation[2].text.hasPrefix("maxpool") && rowsHeld(ahead) >= 202)
        // Without the memory for it, row by row as before.
        let tight = try plan(program, header, threads: threads) { $0.maxMemory = ahead.memory - 1 }
        #expect(rowsHeld(tight) < 202 && tight.memory < ahead.memory)
        // No row is made that nobody asks for.
        let part = try plan(program, header, threads: threads) {
            $0.region = Region(size: Size(width: 100, height: 10), x: 50, y: 2000)
        }
        #expect(part.nodes.filter { $0.text.hasPrefix("maxpool") }.allSatisfy { 10...40 ~= $0.rowsMade })
    }

    @Test func `rows that are made ahead are the same rows`() throws {
        let header = PictureHeader(size: Size(width: 2048, height: 500), channels: .gray, depth: .uint8)
        let raster = Raster(
            header: header, bytes: picture(.gray, .uint8, height: 7000).bytes.prefix(2048 * 500).map { $0 })
        let program =
            "sharpen | maxpool 9x101 stride=1 pad=same | subtract { } { median 5 } | maxpool 3 stride=1 pad=same"
        let expected = try plan(program, raster.header, threads: 1) { $0.method = .reference }.applied(to: raster)
        for threads in 1...3 {
            let ahead = try plan(program, raster.header, threads: threads)
            #expect(try ahead.applied(to: raster) == expected)
            let tight = try plan(program, raster.header, threads: threads) { $0.maxMemory = ahead.memory - 1 }
            #expect(try tight.applied(to: raster) == expected)
        }
    }

    @Test(arguments: ["gaussian | rescale", "gaussian border=wrap | sharpen", "gaussian 1 | hysteresis 0.2 0.4"])
    func `what needs all rows is not cut into stretches`(_ program: String) throws {
        let header = picture(.gray, .uint8).header
        #expect(try plan(program, header, threads: 2).stretch == nil)
    }

    @Test func `a picture that is a stretch or two is filtered step by step`() throws {
        let header = picture(.rgb, .uint8, height: 2000).header
        #expect(try plan("gaussian | sharpen | sobel", header, threads: 2).stretch == nil)
    }
}
