import Convolution
import Pixels
import Programs
import Steps
import Tensors

extension Graph {
    /// What the parameters of a node are before anything is learned: what is known, what `init=` says, or chance.
    func values(of parameters: [Parameter], at node: Int, seed: UInt64) throws -> [Planes] {
        let start = (nodes[node].step as? any WeightedStep)?.layerWords.start
        return try parameters.enumerated().map { place, parameter in
            if let known = nodes[node].weights[parameter.name] {
                return try planes(known, for: parameter, at: node)
            }
            var chance = Chance(seed: seed, for: .weights, place: node, place)
            var planes = parameter.initial(as: place == 0 ? start : nil, from: &chance)
            if place == 0 {
                let kernels = nodes[node].start.count
                if kernels > parameter.shape.count {
                    throw error(
                        sizing:
                            "init= names \(kernels) kernels, and this layer has \(parameter.shape.count) outputs; name no "
                            + "more than these", at: node)
                }
                planes.start(from: nodes[node].start)
            }
            return planes
        }
    }
}

extension Planes {
    /// Puts known kernels, or as much of their middles as there is room for, into the middle of the first outputs' windows;
    /// all inputs share one.
    fileprivate mutating func start(from kernels: [Kernel]) {
        for (o, kernel) in kernels.prefix(shape.count).enumerated() {
            let left = (shape.width - kernel.size.width) / 2
            let top = (shape.height - kernel.size.height) / 2
            for i in 0..<shape.channels {
                for y in 0..<shape.height {
                    for x in 0..<shape.width {
                        let (kx, ky) = (x - left, y - top)
                        let isInside =
                            kx >= 0 && ky >= 0 && kx < kernel.size.width && ky < kernel.size.height
                        self[n: o, c: i, y: y, x: x] =
                            isInside ? Float(kernel[x: kx, y: ky] / Double(shape.channels)) : 0
                    }
                }
            }
        }
    }
}

extension Parameter {
    /// - Parameter start: `he`, `xavier` or `zero`; nil for what suits a layer before a relu.
    func initial(as start: String?, from chance: inout Chance) -> Planes {
        switch self.start {
        case .constant(let value):
            return Planes(shape: shape, filledWith: value)
        case .random(let fanIn):
            let fanOut = max(1, shape.count * shape.height * shape.width)
            let deviation: Double =
                switch start {
                case "zero": 0
                case "xavier": (2 / Double(fanIn + fanOut)).squareRoot()
                default: (2 / Double(max(1, fanIn))).squareRoot()
                }
            return Planes(
                shape: shape, samples: (0..<(shape.sampleCount ?? 0)).map { _ in Float(deviation) * chance.normal() })
        }
    }
}
