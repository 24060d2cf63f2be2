import KernCLI
import Testing

@Suite struct ProgressBarTests {
    @Test(arguments: [
        (0, 10, 0.0, 40, "[                              ] 0/10"),
        (5, 10, 2.0, 50, "[############            ] 5/10  2.5/s  0:02 left"),
        (10, 10, 4.0, 30, "[####] 10/10  2.5/s  0:00 left"),
        (1, 4000, 2.0, 60, "[                               ] 1/4000  0.5/s  2:13:18 left"),
        (1234, 10_000, 100.0, 20, "1234/10000  12/s  1"),
    ])
    func `a bar fits the line and tells rate and time left`(
        done: Int, total: Int, seconds: Double, width: Int, text: String
    ) {
        let drawn = ProgressBar.text(done: done, of: total, seconds: seconds, width: width)
        #expect(drawn.count < width)
        #expect(drawn.split(separator: "] ").last == text.split(separator: "] ").last)
        let filled = drawn.count { $0 == "#" }
        let room = drawn.firstIndex(of: "]").map { drawn.distance(from: drawn.startIndex, to: $0) - 1 } ?? 0
        #expect(filled == done * room / total)
    }
}
