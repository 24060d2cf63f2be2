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
            return parameter.initial(as: place == 0 ? start : nil, from: &chance)
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
