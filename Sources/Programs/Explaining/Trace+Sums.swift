import Convolution
import Pixels
import Steps

extension Trace {
    /// What a layer adds up for one of its channels.
    public struct Sum: Sendable {
        public struct Product: Sendable {
            public let channel: Int
            public let position: PerAxis<Int>
            public let value: Float
            public let weight: Float

            public var amount: Double { Double(value) * Double(weight) }
        }

        /// The largest products, by magnitude; how many there are, and what they come to.
        public private(set) var largest: [Product] = []
        public private(set) var count = 0
        public private(set) var total = 0.0
        public let bias: Float?
        private let most: Int

        /// - Parameter most: how many of the largest are kept.
        init(most: Int, bias: Float?) { (self.most, self.bias) = (most, bias) }

        /// Of products that are as large the first ones are kept.
        mutating func add(_ product: Product) {
            count += 1
            total += product.amount
            if largest.count == most {
                guard let last = largest.last, abs(product.amount) > abs(last.amount) else { return }
                largest.removeLast()
            }
            let place = largest.firstIndex { abs($0.amount) < abs(product.amount) } ?? largest.endIndex
            largest.insert(product, at: place)
        }

        /// What the other products come to.
        public var rest: Double { largest.reduce(total) { $0 - $1.amount } }
    }
}

/// The products behind a sample of a layer whose weights were learned.
struct LayerSums {
    private let node: Plan.Node
    private let account: StepAccount
    private let weights: Planes
    private let input: Planes
    private let position: PerAxis<Int>

    /// nil where `node` has no weights that are multiplied with samples.
    ///
    /// - Parameter input: all of what comes into the node.
    init?(_ node: Plan.Node, _ account: StepAccount, of input: Planes, at position: PerAxis<Int>) {
        guard account.convolution == nil, let weights = node.weights.first, weights.shape.channels > 0 else {
            return nil
        }
        (self.node, self.account, self.weights, self.input, self.position) = (node, account, weights, input, position)
    }

    /// - Parameter taps: of each channel that comes in, where the layer has a window on them.
    func sums(_ taps: [[Trace.Tap]]) -> [Trace.Sum] {
        let outputs = 0..<node.shape.channels
        if let window = account.geometry?.window {
            // Kernels o·i·h·w.
            guard weights.shape.size == window.size, weights.shape.count == node.shape.channels else { return [] }
            return outputs.map { sum(of: $0, taps, window.size) }
        }
        switch account.products {
        case .all: return outputs.map(sumOfAll)
        case .transposed(let opposite): return outputs.map { sum(of: $0, reaching: opposite) }
        case nil: return []
        }
    }

    private func emptySum(of output: Int, most: Int) -> Trace.Sum {
        let bias = node.weights.count > 1 ? node.weights[1] : nil
        return Trace.Sum(most: most, bias: bias.map { $0[c: output, y: 0, x: 0] })
    }

    private func sum(of output: Int, _ taps: [[Trace.Tap]], _ size: Size) -> Trace.Sum {
        let groups = max(1, taps.count / weights.shape.channels)
        let first = output * groups / node.shape.channels * weights.shape.channels
        var sum = emptySum(of: output, most: 5)
        for c in 0..<weights.shape.channels where first + c < taps.count {
            for (index, tap) in taps[first + c].enumerated() {
                let (y, x) = index.quotientAndRemainder(dividingBy: size.width)
                guard let value = tap.value else { continue }
                sum.add(
                    Trace.Sum.Product(
                        channel: first + c, position: PerAxis(x: tap.x, y: tap.y), value: value,
                        weight: weights[n: output, c: c, y: y, x: x]))
            }
        }
        return sum
    }

    /// Of everything that comes in. Weights o·i·h·w.
    private func sumOfAll(_ output: Int) -> Trace.Sum {
        var sum = emptySum(of: output, most: 10)
        for c in 0..<input.shape.channels {
            for y in 0..<input.shape.height {
                for x in 0..<input.shape.width {
                    sum.add(product(c, x, y, weights[n: output, c: c, y: y, x: x]))
                }
            }
        }
        return sum
    }

    /// Of the samples whose kernels, laid around them, reach the position. Weights i·o·h·w.
    private func sum(of output: Int, reaching opposite: Geometry) -> Trace.Sum {
        let groups = max(1, node.shape.channels / weights.shape.channels)
        let (group, own) = output.quotientAndRemainder(dividingBy: weights.shape.channels)
        let inputs = input.shape.channels / groups
        var sum = emptySum(of: output, most: 10)
        for c in group * inputs..<(group + 1) * inputs {
            for (ky, y) in opposite.y.sources(of: position.y) {
                for (kx, x) in opposite.x.sources(of: position.x) {
                    sum.add(product(c, x, y, weights[n: c, c: own, y: ky, x: kx]))
                }
            }
        }
        return sum
    }

    private func product(_ channel: Int, _ x: Int, _ y: Int, _ weight: Float) -> Trace.Sum.Product {
        Trace.Sum.Product(
            channel: channel, position: PerAxis(x: x, y: y), value: input[c: channel, y: y, x: x], weight: weight)
    }
}

extension Axis {
    /// The outputs whose windows have `place` under a tap, and which tap that is.
    fileprivate func sources(of place: Int) -> [(tap: Int, output: Int)] {
        (0..<kernel).compactMap { tap in
            let offset = place - start(0) - tap * dilation
            guard offset >= 0, offset % stride == 0, offset / stride < output else { return nil }
            return (tap, offset / stride)
        }
    }
}
