import CLanes
import Testing

/// PNG's filters undone one byte after the other, as the specification says it.
private func unfiltered(_ row: [UInt8], _ filter: Int, above: [UInt8], step: Int) -> [UInt8] {
    var out: [UInt8] = []
    for x in row.indices {
        let left = x >= step ? Int(out[x - step]) : 0
        let up = Int(above[x])
        let corner = x >= step ? Int(above[x - step]) : 0
        let guess = left + up - corner
        let nearest = [left, up, corner].min { abs(guess - $0) < abs(guess - $1) } ?? 0
        let predicted = [0, left, up, (left + up) / 2, nearest][filter]
        out.append(row[x] &+ UInt8(predicted))
    }
    return out
}

@Suite struct UnfilterTests {
    @Test(arguments: Level.all)
    func `every filter is undone as the specification says, for every pixel and width`(level: Level) {
        var generator = SeededGenerator(state: 3)
        for step in [1, 2, 3, 4, 6, 8] {
            for width in 1...70 {
                for filter in 0...4 {
                    // Extremes too, where sums of nine bits and ties are.
                    let bytes = [UInt8](repeating: 0, count: width * step).map { _ in
                        Bool.random(using: &generator)
                            ? UInt8.random(in: 0...255, using: &generator)
                            : [0, 1, 254, 255][Int(generator.next() % 4)]
                    }
                    let above = bytes.shuffled(using: &generator)
                    // A byte behind the row that must stay as it is.
                    var out = [UInt8](repeating: 0xA5, count: bytes.count + 1)
                    level.loops.pointee.unfilter(&out, UInt32(filter), bytes, above, step, bytes.count)
                    let expected = unfiltered(bytes, filter, above: above, step: step) + [0xA5]
                    #expect(out == expected, "filter \(filter), \(width) pixels of \(step) bytes")
                }
            }
        }
    }

    @Test(arguments: Level.all)
    func `the bytes of samples are exchanged, in place too`(level: Level) {
        for count in 0...100 {
            let samples = (0..<count).map { UInt16(truncatingIfNeeded: $0 &* 40503 &+ 77) }
            var out = [UInt16](repeating: 7, count: count + 1)
            level.loops.pointee.swap_samples(&out, samples, count)
            #expect(out == samples.map(\.byteSwapped) + [7])
            out.withUnsafeMutableBufferPointer {
                level.loops.pointee.swap_samples($0.baseAddress, $0.baseAddress, count)
            }
            #expect(out == samples + [7])
        }
    }
}
