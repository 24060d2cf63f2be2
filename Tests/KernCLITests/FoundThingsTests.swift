import KernCLI
import Pixels
import Testing

@Suite struct FoundThingsTests {
    /// Where the bar of 40x10 stands in a picture of 100x60.
    private func corner(
        _ box: [Double], beside others: [[Double]] = [], named names: [[Double]] = []
    ) -> [Double] {
        func boxes(_ numbers: [[Double]]) -> [Box] {
            numbers.map { Box(left: $0[0], top: $0[1], width: $0[2], height: $0[3]) }
        }
        let all = boxes([box] + others)
        let bar = FoundThings.bar(
            40, 10, naming: all[0], among: all, and: boxes(names), in: Size(width: 100, height: 60))
        return [bar.left, bar.top]
    }

    @Test func `a name hides no box that is small, its own or another's, and stays inside the picture`() {
        #expect(corner([20, 30, 8, 8]) == [20, 20], "above")
        #expect(corner([90, 30, 8, 8]) == [60, 20], "above, and not beyond the right side")
        #expect(corner([20, 2, 50, 55]) == [20, 2], "inside a box that it does not fill")
        #expect(corner([20, 2, 8, 8]) == [20, 10], "below")
        #expect(corner([20, 2, 8, 46]) == [20, 48], "below what is narrow")
        #expect(corner([20, 5, 39, 46]) == [59, 5], "on the right")
        #expect(corner([50, 5, 39, 46]) == [10, 5], "on the left")
        #expect(corner([20, 30, 8, 8], beside: [[25, 21, 6, 6]]) == [20, 38], "below, as another is above")
        #expect(corner([20, 30, 8, 8], beside: [[0, 0, 90, 58]]) == [20, 20], "on another that is large")
        #expect(corner([20, 30, 8, 8], named: [[0, 20, 40, 10]]) == [20, 38], "below, as another's name is above")
        #expect(corner([70, 30, 8, 8], named: [[70, 20, 30, 10], [70, 38, 30, 10]]) == [30, 30], "on the left")
        #expect(
            corner([50, 30, 8, 8], named: [[60, 20, 40, 10], [60, 38, 40, 10]]) == [18, 20], "above, to the left")
        // Nothing but the box itself is left.
        #expect(corner([0, 0, 100, 15]) == [0, 15])
        #expect(corner([0, 0, 100, 51]) == [0, 0])
        #expect(corner([0, 0, 100, 8], beside: [[0, 8, 100, 52]]) == [0, 8])
    }

    @Test func `where a name would hide another it is shorter, and left out where that does not help`() {
        func place(_ lengths: [Double], beside names: [Box]) -> [Double]? {
            let box = Box(left: 30, top: 20, width: 40, height: 20)
            let place = FoundThings.place(
                lengths, 10, naming: box, among: [box], and: names, in: Size(width: 100, height: 60))
            return place.map { [Double($0.choice), $0.bar.left, $0.bar.top] }
        }
        // All around the box there are names, but for 25 pixels on its right.
        let above = Box(left: 0, top: 0, width: 100, height: 20)
        let below = Box(left: 0, top: 40, width: 100, height: 20)
        let left = Box(left: 0, top: 20, width: 70, height: 20)
        let right = Box(left: 95, top: 20, width: 5, height: 20)
        #expect(place([40, 25], beside: []) == [0, 30, 10])
        #expect(place([40, 25], beside: [above, below, left, right]) == [1, 70, 20])
        #expect(place([40, 30], beside: [above, below, left, right]) == nil)
    }

    @Test func `wherever a small box lies, its name is inside the picture and beside it`() {
        for left in stride(from: 0.0, through: 95, by: 5) {
            for top in stride(from: 0.0, through: 55, by: 5) {
                let place = corner([left, top, 5, 5])
                #expect(place[0] >= 0 && place[0] + 40 <= 100 && place[1] >= 0 && place[1] + 10 <= 60)
                let isApart =
                    place[0] + 40 <= left || place[0] >= left + 5 || place[1] + 10 <= top || place[1] >= top + 5
                #expect(isApart, "\(left),\(top): \(place)")
            }
        }
    }

    @Test func `a picture smaller than a name has it at its corner`() {
        let box = Box(left: 2, top: 3, width: 4, height: 4)
        let corner = FoundThings.bar(40, 10, naming: box, among: [box], and: [], in: Size(8))
        #expect(corner.left == 0 && corner.top == 0)
    }
}
