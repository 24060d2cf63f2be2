import Pixels
import Programs
import Testing

@Suite struct RankTests {
    /// 0.29 · 100 is a little less than 29 in binary.
    @Test(arguments: [("0.29", 29), ("0.57", 57), ("0.07", 7), ("1", 100), ("0", 0), ("0.999", 99)])
    func `a rank is the one that decimal numbers say`(fraction: String, expected: UInt8) throws {
        let ascending: [UInt8] = (0...100).map { $0 }
        let size = Size(width: 101, height: 1)
        #expect(try applied("rank \(fraction) 101x1 pad=valid", ascending, .gray, size).bytes == [expected])
    }
}
