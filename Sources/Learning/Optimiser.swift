import Convolution
import Pixels

/// How a weight follows its gradient.
public struct Optimiser: Hashable, Sendable {
    public enum Rule: Hashable, Sendable {
        case sgd(momentum: Double, isNesterov: Bool)
        case adam(beta1: Double, beta2: Double, epsilon: Double)
        case rmsProp(memory: Double, momentum: Double, epsilon: Double)
    }

    public var rule: Rule
    /// How much of a weight is taken off at each step; biases and scales are left alone.
    public var weightDecay: Double
    /// Whether it is taken off by itself, as in AdamW, instead of added to the gradient.
    public var decaysApart: Bool

    public init(_ rule: Rule, weightDecay: Double = 0, decaysApart: Bool = false) {
        self.rule = rule
        self.weightDecay = weightDecay
        self.decaysApart = decaysApart
    }

    public static let adam = Optimiser(.adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8))

    /// Running means that it keeps for each weight.
    var momentCount: Int {
        switch rule {
        case .sgd(let momentum, _): momentum == 0 ? 0 : 1
        case .adam, .rmsProp: 2
        }
    }

    /// - Parameters:
    ///   - step: counted from 1.
    ///   - scale: what the gradient is multiplied with.
    func update(rate: Double, scale: Double, step: Int, decays: Bool) -> UpdateLoops.Update {
        var update = UpdateLoops.Update(rate: Float(rate))
        update.scale = Float(scale)
        if decays {
            if decaysApart {
                update.shrink = Float(rate * weightDecay)
            } else {
                update.decay = Float(weightDecay)
            }
        }
        switch rule {
        case .sgd(let momentum, let isNesterov):
            update.beta1 = Float(momentum)
            update.isNesterov = isNesterov
        case .adam(let beta1, let beta2, let epsilon):
            update.beta1 = Float(beta1)
            update.beta2 = Float(beta2)
            update.epsilon = Float(epsilon)
            update.correction1 = Float(1 / (1 - power(beta1, step)))
            update.correction2 = Float(1 / (1 - power(beta2, step)))
        case .rmsProp(let memory, let momentum, let epsilon):
            update.beta1 = Float(momentum)
            update.beta2 = Float(memory)
            update.epsilon = Float(epsilon)
        }
        return update
    }

    /// Lets the weights at `place` follow their gradients.
    func follow(
        _ gradients: FloatStore, _ weights: FloatStore, _ moments: [FloatStore], at place: Range<Int>,
        _ update: UpdateLoops.Update, _ loops: UpdateLoops
    ) {
        let (first, count) = (place.lowerBound, place.count)
        let (own, gradient) = (weights.base + first, gradients.base + first)
        switch rule {
        case .sgd:
            if let velocity = moments.first {
                loops.momentum(own, velocity.base + first, gradient, count, update)
            } else {
                withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { none in
                    none.initialize(repeating: 0)
                    if let none = none.baseAddress { loops.momentum(own, none, gradient, count, update) }
                }
            }
        case .adam:
            loops.adam(own, moments[0].base + first, moments[1].base + first, gradient, count, update)
        case .rmsProp:
            loops.rms(own, moments[0].base + first, moments[1].base + first, gradient, count, update)
        }
    }
}
