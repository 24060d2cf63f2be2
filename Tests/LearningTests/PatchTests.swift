import Learning
import Pixels
import Testing

struct PatchTests {
    private func pictures(_ size: Size) -> ExampleSet {
        let samples = (0..<2 * size.width * size.height).map { Float($0) }
        let shape = Shape(count: 2, channels: 1, size: size)
        return ExampleSet(shape: shape, samples: .floats(samples), targets: .pictures(shape, .floats(samples)))
    }

    @Test(arguments: [Size(width: 10, height: 7), Size(width: 23, height: 5), Size(width: 6, height: 19)])
    func `pieces count every pixel at least once, with its own value, and nothing near a cut`(size: Size) throws {
        let whole = pictures(size)
        let pieces = try #require(whole.patches(side: 6, margin: 1))
        guard case .pictures(let shape, .floats(let wanted)) = pieces.targets, case .floats(let inputs) = pieces.samples
        else {
            Issue.record("pieces are floats")
            return
        }
        #expect(shape.size == Size(width: min(6, size.width), height: min(6, size.height)))
        #expect(inputs.count == shape.count * shape.width * shape.height)
        var seen: Set<Float> = []
        for (input, target) in zip(inputs, wanted) where !target.isNaN {
            #expect(input == target)
            seen.insert(target)
        }
        #expect(seen.count == 2 * size.width * size.height)
        #expect(wanted.contains { $0.isNaN })
    }

    @Test func `small pictures and classes are left whole`() {
        let small = pictures(Size(6)).patches(side: 6, margin: 1)
        #expect(small == nil)
        let labelled = ExampleSet(
            shape: Shape(count: 1, channels: 1, height: 9, width: 9),
            samples: .bytes([UInt8](repeating: 0, count: 81)), targets: .labels([0]), classes: ["one"])
        let cut = labelled.patches(side: 6, margin: 1)
        #expect(cut == nil)
    }
}
