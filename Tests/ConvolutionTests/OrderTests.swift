import Convolution
import Pixels
import Testing

/// Ranks and extremes by every method, against the reference, bit for bit.
struct OrderTests {
    private struct Trial {
        var reducer: Reducer
        var window: Window
        var shape: Shape
        var border: Border?
        var areLevels = false
        var holes: Set<Int> = []
    }

    /// The number of samples that differ from the reference's; nil where the window does not fit the picture.
    private func differing(
        _ trial: Trial, _ picture: Planes, threads: Int = 1, lanes: Lanes = .best
    ) throws -> Int? {
        func pooling(_ method: Method?) throws -> Pooling {
            try Pooling(
                trial.reducer, window: trial.window, holes: trial.holes, border: trial.border, input: trial.shape,
                method: method, samplesAreLevels: trial.areLevels)
        }
        guard let fast = try? pooling(nil), let slow = try? pooling(.reference) else { return nil }
        let found = fast.applied(to: picture, on: Machine(lanes: lanes, threads: threads)).values
        let expected = slow.applied(to: picture).values
        return zip(found, expected).count { $0 != $1 }
    }

    private func picture(_ shape: Shape, areLevels: Bool, _ generator: inout SeededGenerator) -> Planes {
        let random = Planes.random(shape, using: &generator)
        guard areLevels else { return random }
        // Few levels at one end and many elsewhere, so that ties and gaps both occur.
        return Planes(
            shape: shape,
            samples: random.values.enumerated().map { index, value in
                let level = abs(Int(value * 1000)) % 256
                return Float(index % 7 < 3 ? level % 3 : level) / 255
            })
    }

    @Test(arguments: [false, true], [0.5, 0.3, 0.0, 1.0, 0.95])
    func `ranks are the reference's to the bit`(areLevels: Bool, fraction: Double) throws {
        var generator = SeededGenerator(seed: 11)
        var compared = 0
        let sizes = [
            Size(3), Size(width: 1, height: 5), Size(width: 5, height: 1), Size(5), Size(width: 4, height: 2),
            Size(width: 6, height: 7), Size(width: 9, height: 5), Size(width: 2, height: 20),
            Size(width: 40, height: 1), Size(width: 30, height: 17),
        ]
        for size in sizes {
            for (width, height) in [(1, 1), (4, 9), (23, 8), (50, 3)] {
                for (stride, dilation) in [(1, 1), (2, 1), (3, 2), (1, 3), (4, 2), (11, 1)] {
                    for padding in [Padding.valid, .same, .full, .sides(top: 2, right: 0, bottom: 1, left: 3)] {
                        for border in [nil, Border.edge, .zero, .constant(0.3), .reflect, .wrap] {
                            let window = Window(
                                size: size, stride: PerAxis(x: stride, y: stride), dilation: PerAxis(dilation),
                                padding: padding, roundsUp: stride > 1)
                            let shape = Shape(channels: 2, height: height, width: width)
                            let trial = Trial(
                                reducer: .rank(fraction), window: window, shape: shape, border: border,
                                areLevels: areLevels)
                            let picture = picture(shape, areLevels: areLevels, &generator)
                            guard let count = try differing(trial, picture, threads: 1 + compared % 2) else { continue }
                            #expect(count == 0, "\(shape) \(window) \(String(describing: border))")
                            compared += 1
                        }
                    }
                }
            }
        }
        #expect(compared > 1500)
    }

    /// A window's counts of 16 bits end there.
    @Test(arguments: Lanes.available.map(\.name), [0.5, 0.3])
    func `windows of more than 32767 levels are ranked like the reference`(level: String, fraction: Double) throws {
        let lanes = try #require(Lanes(named: level))
        var generator = SeededGenerator(seed: 16)
        for size in [Size(182), Size(width: 400, height: 90), Size(width: 60, height: 700), Size(300)] {
            for border in [nil, Border.edge, .wrap] {
                let shape = Shape(channels: 1, height: 9, width: 14)
                let trial = Trial(
                    reducer: .rank(fraction), window: Window(size: size, padding: .same), shape: shape, border: border,
                    areLevels: true)
                let picture = picture(shape, areLevels: true, &generator)
                #expect(try differing(trial, picture, threads: 2, lanes: lanes) == 0, "\(size)")
            }
        }
    }

    @Test(arguments: Lanes.available.map(\.name))
    func `each instruction level ranks wide pictures like the reference`(level: String) throws {
        let lanes = try #require(Lanes(named: level))
        var generator = SeededGenerator(seed: 12)
        let shape = Shape(channels: 2, height: 21, width: 1201)
        for areLevels in [false, true] {
            let picture = picture(shape, areLevels: areLevels, &generator)
            for size in [Size(3), Size(width: 3, height: 4), Size(5), Size(9)] {
                for reducer in [Reducer.rank(0.5), .rank(0.2), .maximum, .minimum] {
                    for border in [nil, Border.edge] {
                        let trial = Trial(
                            reducer: reducer, window: Window(size: size), shape: shape, border: border,
                            areLevels: areLevels)
                        #expect(
                            try differing(trial, picture, threads: 2, lanes: lanes) == 0, "\(size) \(reducer)")
                    }
                }
            }
        }
    }

    /// Samples that turn out to be levels are searched as they are, and one among them that is none is seen.
    @Test(arguments: Lanes.available.map(\.name))
    func `levels that nobody told of, and all but levels, are ranked like the reference`(level: String) throws {
        let lanes = try #require(Lanes(named: level))
        var generator = SeededGenerator(seed: 18)
        let shape = Shape(channels: 2, height: 30, width: 541)
        let levels = picture(shape, areLevels: true, &generator)
        let step = Float(1) / 255
        let others: [Float?] = [
            nil, .nan, -0.0, (17 * step).nextUp, (17 * step).nextDown, 0.5 * step, 256 * step, -step, .infinity,
            -.infinity, 3e9, .leastNonzeroMagnitude,
        ]
        for other in others {
            var samples = levels.values
            if let other { for index in stride(from: 7, to: samples.count, by: 1999) { samples[index] = other } }
            for size in [Size(7), Size(width: 9, height: 2), Size(width: 13, height: 8)] {
                for fraction in [0.5, 0.2] {
                    for border in [nil, Border.edge] {
                        let trial = Trial(
                            reducer: .rank(fraction), window: Window(size: size), shape: shape, border: border)
                        let picture = Planes(shape: shape, samples: samples)
                        #expect(
                            try differing(trial, picture, threads: 2, lanes: lanes) == 0,
                            "\(String(describing: other)) \(size) \(fraction)")
                    }
                }
            }
        }
    }

    /// Windows of a few hundred samples are searched bit by bit, larger ones are sets of places.
    @Test(arguments: Lanes.available.map(\.name))
    func `large windows are ranked like the reference, whatever tiles they are cut into`(level: String) throws {
        let lanes = try #require(Lanes(named: level))
        var generator = SeededGenerator(seed: 16)
        let trials: [(size: Size, shape: Shape, stride: Int, dilation: Int)] = [
            (Size(7), Shape(channels: 1, height: 70, width: 530), 1, 1),
            (Size(width: 8, height: 9), Shape(channels: 2, height: 9, width: 515), 1, 1),
            (Size(width: 12, height: 10), Shape(channels: 1, height: 40, width: 300), 2, 1),
            (Size(width: 9, height: 5), Shape(channels: 1, height: 33, width: 1100), 3, 2),
            (Size(width: 37, height: 2), Shape(channels: 1, height: 5, width: 130), 1, 1),
            (Size(width: 2, height: 300), Shape(channels: 1, height: 40, width: 60), 1, 1),
            (Size(width: 1501, height: 1), Shape(channels: 1, height: 2, width: 700), 1, 1),
            (Size(width: 45, height: 40), Shape(channels: 1, height: 60, width: 70), 1, 1),
            (Size(width: 41, height: 40), Shape(channels: 1, height: 45, width: 97), 3, 2),
        ]
        for (size, shape, stride, dilation) in trials {
            for fraction in [0.5, 0.03] {
                for border in [nil, Border.edge, .constant(-0.5)] {
                    let window = Window(
                        size: size, stride: PerAxis(stride), dilation: PerAxis(dilation), roundsUp: true)
                    let trial = Trial(reducer: .rank(fraction), window: window, shape: shape, border: border)
                    let differing = try differing(
                        trial, picture(shape, areLevels: false, &generator), threads: 2, lanes: lanes)
                    #expect(differing == 0, "\(size) of \(shape) \(fraction) \(String(describing: border))")
                }
            }
        }
    }

    @Test(arguments: [false, true])
    func `windows with holes are ranked like the reference`(areLevels: Bool) throws {
        var generator = SeededGenerator(seed: 17)
        let shape = Shape(channels: 2, height: 20, width: 61)
        for (width, height) in [(3, 3), (5, 5), (8, 7), (1, 6), (20, 2)] {
            let all = (0..<width * height)
            for holes in [Set(all.filter { $0 % 2 == 1 }), Set(all.dropLast()), Set(all.filter { $0 % 5 == 0 })] {
                for stride in 1...3 {
                    for border in [nil, Border.edge, .zero] {
                        let window = Window(
                            size: Size(width: width, height: height), stride: PerAxis(stride), padding: .same)
                        for fraction in [0.5, 0.2, 1] {
                            let trial = Trial(
                                reducer: .rank(fraction), window: window, shape: shape, border: border,
                                areLevels: areLevels, holes: holes)
                            let picture = picture(shape, areLevels: areLevels, &generator)
                            #expect(
                                try differing(trial, picture) == 0,
                                "\(width)x\(height) without \(holes.sorted()) \(fraction) /\(stride)")
                        }
                    }
                }
            }
        }
    }

    @Test func `extremes of wide windows are the reference's`() throws {
        var generator = SeededGenerator(seed: 13)
        var compared = 0
        for length in 1...19 {
            for size in [Size(length), Size(width: length, height: 2), Size(width: 1, height: length)] {
                for (stride, dilation) in [(1, 1), (2, 1), (5, 1), (2, 2), (3, 2), (1, 3)] {
                    for border in [nil, Border.edge, .constant(-3), .wrap] {
                        for padding in [Padding.valid, .same] {
                            let window = Window(
                                size: size, stride: PerAxis(x: stride, y: 1 + stride / 2), dilation: PerAxis(dilation),
                                padding: padding, roundsUp: true)
                            let shape = Shape(channels: 1, height: 22, width: 41)
                            let picture = Planes.random(shape, using: &generator)
                            let trial = Trial(
                                reducer: length % 2 == 0 ? .maximum : .minimum, window: window, shape: shape,
                                border: border)
                            guard let count = try differing(trial, picture, threads: 2) else { continue }
                            #expect(count == 0, "\(window) \(String(describing: border))")
                            compared += 1
                        }
                    }
                }
            }
        }
        #expect(compared > 1000)
    }

    @Test func `a NaN takes no part in a median`() throws {
        let shape = Shape(channels: 1, height: 12, width: 40)
        var generator = SeededGenerator(seed: 14)
        var samples = Planes.random(shape, using: &generator).values
        for index in stride(from: 5, to: samples.count, by: 37) { samples[index] = .nan }
        let picture = Planes(shape: shape, samples: samples)
        for size in [Size(3), Size(width: 4, height: 3), Size(5), Size(7)] {
            let found = try Pooling(.rank(0.5), window: Window(size: size), input: shape).applied(to: picture).values
            let (left, top) = ((size.width - 1) / 2, (size.height - 1) / 2)
            for y in 0..<shape.height {
                for x in 0..<shape.width {
                    var seen: [Float] = []
                    for j in max(0, y - top)..<min(shape.height, y - top + size.height) {
                        for i in max(0, x - left)..<min(shape.width, x - left + size.width) {
                            let value = samples[j * shape.width + i]
                            if !value.isNaN { seen.append(value) }
                        }
                    }
                    seen.sort()
                    let middle = seen.count / 2
                    let expected = seen.count % 2 == 1 ? seen[middle] : (seen[middle - 1] + seen[middle]) / 2
                    #expect(found[y * shape.width + x] == expected, "\(size) at \(x),\(y)")
                }
            }
        }
    }

    @Test func `sums of windows side by side are the reference's to rounding`() throws {
        var generator = SeededGenerator(seed: 15)
        for reducer in [Reducer.sum, .average] {
            for (width, height) in [(2, 2), (2, 3), (3, 3), (4, 1), (8, 8), (5, 2)] {
                for columns in [width, 3 * width + 1, 150] {
                    let shape = Shape(channels: 2, height: 17, width: columns)
                    let picture = Planes.random(shape, using: &generator)
                    let window = Window(
                        size: Size(width: width, height: height), stride: PerAxis(x: width, y: height), padding: .valid)
                    func pooled(_ method: Method?) throws -> [Float] {
                        try Pooling(reducer, window: window, input: shape, method: method).applied(to: picture).values
                    }
                    let worst = zip(try pooled(nil), try pooled(.reference)).map { abs($0 - $1) }.max() ?? 1
                    #expect(worst <= (reducer == .sum ? 1e-5 : 3e-7), "\(reducer) \(width)x\(height) of \(columns)")
                }
            }
        }
    }
}
