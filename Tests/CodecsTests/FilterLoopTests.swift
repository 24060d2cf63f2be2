import CLanes
import Testing

/// The loops that filter PNG's rows, at every level this machine has, against PNG's own words for them.
@Suite struct FilterLoopTests {
    static var levels: [UnsafePointer<kern_lanes>] {
        var count = 0
        guard let all = kern_lanes_available(&count) else { return [] }
        return (0..<count).compactMap { all[$0] }
    }

    private static func paeth(_ a: Int, _ b: Int, _ c: Int) -> Int {
        let p = a + b - c
        let (pa, pb, pc) = (abs(p - a), abs(p - b), abs(p - c))
        return pa <= pb && pa <= pc ? a : pb <= pc ? b : c
    }

    private static func filtered(_ filter: Int, _ row: [UInt8], _ above: [UInt8], _ step: Int) -> [UInt8] {
        (step..<row.count).map { x in
            let (a, b, c) = (Int(row[x - step]), Int(above[x]), Int(above[x - step]))
            let foretold = [0, a, b, (a + b) / 2, paeth(a, b, c)][filter]
            return UInt8(truncatingIfNeeded: Int(row[x]) - foretold)
        }
    }

    @Test func `every level filters as the specification says`() {
        var generator = SeededGenerator(state: 5)
        #expect(!Self.levels.isEmpty)
        for step in [1, 2, 3, 4, 6, 8] {
            for count in Array(0...20) + [63, 64, 65, 127, 128, 200, 9000] {
                let row = (0..<(step + count)).map { _ in UInt8.random(in: 0...255, using: &generator) }
                let above = (0..<(step + count)).map { _ in UInt8.random(in: 0...255, using: &generator) }
                for level in Self.levels {
                    var costs = [UInt64](repeating: 7, count: 5)
                    row.withUnsafeBufferPointer { row in
                        above.withUnsafeBufferPointer { above in
                            guard let row = row.baseAddress, let above = above.baseAddress else { return }
                            level.pointee.filter_costs(&costs, row + step, above + step, step, count)
                        }
                    }
                    for filter in 0..<5 {
                        var out = [UInt8](repeating: 0, count: count + 1)
                        row.withUnsafeBufferPointer { row in
                            above.withUnsafeBufferPointer { above in
                                guard let row = row.baseAddress, let above = above.baseAddress else { return }
                                level.pointee.filter_bytes(
                                    &out, UInt32(filter), row + step, above + step, step, count)
                            }
                        }
                        let expected = Self.filtered(filter, row, above, step)
                        let label = "\(String(cString: level.pointee.name)) filter \(filter) step \(step) of \(count)"
                        #expect(Array(out.dropLast()) == expected, "\(label)")
                        #expect(out.last == 0, "\(label) wrote beyond its end")
                        let cost = expected.reduce(UInt64(0)) { $0 + UInt64(min(Int($1), 256 - Int($1))) }
                        #expect(costs[filter] == cost, "\(label)")
                    }
                }
            }
        }
    }

    @Test func `Paeth's choice is right for all neighbours`() {
        // All triples of values 0, 5, 10 … 255, and those one apart from them.
        let values = (0...51).map { $0 * 5 } + [1, 2, 3, 127, 128, 129, 253, 254]
        var row: [UInt8] = []
        var above: [UInt8] = []
        for a in values {
            for b in values {
                for c in values {
                    // Pixels in pairs: the second has the neighbours a, b and c.
                    row += [UInt8(a), 0]
                    above += [UInt8(c), UInt8(b)]
                }
            }
        }
        let expected = Self.filtered(4, row, above, 1)
        for level in Self.levels {
            var out = [UInt8](repeating: 0, count: row.count - 1)
            row.withUnsafeBufferPointer { row in
                above.withUnsafeBufferPointer { above in
                    guard let row = row.baseAddress, let above = above.baseAddress else { return }
                    level.pointee.filter_bytes(&out, 4, row + 1, above + 1, 1, out.count)
                }
            }
            #expect(out == expected, "\(String(cString: level.pointee.name))")
        }
    }
}
