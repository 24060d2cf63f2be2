import Foundation
import Learning
import Pixels
import Testing

/// Average precision as COCO's own evaluation counts it.
struct DetectionScoreTests {
    /// The generator of `Tests/Oracle/coco_scores.py`.
    private struct Numbers {
        var state: UInt32

        mutating func below(_ bound: Int) -> Int {
            state = state &* 1_664_525 &+ 1_013_904_223
            return Int(state >> 8) % bound
        }

        mutating func box() -> [Int] { [below(80), below(60), 8 + below(40), 8 + below(40)] }

        mutating func score() -> Float { Float(1 + below(100_000)) / 131_072 }
    }

    private func box(_ numbers: [Int]) -> Box {
        Box(left: Double(numbers[0]), top: Double(numbers[1]), width: Double(numbers[2]), height: Double(numbers[3]))
    }

    private func scores(_ seed: UInt32) -> DetectionScores {
        var numbers = Numbers(state: seed)
        var scores = DetectionScores(classes: 3)
        for picture in 0..<8 {
            var things: [BoxedPictures.Thing] = []
            var found: [Detection] = []
            for _ in 0..<numbers.below(6) {
                let own = numbers.box()
                let (label, isCrowd) = (numbers.below(3), numbers.below(8) == 0)
                things.append(BoxedPictures.Thing(box: box(own), label: label, isUncounted: isCrowd))
                for _ in 0..<numbers.below(3) {
                    let moved = own.map { $0 + numbers.below(7) - 3 }
                    let said = numbers.below(6) != 0 ? label : numbers.below(3)
                    found.append(Detection(box: box(moved), label: said, probability: numbers.score()))
                }
            }
            for _ in 0..<numbers.below(3) {
                let own = numbers.box()
                found.append(Detection(box: box(own), label: numbers.below(3), probability: numbers.score()))
            }
            scores.add(found, in: BoxedPictures.Picture(path: "\(picture)", things: things), regions: [])
        }
        return scores
    }

    @Test func `twenty sets of boxes score what pycocotools gives them`() throws {
        let path = #filePath.dropLast("LearningTests/DetectionScoreTests.swift".count) + "Oracle/coco-scores.txt"
        let lines = try String(contentsOfFile: String(path), encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 20)
        for line in lines {
            let parts = line.split(separator: "|").map { $0.split(separator: " ").compactMap { Double($0) } }
            let scores = scores(UInt32(parts[0][0]))
            for label in 0..<3 {
                // −1 where there is nothing to find.
                #expect(abs((scores.averagePrecision(of: label, at: 0) ?? -1) - parts[1][label]) < 1e-8, "\(line)")
                #expect(abs((scores.averagePrecision(of: label, at: 5) ?? -1) - parts[2][label]) < 1e-8, "\(line)")
            }
            #expect(abs(scores.meanAveragePrecision - parts[3][0]) < 1e-8, "\(line)")
        }
    }

    @Test func `scores of parts add up to those of the whole`() throws {
        let thing = BoxedPictures.Thing(box: Box(left: 0, top: 0, width: 10, height: 10), label: 0)
        let other = BoxedPictures.Thing(box: Box(left: 20, top: 0, width: 10, height: 10), label: 0)
        let hit = Detection(box: Box(left: 0, top: 0, width: 10, height: 9), label: 0, probability: 0.6)
        let miss = Detection(box: Box(left: 0, top: 0, width: 3, height: 9), label: 0, probability: 0.9)
        var first = DetectionScores(classes: 2)
        first.add([hit, miss], in: .init(path: "a", things: [thing]), regions: [hit.box])
        #expect(first.averagePrecision(of: 0, at: 0) == 0.5)
        #expect(first.averagePrecision(of: 0, at: 9) == 0)
        #expect(first.averagePrecision(of: 1, at: 0) == nil)
        var second = DetectionScores(classes: 2)
        second.add([], in: .init(path: "b", things: [other]), regions: [hit.box])
        var both = first
        both += second
        #expect(both.wanted == [2, 0] && both.met == 1 && both.pictures == 2)
        #expect(both.counts(of: 0, from: 0.7) == (1, 0))
        #expect(both.counts(of: 0, from: 0.5) == (2, 1))
        // One half up to a recall of one half: 51 of the 101.
        let precision = try #require(both.averagePrecision(of: 0, at: 0))
        #expect(abs(precision - 0.5 * 51 / 101) < 1e-12)
    }
}
