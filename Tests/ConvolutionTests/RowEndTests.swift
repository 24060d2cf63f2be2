import Convolution
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Rows that end where memory ends: one sample more that is read is a crash.
struct RowEndTests {
    @Test(arguments: Lanes.available.map(\.name))
    func `sums along a row read no sample behind its last`(level: String) throws {
        let machine = Machine(lanes: try #require(Lanes(named: level)), threads: 1)
        let page = sysconf(Int32(_SC_PAGESIZE))
        let most = page / MemoryLayout<Float>.stride
        let both = try #require(mmap(nil, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
        defer { munmap(both, 2 * page) }
        #expect(mprotect(both + page, page, PROT_NONE) == 0)
        let end = both.assumingMemoryBound(to: Float.self) + most
        for index in 0..<most { end[index - most] = Float(index % 37) }
        for taps in [1, 3, 7, 8, 9, 15, 16, 17, 24, 33] {
            let weights = (0..<taps).map { Float($0 % 5 + 1) }
            for count in [1, 15, 16, 31, 127, 128, 129, 143, 144, 145, 256, 300, 511] {
                let row = end - (count + taps - 1)
                var out = [Float](repeating: 0, count: count)
                machine.weightedSum(&out, count, (0..<taps).map { UnsafePointer(row + $0) }, weights)
                let expected = (0..<count).map { x in (0..<taps).reduce(0) { $0 + weights[$1] * row[x + $1] } }
                #expect(out == expected, "\(taps) taps, \(count)")
            }
        }
    }
}
