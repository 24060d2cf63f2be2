import Convolution
import Pixels
import Testing

struct PoolingTests {
    /// Pooling by its definition: gather what lies inside (or what the border gives), then reduce.
    private func naive(_ pooling: Pooling, _ holes: Set<Int>, _ input: Planes) -> [Float] {
        let (gx, gy) = (pooling.geometry.x, pooling.geometry.y)
        var all: [Float] = []
        for c in 0..<input.shape.channels {
            for y in 0..<gy.output {
                for x in 0..<gx.output {
                    var seen: [Float] = []
                    var padded = 0
                    for ky in 0..<gy.kernel {
                        for kx in 0..<gx.kernel where !holes.contains(ky * gx.kernel + kx) {
                            let (iy, ix) = (gy.start(y) + ky * gy.dilation, gx.start(x) + kx * gx.dilation)
                            let isInPadding = iy < gy.input + gy.after && ix < gx.input + gx.after
                            if isInPadding { padded += 1 }
                            let border = pooling.border ?? .zero
                            if let sy = border.source(of: iy, count: gy.input),
                                let sx = border.source(of: ix, count: gx.input)
                            {
                                seen.append(input[c: c, y: sy, x: sx])
                            } else if pooling.border != nil {
                                seen.append(border.outside)
                            }
                        }
                    }
                    all.append(reduce(pooling, seen.sorted(), padded: padded))
                }
            }
        }
        return all
    }

    private func reduce(_ pooling: Pooling, _ seen: [Float], padded: Int) -> Float {
        guard let first = seen.first, let last = seen.last else { return 0 }
        let sum = seen.reduce(0.0) { $0 + Double($1) }
        switch pooling.reducer {
        case .maximum: return last
        case .minimum: return first
        case .sum: return Float(sum)
        case .average:
            return Float(sum / Double(pooling.border == nil && pooling.countsPadding ? padded : seen.count))
        case .l2: return Float(seen.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot())
        case .rank(let fraction):
            let low = Int(fraction * Double(seen.count - 1))
            return fraction == 0.5 && seen.count % 2 == 0 ? (seen[low] + seen[low + 1]) / 2 : seen[low]
        }
    }

    @Test(arguments: [Reducer.maximum, .minimum, .sum, .average, .l2, .rank(0.5), .rank(0), .rank(0.3), .rank(1)])
    func `pooling is what its definition says`(reducer: Reducer) throws {
        var generator = SeededGenerator(seed: 5)
        var compared = 0
        for size in [Size(1), Size(2), Size(3), Size(width: 4, height: 1), Size(width: 2, height: 5)] {
            for (width, height) in [(1, 1), (2, 5), (7, 6), (35, 4)] {
                for stride in [PerAxis(1), PerAxis(2), PerAxis(x: 3, y: 2)] {
                    for padding in [Padding.valid, .same, .sides(top: 1, right: 0, bottom: 2, left: 1)] {
                        for border in [nil, Border.edge, .constant(0.25), .reflect] {
                            for (roundsUp, countsPadding) in [(false, false), (true, false), (true, true)] {
                                let window = Window(
                                    size: size, stride: stride, dilation: PerAxis(x: 1 + width % 2, y: 1),
                                    padding: padding, roundsUp: roundsUp)
                                let shape = Shape(channels: 2, height: height, width: width)
                                let holes: Set<Int> = size.width * size.height > 4 ? [0, 3] : []
                                guard
                                    let pooling = try? Pooling(
                                        reducer, window: window, holes: holes, border: border,
                                        countsPadding: countsPadding, input: shape)
                                else { continue }
                                let picture = Planes.random(shape, using: &generator)
                                let expected = naive(pooling, holes, picture)
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

    @Test func `a window that would see no pixel is refused`() {
        let window = Window(size: Size(2), stride: PerAxis(2), padding: .sides(top: 0, right: 0, bottom: 0, left: 3))
        #expect(throws: GeometryError.windowSeesNothing(axis: .width, output: 0)) {
            try Pooling(.maximum, window: window, input: Shape(channels: 1, height: 4, width: 4))
        }
    }
}
