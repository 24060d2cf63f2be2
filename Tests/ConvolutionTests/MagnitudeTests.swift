import Convolution
import Pixels
import Testing

/// The magnitude of two windows made in one with them.
struct MagnitudeTests {
    @Test func `it has the bits of two convolutions and their magnitude`() throws {
        var generator = SeededGenerator(seed: 5)
        for size in [Size(3), Size(width: 2, height: 3), Size(width: 5, height: 4), Size(width: 4, height: 7)] {
            let banks = (0..<2).map { _ in Bank(Kernel.random(size, using: &generator), channels: 2) }
            for (width, height) in [(1, 1), (3, 2), (31, 5), (100, 23)] {
                let picture = Planes.random(Shape(channels: 2, height: height, width: width), using: &generator)
                for border in [Border.edge, .zero, .constant(0.3), .reflect, .wrap] {
                    for padding in [Padding.same, .full] {
                        let both = try banks.map {
                            try Convolution(
                                $0, window: Window(size: size, padding: padding), border: border, input: picture.shape,
                                method: .direct)
                        }
                        try expectBits(both, picture)
                    }
                }
            }
        }
    }

    private func expectBits(_ both: [Convolution], _ picture: Planes) throws {
        let magnitude = try #require(MagnitudeConvolution(both[0], both[1]))
        for lanes in Lanes.available {
            for threads in [1, 3] {
                let machine = Machine(lanes: lanes, threads: threads)
                let (a, b) = (both[0].applied(to: picture, on: machine), both[1].applied(to: picture, on: machine))
                let (first, second) = (a.values, b.values)
                var wanted = [Float](repeating: 0, count: first.count)
                machine.rowLoops.combine(first, second, .hypotenuse, into: &wanted, wanted.count)
                var found = Planes(shape: both[0].output)
                magnitude.run(picture, rows: 0..<found.shape.height, into: &found, on: machine)
                #expect(found.values == wanted, "\(both[0].geometry) \(both[0].border) \(lanes.name)")
            }
        }
    }

    @Test func `windows that differ, that are sparse or exact, or that leave alone what they cannot see stay apart`()
        throws
    {
        let shape = Shape(channels: 2, height: 9, width: 9)
        let dense = [Double](repeating: 0.1, count: 9)
        func convolution(
            _ weights: [Double], padding: Padding = .same, border: Border = .edge, stride: Int = 1,
            isExact: Bool = false
        ) throws -> Convolution {
            try Convolution(
                Bank(try Kernel(size: Size(3), weights: weights), channels: 2),
                window: Window(size: Size(3), stride: PerAxis(stride), padding: padding),
                border: border, input: shape, method: .direct, isExact: isExact)
        }
        let plain = try convolution(dense)
        #expect(MagnitudeConvolution(plain, plain) != nil)
        let others = [
            try convolution(dense, padding: .valid), try convolution(dense, border: .zero),
            try convolution(dense, stride: 2), try convolution(dense, isExact: true),
            try convolution([0, 1, 0, 1, 1, 1, 0, 1, 0]),
        ]
        for other in others { #expect(MagnitudeConvolution(plain, other) == nil) }
        for border in [Border.keep, .renorm] {
            let open = try convolution(dense, border: border)
            #expect(MagnitudeConvolution(open, open) == nil)
        }
    }
}
