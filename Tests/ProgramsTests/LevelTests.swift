import Convolution
import Pixels
import Programs
import Testing

/// Programs that run on 8-bit samples from end to end, against the readable loops.
struct LevelTests {
    /// Whole weights: nothing but the right level will do.
    private static let exact = [
        "[1 2 1; 2 4 2; 1 2 1]/16", "[0 -1 0; -1 5 -1; 0 -1 0]", "[1 2 3]", "[1; 2; 3; 4]/10", "[100 -100; 27 27]/54",
        "[7 9 3]/10 anchor=0,0", "[0 0 0; 0 1 0; 0 0 0]", "emboss", "box 3", "box 15", "[1 1 1 1 1; 1 1 1 1 1]/10",
        "[1; 1; 1; 1; 1; 1; 1]/7", "box 40",
        "box 9 pad=valid", "box 4 pad=full", "[1 2 3; 4 5 6; 7 8 9]/45 pad=3,1,0,2", "median 3", "median 3 border=edge",
        "median 3 | box 3", "median 3 border=edge | [1 2 1]/4", "maxpool 2", "minpool 2", "avgpool 2",
        "maxpool 2 | minpool 2", tall, signed, flat(width: 5, height: 3), flat(width: 31, height: 5),
        flat(width: 1, height: 9), flat(width: 27, height: 19),
        "box 2", "box 7", "box 16", "box 17",
        "sobel", "prewitt", "scharr", "roberts", "sobel-x", "laplacian border=edge",
        "hypot { [1 -1; 0 0]/2 } { [1 0; -1 0]/2 }",
        "median 5", "median 5 border=edge", "median 15", "median 15 border=reflect", "median 4", "rank 0.2 5",
        "median 3x5",
        "median 13x2", "median 10x1 border=zero", "rank 1 4", "rank 0 5x3 border=edge", "rank 0.4 2x40 border=wrap",
        "median 20 border=wrap", "rank 0.99 9x8 pad=full",
        "rank 0.9 7x9 border=wrap", "median 6 pad=full", "median 5 border=edge | box 3", "median 3 border=edge | sobel",
        "[1 2; -3 4; 5 -9]",
        "maxpool 3 stride=1 pad=same", "minpool 3 stride=1", "maxpool 15 stride=1 pad=same",
        "minpool 8 stride=1 pad=full",
        "minpool 4x7 stride=1 pad=full border=edge", "maxpool 1x4 stride=1",
        "minpool 5x1 stride=1 pad=same border=wrap",
        "maxpool 3x41 stride=1 pad=same", "minpool 5 stride=1 pad=6", "maxpool 2 stride=1 pad=3,0,5,1",
        "minpool 7 stride=1 pad=same | maxpool 7 stride=1 pad=same",
        "[-64 64]", "hypot { [1 -2 1] } { [-1 0 1] }",
        "rescale", "rescale 0.9 0.1 | gamma 2", "standardise | scale 0.2 | offset 0.5", "median 3 | rescale 0.2 0.7",
        "gamma 0.4 | normalise 0 2 | invert | rescale -1 1", "box 2 | rescale",
        "gamma 2.2", "invert", "scale 1.7 | offset -0.1", "threshold 0.3 | invert", "from-linear",
        "maxpool 3 stride=1 pad=same | gamma 0.6", "median 3 border=edge | to-linear | scale 2 | clamp 0.1 0.9",
    ]
    /// Its sums leave 16 bits several times.
    private static let tall = matrix(width: 15, height: 18, of: { $0 * 7 % 10 }, over: 1200)
    private static let signed = matrix(width: 9, height: 7, of: { $0 * 5 % 19 - 9 }, over: 13)

    private static func flat(width: Int, height: Int) -> String {
        matrix(width: width, height: height, of: { _ in 1 }, over: width * height)
    }

    private static func matrix(width: Int, height: Int, of weight: (Int) -> Int, over divisor: Int) -> String {
        let rows = (0..<height).map { y in
            (0..<width).map { "\(weight(y * width + $0))" }.joined(separator: " ")
        }
        return "[\(rows.joined(separator: "; "))]/\(divisor)"
    }

    private static let borders: [Border] = [.edge, .zero, .constant(0.2), .symmetric, .reflect, .wrap]

    private func noise(_ width: Int, _ height: Int, _ channels: Channels) -> Raster {
        var state: UInt64 = 7
        let header = PictureHeader(
            size: Size(width: width, height: height), channels: channels, depth: .uint8)
        return Raster(
            header: header,
            bytes: (0..<header.bytesPerRow * height).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(truncatingIfNeeded: state >> 33)
            })
    }

    @Test(arguments: exact) func `whole weights, means and ranks of bytes are what the reference says`(program: String)
        throws
    {
        let graph = try Catalogue().graph(for: SourceText(text: program))
        for (width, height) in [(1, 1), (2, 3), (5, 4), (17, 6), (50, 41), (210, 21)] {
            for channels in [Channels.gray, .rgb] where program.contains("pool") == false || min(width, height) >= 4 {
                if program.contains("valid"), min(width, height) < 9 { continue }
                let picture = noise(width, height, channels)
                for border in LevelTests.borders {
                    let expected = try run(program, picture, options: RunOptions(border: border, method: .reference))
                    for threads in [1, 3] {
                        for level in Lanes.available {
                            let machine = Machine(lanes: level, threads: threads)
                            let plan = try Plan(
                                graph, for: picture.header, options: RunOptions(border: border, machine: machine))
                            let found = try plan.applied(to: picture)
                            #expect(try plan.result(from: PictureRows(picture)) == found)
                            #expect(
                                found == expected,
                                "\(width)x\(height) \(channels), border \(border), \(threads) threads, \(level.name)")
                        }
                    }
                }
            }
        }
    }

    @Test(arguments: ["median 5", "median 5 border=edge", "median 3", "median 15", "rank 0.9 7x9", "median 6"])
    func `ranks of wide rows are what the reference says`(program: String) throws {
        let picture = noise(700, 13, .rgb)
        let expected = try run(program, picture, options: RunOptions(method: .reference))
        for level in Lanes.available {
            let options = RunOptions(machine: Machine(lanes: level, threads: 2))
            #expect(try run(program, picture, options: options) == expected, "\(level.name)")
        }
    }

    @Test
    func `columns and rows in floats are within a rounding of the reference, with the same bytes for any threads`()
        throws
    {
        // The sums of this one are too large for fixed point.
        for program in ["[81.3 -163.1 82; 81.3 -163.1 82; -161 322.9 -162.3]"] {
            for (width, height) in [(4, 4), (33, 18), (700, 13)] {
                let picture = noise(width, height, .rgb)
                let expected = try run(program, picture, options: RunOptions(method: .reference))
                let one = try run(program, picture, options: RunOptions(machine: Machine(threads: 1)))
                let three = try run(program, picture, options: RunOptions(machine: Machine(threads: 3)))
                #expect(one == three)
                let off = zip(one.bytes, expected.bytes).filter { $0 != $1 }
                #expect(off.allSatisfy { abs(Int($0) - Int($1)) == 1 }, "\(program) \(width)x\(height)")
                #expect(
                    off.count * 2000 <= max(2000, one.bytes.count), "\(off.count) of \(one.bytes.count): \(program)")
            }
        }
    }

    /// Columns and rows in fixed point: some need the finer scales, split words, more products than one, a single row.
    private static let fixed = [
        "gaussian 0.3", "gaussian 0.7", "gaussian 1", "gaussian 2", "gaussian 3.3", "gaussian 5", "gaussian 7.9",
        "[0.31 0.27 0.42]", "[0.0013; 0.9; 0.0987]", "[0.3 -0.711 1.93 -0.3 -0.22]",
        "[0.1 0.2 0.31; 0.17 0.9 -0.1; 0 0.3 1.1]",
        "maxpool 2 | gaussian 1.1", "gaussian 1.5 pad=full", "gaussian 0.8 pad=valid",
        "gaussian 1.2 anchor=0,3",
        "[0.37]", "[1.1]", "[-0.4 1.9 -0.37]",
    ]

    @Test(arguments: fixed)
    func `fixed point is within a hundredth of a level before rounding, with one result on all machines`(
        program: String
    ) throws {
        let sizes = [(1, 1), (2, 3), (5, 4), (17, 6), (50, 41), (301, 13)]
        let least = program.contains("pool") || program.contains("valid") ? 9 : 1
        for (width, height) in sizes where min(width, height) >= least {
            try expectNearness(program, width, height, to: .reference)
        }
    }

    @Test(arguments: [
        "gaussian 8.5", "gaussian 10 pad=full", "gaussian 8 pad=valid", "gaussian 17", "maxpool 2 | gaussian 9",
    ])
    func `so is a coarse grid`(program: String) throws {
        let sizes = [(4, 4), (5, 9), (61, 47), (83, 70), (333, 69)]
        let least = program.contains("valid") ? 69 : 1
        for (width, height) in sizes where min(width, height) >= least {
            try expectNearness(program, width, height, to: .separable)
        }
    }

    // A grid may be off by 0.009 of a level, a transform in float by 0.005: what came behind made a fifth of a level of it.
    @Test(arguments: [
        "gaussian 12 | offset -0.5 | scale 20 | offset 0.5",
        "subtract { } { gaussian 14 } | [0 -4 9; -4 16 -8; 5 -9 2]",
        "disk 12 | offset -0.5 | scale 20 | offset 0.5",
    ])
    func `what a method is off by stays within a hundredth of a level where the steps behind it enlarge it`(
        program: String
    ) throws {
        let graph = try Catalogue().graph(for: SourceText(text: program))
        let side = 260
        let bytes = (0..<side * side).map { index -> UInt8 in
            let (y, x) = index.quotientAndRemainder(dividingBy: side)
            return (x / 7 + y / 7) % 2 == 0 ? 0 : 255
        }
        let picture = Raster(
            header: PictureHeader(size: Size(side), channels: .gray, depth: .uint8), bytes: bytes)
        let exact = try Plan(graph, for: picture.header, options: RunOptions(depth: .float32)).applied(to: picture)
        let found = try Plan(graph, for: picture.header, options: RunOptions()).applied(to: picture)
        let values = exact.bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
        let off = zip(found.bytes, values).map { abs(Float($0) - min(max($1 * 255, 0), 255)) }
        #expect((off.max() ?? 1) <= 0.51)
    }

    /// No result is off by more than half a level and a hundredth, and all machines and bands have the same.
    private func expectNearness(_ program: String, _ width: Int, _ height: Int, to method: Method) throws {
        let graph = try Catalogue().graph(for: SourceText(text: program))
        for channels in [Channels.gray, .rgb, .planes(2), .planes(5)] {
            let picture = noise(width, height, channels)
            for border in LevelTests.borders where channels == .rgb || border == .edge {
                let exact = try run(
                    program, picture, options: RunOptions(depth: .float32, border: border, method: method))
                let values = exact.bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
                var first: Raster?
                for threads in [1, 3] {
                    for level in Lanes.available {
                        let machine = Machine(lanes: level, threads: threads)
                        let plan = try Plan(
                            graph, for: picture.header, options: RunOptions(border: border, machine: machine))
                        let label =
                            "\(width)x\(height) \(channels), border \(border), \(threads) threads, \(level.name)"
                        let found = try plan.applied(to: picture)
                        #expect(try plan.result(from: PictureRows(picture)) == found, "\(label)")
                        // The grid is in floats, so the baseline may round otherwise.
                        if plan.explanation.last?.levels?.contains("fixed") == true {
                            #expect(found == first ?? found, "\(label)")
                        }
                        first = found
                        let off = zip(found.bytes, values).map { abs(Float($0) - min(max($1 * 255, 0), 255)) }
                        #expect(off.count == values.count)
                        #expect((off.max() ?? 1) <= 0.5101, "\(label)")
                    }
                }
            }
        }
    }

    @Test(arguments: [
        ("sharpen", true), ("gaussian 2", true), ("box 15", true), ("median 3 border=edge | gaussian 1", true),
        ("sobel", true), ("scharr-y", true), ("median 3 border=edge | roberts", true), ("laplacian", true),
        ("hypot { sobel-x } { gaussian 1 }", false), ("farid", false), ("gaussian 20", true),
        ("gamma 2.2", true), ("rescale | invert", true), ("median 3 border=edge | gamma 2.2 | invert", true),

        ("gaussian 1 | sharpen", false), ("gaussian 1 | invert", false), ("median 3 | invert", false),
        ("sharpen border=renorm", false), ("box 3 stride=2", false),
        ("identity | relu", false),
    ])
    func `explain says which programs run on bytes`(program: String, isOnBytes: Bool) throws {
        let graph = try Catalogue().graph(for: SourceText(text: program))
        let header = PictureHeader(size: Size(64), channels: .rgb, depth: .uint8)
        let steps = try Plan(graph, for: header).explanation.dropFirst()
        #expect(steps.allSatisfy { isOnBytes ? ($0.levels ?? $0.union) != nil : $0.levels == nil })
        #expect((steps.last?.levels != nil) == isOnBytes)
        // Floats stay floats, alpha is no colour, and what was asked for is done.
        for (channels, depth, method) in [
            (Channels.rgb, Depth.uint16, nil), (.rgba, .uint8, nil), (.rgb, .uint8, Method.direct),
        ] as [(Channels, Depth, Method?)] {
            let header = PictureHeader(size: Size(64), channels: channels, depth: depth)
            let plan = try Plan(graph, for: header, options: RunOptions(method: method))
            #expect(plan.explanation.allSatisfy { $0.levels == nil })
        }
    }

    @Test func `every mean of 2 to 256 samples is made in 16 bits, and is the right level`() throws {
        // Steps: their means are at every multiple of a level over the count, so also next to every half.
        let rows: [(Int) -> UInt8] = [
            { UInt8(truncatingIfNeeded: $0 &* $0 &* 31) }, { $0 < 300 ? 255 : 0 }, { $0 < 300 ? 1 : 0 },
            { $0 % 2 == 0 ? 255 : 254 },
        ]
        let size = Size(width: 600, height: rows.count)
        let picture = Raster(
            header: PictureHeader(size: size, channels: .gray, depth: .uint8),
            bytes: rows.flatMap { row in (0..<size.width).map(row) })
        for count in 2...256 {
            let program = "[\(Array(repeating: "1", count: count).joined(separator: " "))]/\(count)"
            let plan = try Plan(Catalogue().graph(for: SourceText(text: program)), for: picture.header)
            #expect(plan.explanation.last?.levels?.contains("of 16 bits") == true, "\(count)")
            let expected = try run(program, picture, options: RunOptions(method: .reference))
            #expect(try plan.applied(to: picture) == expected, "\(count)")
        }
    }

    @Test(arguments: ["[1 2 1; 2 4 2; 1 2 1]/16", "[-1 5 -1]/3", "[-1 -1 -1; -1 21 -1; -1 -1 -1]/5", "[9 9 9]/7"])
    func `windows in 16 bits have the right levels, and count what they clip`(program: String) throws {
        // Odd divisors: whether 255.5 levels are too many depends on the last bit of a float in the readable loops.
        let picture = noise(211, 23, .rgb)
        let graph = try Catalogue().graph(for: SourceText(text: program))
        final class Sink: RowSink {
            var bytes: [UInt8] = []
            func writeRows(_ count: Int, from buffer: UnsafeRawBufferPointer) { bytes += buffer[..<(count * 633)] }
            func finish() {}
        }
        var reports: Set<RunReport> = []
        for (method, isNarrow) in [(Method.reference, false), (nil, true)] as [(Method?, Bool)] {
            let plan = try Plan(graph, for: picture.header, options: RunOptions(range: .clip, method: method))
            #expect((plan.explanation.last?.levels?.contains("of 16 bits") == true) == isNarrow)
            let sink = Sink()
            reports.insert(try plan.run(from: PictureRows(picture), to: sink))
            #expect(
                sink.bytes == (try run(program, picture, options: RunOptions(range: .clip, method: .reference))).bytes)
        }
        #expect(reports.count == 1, "\(reports)")
    }

    @Test func `samples that are clipped are counted exactly`() throws {
        let graph = try Catalogue().graph(for: SourceText(text: "[2]"))
        // Twice the level: 127 becomes 254, 128 is off by one level, more than half of one.
        let picture = gray(4, [0, 127, 128, 255])
        let plan = try Plan(graph, for: picture.header)
        final class Rows: RowSource, RowSink {
            let header: PictureHeader
            var bytes: [UInt8]
            init(_ picture: Raster) { (header, bytes) = (picture.header, picture.bytes) }
            func readRows(_ count: Int, into buffer: UnsafeMutableRawBufferPointer) { buffer.copyBytes(from: bytes) }
            func writeRows(_ count: Int, from buffer: UnsafeRawBufferPointer) { bytes = Array(buffer.prefix(4)) }
            func finish() {}
        }
        let rows = Rows(picture)
        let report = try plan.run(from: rows, to: rows)
        #expect(rows.bytes == [0, 254, 255, 255])
        #expect(report.clipped == 2)
        #expect(plan.explanation.last?.levels != nil)
    }
}
