import Convolution
import Pixels
import Testing

struct PoolingTests {
    @Test(arguments: [Reducer.maximum, .minimum, .sum, .average, .l2, .rank(0.5), .rank(0), .rank(0.3), .rank(1)])
    func `pooling gives the reference's result`(reducer: Reducer) throws {
        var generator = SeededGenerator(seed: 5)
        var compared = 0
        for size in [Size(1), Size(2), Size(3), Size(width: 4, height: 1), Size(width: 2, height: 5)] {
            for (width, height) in [(1, 1), (2, 5), (7, 6), (35, 4)] {
                for stride in [PerAxis(1), PerAxis(2), PerAxis(x: 3, y: 2)] {
                    for padding in [Padding.valid, .same, .sides(top: 1, right: 0, bottom: 2, left: 1)] {
                        for border in [nil, Border.edge, .constant(0.25), .reflect, .keep] {
                            for (roundsUp, countsPadding) in [(false, false), (true, false), (true, true)] {
                                let window = Window(
                                    size: size, stride: stride, dilation: PerAxis(x: 1 + width % 2, y: 1),
                                    padding: padding, roundsUp: roundsUp)
                                let shape = Shape(channels: 2, height: height, width: width)
                                let holes: Set<Int> = size.width * size.height > 4 ? [0, 3] : []
                                guard
                                    let pooling = try? Pooling(
                                        reducer, window: window, holes: holes, border: border,
                                        countsPadding: countsPadding, input: shape),
                                    let reference = try? Pooling(
                                        reducer, window: window, holes: holes, border: border,
                                        countsPadding: countsPadding, input: shape, method: .reference)
                                else { continue }
                                let picture = Planes.random(shape, using: &generator)
                                let expected = reference.applied(to: picture).values
                                let found = pooling.applied(to: picture).values
                                let worst = zip(expected, found).map { abs($0 - $1) }.max() ?? 0
                                #expect(
                                    worst <= 2e-6,
                                    "\(reducer) \(shape) \(window) \(String(describing: border)) \(countsPadding)")
                                compared += 1
                            }
                        }
                    }
                }
            }
        }
        #expect(compared > 500)
    }

    @Test func `the reference reduces what a window sees`() throws {
        let picture = Planes(shape: Shape(channels: 1, height: 3, width: 3), samples: [1, 2, 3, 4, 5, 6, 7, 8, 9])
        func pooled(_ reducer: Reducer, _ padding: Padding = .valid, counting: Bool = false) throws -> [Float] {
            let window = Window(size: Size(2), stride: PerAxis(1), padding: padding)
            return try Pooling(
                reducer, window: window, countsPadding: counting, input: picture.shape, method: .reference
            ).applied(to: picture).values
        }
        #expect(try pooled(.maximum) == [5, 6, 8, 9])
        #expect(try pooled(.minimum) == [1, 2, 4, 5])
        #expect(try pooled(.sum) == [12, 16, 24, 28])
        #expect(try pooled(.average) == [3, 4, 6, 7])
        #expect(try pooled(.rank(0.5)) == [3, 4, 6, 7])
        #expect(try pooled(.rank(0.34)) == [2, 3, 5, 6])
        #expect(try pooled(.l2)[0] == Float(46).squareRoot())
        #expect(try pooled(.average, .same) == [3, 4, 4.5, 6, 7, 7.5, 7.5, 8.5, 9])
        #expect(try pooled(.average, .same, counting: true) == [3, 4, 2.25, 6, 7, 3.75, 3.75, 4.25, 2.25])
    }

    @Test func `a window that would see no pixel is refused`() {
        let window = Window(size: Size(2), stride: PerAxis(2), padding: .sides(top: 0, right: 0, bottom: 0, left: 3))
        #expect(throws: GeometryError.windowSeesNothing(axis: .width, output: 0)) {
            try Pooling(.maximum, window: window, input: Shape(channels: 1, height: 4, width: 4))
        }
    }
}
