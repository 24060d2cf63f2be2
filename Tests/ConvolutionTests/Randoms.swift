import Convolution
import Pixels

/// SplitMix64: the same numbers on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

extension Planes {
    static func random(_ shape: Shape, using generator: inout some RandomNumberGenerator) -> Planes {
        let count = shape.sampleCount ?? 0
        return Planes(shape: shape, samples: (0..<count).map { _ in Float.random(in: 0...1, using: &generator) })
    }

    var values: [Float] {
        var all: [Float] = []
        for n in 0..<shape.count {
            for c in 0..<shape.channels {
                for y in 0..<shape.height {
                    for x in 0..<shape.width { all.append(self[n: n, c: c, y: y, x: x]) }
                }
            }
        }
        return all
    }
}

extension Kernel {
    static func random(_ size: Size, using generator: inout some RandomNumberGenerator) -> Kernel {
        let weights = (0..<size.width * size.height).map { _ in Double.random(in: -1...1, using: &generator) }
        guard let kernel = try? Kernel(size: size, weights: weights) else { preconditionFailure("finite weights") }
        return kernel
    }

    /// A sum of `rank` products of a column and a row.
    static func random(_ size: Size, rank: Int, using generator: inout some RandomNumberGenerator) -> Kernel {
        var weights = [Double](repeating: 0, count: size.width * size.height)
        for _ in 0..<rank {
            let column = (0..<size.height).map { _ in Double.random(in: -1...1, using: &generator) }
            let row = (0..<size.width).map { _ in Double.random(in: -1...1, using: &generator) }
            for index in weights.indices { weights[index] += column[index / size.width] * row[index % size.width] }
        }
        guard let kernel = try? Kernel(size: size, weights: weights) else { preconditionFailure("finite weights") }
        return kernel
    }
}

let everyBorder: [Border] = [.edge, .zero, .constant(0.5), .symmetric, .reflect, .wrap, .renorm, .keep]
