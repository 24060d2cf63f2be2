import Convolution
import Pixels
import Testing

struct SamplesTests {
    private func channels(_ count: Int) -> Channels {
        switch count {
        case 1: .gray
        case 2: .grayAlpha
        case 3: .rgb
        case 4: .rgba
        default: .planes(count)
        }
    }

    private func planes(_ values: [Float], width: Int, channels: Int) -> Planes {
        Planes(shape: Shape(channels: channels, height: 1, width: width), samples: values)
    }

    private func store(_ planes: Planes, _ header: PictureHeader, _ lanes: Lanes) -> (bytes: [UInt8], clipped: Int) {
        var bytes = [UInt8](repeating: 0xA5, count: header.bytesPerRow)
        let clipped = bytes.withUnsafeMutableBytes {
            SampleConverter(Machine(lanes: lanes, threads: 1)).store(0..<1, of: planes, header: header, into: $0)
        }
        return (bytes, clipped)
    }

    @Test func `rows of every width and channel count are split and joined as a plain loop does it`() {
        for lanes in Lanes.available {
            for count in 1...5 {
                for width in 1...70 {
                    for depth in [Depth.uint8, .uint16] {
                        let header = PictureHeader(
                            size: Size(width: width, height: 1), channels: channels(count), depth: depth)
                        let bytes = (0..<header.bytesPerRow).map { UInt8(truncatingIfNeeded: $0 &* 89 &+ width) }
                        let levels: [Float] = bytes.withUnsafeBytes { raw in
                            depth == .uint8 ? raw.map(Float.init) : raw.bindMemory(to: UInt16.self).map(Float.init)
                        }
                        let most: Float = depth == .uint8 ? 255 : 65535
                        var loaded = Planes(
                            shape: Shape(channels: count, height: 1, width: width), emptyWithRoomFor: 1)
                        bytes.withUnsafeBytes {
                            SampleConverter(Machine(lanes: lanes, threads: 1))
                                .load(1, from: $0, header: header, into: &loaded)
                        }
                        let expected = (0..<count).flatMap { c in (0..<width).map { levels[$0 * count + c] / most } }
                        #expect(loaded.samples == expected, "\(lanes.name) \(depth) \(width)x\(count)")
                        let stored = store(loaded, header, lanes)
                        #expect(stored.bytes == bytes, "\(lanes.name) \(depth) \(width)x\(count)")
                        #expect(stored.clipped == 0)
                    }
                }
            }
        }
    }

    /// Around every border between levels, and what is no number.
    private func borders(_ most: Int) -> [Float] {
        var values: [Float] = [.nan, .infinity, -.infinity, 0, -0.0, .leastNonzeroMagnitude, -1, 2, 1e30, -1e30]
        for level in -1...most + 1 {
            let half = Float((Double(level) + 0.5) / Double(most))
            values += [half.nextDown.nextDown, half.nextDown, half, half.nextUp, half.nextUp.nextUp]
            values.append(Float(level) / Float(most))
        }
        return values
    }

    @Test(arguments: [Depth.uint8, .uint16])
    func `halves go up, what is no number becomes 0, and more than half a level outside is clipped`(
        _ depth: Depth
    ) {
        let most = depth == .uint8 ? 255.0 : 65535.0
        let nudge = depth == .uint8 ? 0x1p-14 : 0
        let values = borders(Int(most))
        var expectedClipped = 0
        let expected = values.map { value in
            let v = Double(value) * most
            expectedClipped += v < -0.5 || v > most + 0.5 ? 1 : 0
            return Int(min(v > 0 ? v : 0, most) + 0.5 + nudge)
        }
        let header = PictureHeader(size: Size(width: values.count, height: 1), channels: .gray, depth: depth)
        for lanes in Lanes.available {
            let stored = store(planes(values, width: values.count, channels: 1), header, lanes)
            let levels = stored.bytes.withUnsafeBytes { raw in
                depth == .uint8 ? raw.map { Int($0) } : raw.bindMemory(to: UInt16.self).map { Int($0) }
            }
            for (index, value) in values.enumerated() {
                #expect(levels[index] == expected[index], "\(lanes.name) \(depth) \(value)")
            }
            #expect(stored.clipped == expectedClipped, "\(lanes.name)")
        }
    }

    @Test func `the floats on either side of every 8-bit border are told apart, a nudge below the half`() {
        let header = PictureHeader(size: Size(width: 32, height: 1), channels: .gray, depth: .uint8)
        for lanes in Lanes.available {
            for level in 1...255 {
                let border = Double(level) - 0.5 - 0x1p-14
                var above = Float(border / 255)
                while Double(above) * 255 < border { above = above.nextUp }
                while Double(above.nextDown) * 255 >= border { above = above.nextDown }
                let pair = (0..<32).map { $0 % 2 == 0 ? above.nextDown : above }
                let expected = (0..<32).map { UInt8(level - 1 + $0 % 2) }
                #expect(store(planes(pair, width: 32, channels: 1), header, lanes).bytes == expected, "\(lanes.name)")
            }
        }
    }

    @Test func `a split gives every index out once, whatever the grain and the threads`() {
        for threads in [1, 2, 8] {
            for count in [0, 1, 2, 7, 64, 1000] {
                for grain in [1, 3, 64, 2000] {
                    let seen = Guarded([Int](repeating: 0, count: count))
                    Machine(threads: threads).split(5..<5 + count, grain: grain) { piece in
                        #expect(piece.count <= grain)
                        seen.withLock { seen in for index in piece { seen[index - 5] += 1 } }
                    }
                    #expect(seen.withLock { $0.allSatisfy { $0 == 1 } }, "\(threads) \(count) \(grain)")
                }
            }
        }
    }
}
