import Learning
import Pixels
import Testing

struct PieceTests {
    private func pictures(_ size: Size) -> ExampleSet {
        let samples = (0..<2 * size.width * size.height).map { Float($0) }
        let shape = Shape(count: 2, channels: 1, size: size)
        return ExampleSet(shape: shape, samples: .floats(samples), targets: .pictures(shape, .floats(samples)))
    }

    @Test(arguments: [Size(width: 10, height: 7), Size(width: 23, height: 5), Size(width: 6, height: 19)])
    func `pieces count every pixel at least once, with its own value, and nothing near a cut`(size: Size) throws {
        let whole = pictures(size)
        let side = Size(width: min(6, size.width), height: min(6, size.height))
        let (inputs, wanted) = whole.pieces(of: side, margin: 1)
        #expect(inputs.count % (side.width * side.height) == 0 && inputs.count == wanted.count)
        var seen: Set<Float> = []
        for (input, target) in zip(inputs, wanted) where !target.isNaN {
            #expect(input == target)
            seen.insert(target)
        }
        #expect(seen.count == 2 * size.width * size.height)
        #expect(wanted.contains { $0.isNaN })
    }

    /// Pairs of pictures of these sizes, before and after alike.
    private func folder(_ sizes: [Size]) throws -> ExampleFolder {
        let folder = ExampleFolder()
        for (index, size) in sizes.enumerated() {
            for side in ["before", "after"] {
                try folder.picture(
                    "\(side)/\(index).png",
                    [UInt8](repeating: UInt8(index + 1), count: size.width * size.height), size: size)
            }
        }
        return folder
    }

    private func read(_ folder: ExampleFolder, side: Int = 8, margin: Int = 1) throws -> ExampleSet {
        var options = DataOptions()
        options.cutting = { _ in Cutting(side: side, margin: margin) }
        let pairs = try PicturePairs(before: [folder.path("before")], after: [folder.path("after")])
        return try DataSets(pairs, options: options).training
    }

    @Test func `pictures of any sizes are cut into pieces of one`() throws {
        let sizes = [Size(width: 20, height: 9), Size(width: 8, height: 7), Size(width: 7, height: 30)]
        let set = try read(folder(sizes))
        #expect(set.shape.size == Size(width: 7, height: 7))
        guard case .floats(let samples) = set.samples else {
            Issue.record("pieces are floats")
            return
        }
        // Of each picture there is something, and nothing of two in one piece.
        let pieces = (0..<set.count).map { Set(samples[$0 * 49..<($0 + 1) * 49]) }
        #expect(pieces.allSatisfy { $0.count == 1 })
        #expect(Set(pieces.joined().map { Int(($0 * 255).rounded()) }) == [1, 2, 3])
    }

    @Test func `pictures no larger than a piece are left whole`() throws {
        let set = try read(folder([Size(8), Size(8)]))
        #expect(set.shape.size == Size(8) && set.count == 2)
        guard case .bytes = set.samples else {
            Issue.record("whole pictures stay as small as they were")
            return
        }
    }

    @Test func `a picture too small for the net's view names itself a way out`() throws {
        let folder = try folder([Size(width: 30, height: 30), Size(width: 4, height: 30)])
        #expect {
            try read(folder, side: 12, margin: 3)
        } throws: {
            "\($0)".contains("before/0.png") && "\($0)".contains("7 pixels across")
        }
    }
}
